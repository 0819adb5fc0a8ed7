namespace Orleans.Groups;

/// <summary>Where the record of a group lies: key of its grain and name of its state.</summary>
/// <remarks>Part of what is stored; never changed.</remarks>
internal static class RecordKey
{
    /// <summary>Type of the grain.</summary>
    internal const string GrainType = "orleans.groups.record";

    /// <summary>Name of the state; relational providers store it as the type of the grain.</summary>
    internal const string StateName = "orleans.groups.record";

    /// <summary>
    /// How long a silo waits for an answer. A storage that needs longer is as good as down; what it still does is
    /// remembered or refused by the record (rule R6).
    /// </summary>
    internal const string ResponseTimeout = "00:00:04";

    // Storage providers take keys apart that look like a number or a GUID: "2A" and "2a" would be one row. No key that
    // begins with this can be taken for either.
    private const string Prefix = "g:";

    /// <summary>The key of a group's record.</summary>
    internal static string Of(GroupName group) => Prefix + group.Value;

    /// <summary>The group of a key; <see langword="false"/> when it is none.</summary>
    internal static bool TryParse(string? key, out GroupName group)
    {
        group = default;
        return key is not null
            && key.StartsWith(Prefix, StringComparison.Ordinal)
            && GroupName.TryCreate(key[Prefix.Length..], out group);
    }
}
