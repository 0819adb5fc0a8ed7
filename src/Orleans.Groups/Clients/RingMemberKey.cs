namespace Orleans.Groups;

/// <summary>Makes keys of <see cref="IRingMemberGrain"/>.</summary>
public static class RingMemberKey
{
    /// <summary>A key that was never used before, of a member that is to live on a silo.</summary>
    /// <param name="silo">
    /// The silo: for a grain its own, from <c>ILocalSiloDetails</c>; for a client one of those that
    /// <c>IManagementGrain.GetHosts</c> lists.
    /// </param>
    public static string New(SiloAddress silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        return new PinnedKey(silo, Guid.NewGuid()).ToString();
    }
}
