using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>
/// What scope machines of one scope on different nodes say to each other. All of it travels on the data lane.
/// </summary>
/// <remarks>Source: pg.erl's discover, sync, join and leave, made versioned (design.md section 3, rules P1 and
/// P2).</remarks>
/// <param name="From">Which life of the sender's scope speaks.</param>
internal abstract record ScopeMessage(ScopeId From)
{
    /// <summary>"I run this scope and am at this version; tell me yours." Sent once per session and life.</summary>
    internal sealed record Discover(ScopeId From, long Version) : ScopeMessage(From);

    /// <summary>"Send me a snapshot of yours": the sender has a gap, or found a difference.</summary>
    internal sealed record SnapshotRequest(ScopeId From) : ScopeMessage(From);

    /// <summary>
    /// A part of everything that the sender's members are in, at one version; applied when all parts are there.
    /// </summary>
    /// <param name="From">Whose memberships.</param>
    /// <param name="Version">The version of which this is a copy.</param>
    /// <param name="Part">0-based; parts of one snapshot follow each other without anything between.</param>
    /// <param name="Parts">1 or more.</param>
    /// <param name="Groups">The groups of this part; a large group may go on in the next part.</param>
    internal sealed record Snapshot(
        ScopeId From,
        long Version,
        int Part,
        int Parts,
        ImmutableArray<GroupEntry> Groups) : ScopeMessage(From);

    /// <summary>
    /// What changed between two versions; applied when all parts are there and the receiver is at exactly
    /// <paramref name="FromVersion"/>.
    /// </summary>
    /// <param name="From">Whose memberships.</param>
    /// <param name="FromVersion">The version to which the changes are applied.</param>
    /// <param name="ToVersion">The version after them; greater.</param>
    /// <param name="Part">0-based; parts of one update follow each other without anything between.</param>
    /// <param name="Parts">1 or more.</param>
    /// <param name="Changes">Net changes; those of one group with one cause stand together. May be empty: then they
    /// cancelled out.</param>
    internal sealed record Update(
        ScopeId From,
        long FromVersion,
        long ToVersion,
        int Part,
        int Parts,
        ImmutableArray<GroupDelta> Changes) : ScopeMessage(From);

    /// <summary>"At this version my table has this hash." Rides on the keep-alive and heals what was lost.</summary>
    internal sealed record Digest(ScopeId From, long Version, ulong Hash) : ScopeMessage(From);

    /// <summary>
    /// Goodbye: this life of the scope has ended (<c>pg</c> has none; its peers wait for failure detection).
    /// </summary>
    internal sealed record ScopeDown(ScopeId From) : ScopeMessage(From);
}

/// <summary>The memberships of one group that one node owns.</summary>
/// <param name="Group">The group.</param>
/// <param name="Members">One entry per distinct member; not empty.</param>
internal readonly record struct GroupEntry(GroupName Group, ImmutableArray<MemberCount> Members);

/// <summary>A member and how often it is in the group; 1 or more in a snapshot.</summary>
internal readonly record struct MemberCount(MemberId Member, int Count);

/// <summary>How one group of one node changed.</summary>
/// <param name="Group">The group.</param>
/// <param name="Cause">The last cause of these changes (rule P3).</param>
/// <param name="Members">Count is what was added (positive) or taken away (negative); never 0.</param>
internal readonly record struct GroupDelta(GroupName Group, ChangeReason Cause, ImmutableArray<MemberCount> Members);
