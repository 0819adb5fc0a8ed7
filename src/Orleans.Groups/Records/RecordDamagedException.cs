using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <summary>What a storage holds for a group is no record of that group. Never leaves the silo.</summary>
internal sealed class RecordDamagedException : Exception
{
    /// <summary>Says what was found.</summary>
    internal RecordDamagedException(GroupName group, WireError error)
        : base($"What is stored as the record of group {group} cannot be read: {error}.")
    {
    }

    /// <summary>Says whose record was found.</summary>
    internal RecordDamagedException(GroupName group, GroupName found)
        : base($"What is stored as the record of group {group} is that of group {found}.")
    {
    }
}
