namespace Orleans.Groups;

/// <summary>Which silos that are no peers are dead: those of which a record still speaks. Any thread.</summary>
/// <remarks>
/// <para>
/// A silo is in the membership table before anybody can hear of it. So one that a record names and the table does not,
/// read after the record, was declared dead and cleaned up since. One that the known snapshot does not list may merely
/// be newer than it: the table is read anew before it counts as dead.
/// </para>
/// </remarks>
internal sealed class SiloDirectory(IClusterMembershipService membership)
{
    /// <summary>Silos that are remembered as dead. When there are more, they are looked up again.</summary>
    private const int MaxRemembered = 10_000;

    /// <summary>
    /// Look-ups at a time: whoever asks for silos that never were must not have the table read without end.
    /// </summary>
    private const int MaxLookUps = 64;

    private readonly Lock _gate = new();
    private readonly HashSet<SiloAddress> _dead = [];
    private readonly HashSet<SiloAddress> _asked = [];

    /// <summary>
    /// Whether a silo is known to be dead. If that cannot be said yet, the next question can be answered.
    /// </summary>
    internal bool IsDead(SiloAddress silo)
    {
        var status = membership.CurrentSnapshot.GetSiloStatus(silo);
        if (status != SiloStatus.None)
        {
            return status == SiloStatus.Dead;
        }

        lock (_gate)
        {
            if (_dead.Contains(silo))
            {
                return true;
            }

            if (_asked.Count >= MaxLookUps || !_asked.Add(silo))
            {
                return false;
            }
        }

        _ = LookUpAsync(silo); // Never throws.
        return false;
    }

    /// <summary>A silo that is dead need not be looked up.</summary>
    internal void RememberDead(SiloAddress silo)
    {
        lock (_gate)
        {
            if (_dead.Count >= MaxRemembered)
            {
                _dead.Clear();
            }

            _dead.Add(silo);
        }
    }

    private async Task LookUpAsync(SiloAddress silo)
    {
        try
        {
            await membership.Refresh().ConfigureAwait(false);
            if (membership.CurrentSnapshot.GetSiloStatus(silo) == SiloStatus.None)
            {
                RememberDead(silo);
            }
        }
        catch (Exception) // The table could not be read: nothing is known, and the next question asks again.
        {
        }
        finally
        {
            lock (_gate)
            {
                _asked.Remove(silo);
            }
        }
    }
}
