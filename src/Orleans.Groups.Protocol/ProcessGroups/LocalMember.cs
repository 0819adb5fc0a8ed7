using System.Collections.Generic;

namespace Orleans.Groups.Protocol;

/// <summary>What a scope knows of one member of its own node. Exists while the member is in a group or owns a monitor.</summary>
/// <param name="id">Who it is.</param>
internal sealed class LocalMember(MemberId id)
{
    /// <summary>Who it is.</summary>
    internal MemberId Id { get; } = id;

    /// <summary>How often it is in which group; 1 or more.</summary>
    internal OrderedTable<GroupCell, int> Groups { get; } = new();

    /// <summary>Number of its memberships.</summary>
    internal int Memberships { get; set; }

    /// <summary>The monitors that end with it; <see langword="null"/> when it never had one.</summary>
    internal List<long>? Monitors { get; set; }

    /// <summary>Whether nothing depends on it any more.</summary>
    internal bool IsIdle => Memberships == 0 && (Monitors?.Count ?? 0) == 0;
}
