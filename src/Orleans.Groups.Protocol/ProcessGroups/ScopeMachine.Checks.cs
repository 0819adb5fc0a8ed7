using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <content>What a frame must look like before anything of it is used.</content>
/// <remarks>
/// Differs from pg: it crashes on what it does not understand. A frame that no correct peer sends is dropped and
/// traced.
/// </remarks>
internal sealed partial class ScopeMachine
{
    /// <summary>Most parts of one message that are gathered.</summary>
    private const int MaxParts = 1 << 20;

    private static bool IsWellFormed(ScopeMessage message)
    {
        if (message is not { From: { Node: { } node, Counter: > 0 } })
        {
            return false;
        }

        switch (message)
        {
            case ScopeMessage.Snapshot snapshot:
                return snapshot.Version >= 0
                    && IsPart(snapshot.Part, snapshot.Parts)
                    && AreGroups(snapshot.Groups, node);
            case ScopeMessage.Update update:
                return update.FromVersion >= 0
                    && update.FromVersion < update.ToVersion
                    && IsPart(update.Part, update.Parts)
                    && AreDeltas(update.Changes, node);
            case ScopeMessage.Discover discover:
                return discover.Version >= 0;
            case ScopeMessage.Digest digest:
                return digest.Version >= 0;
            default:
                return true;
        }
    }

    private static bool IsPart(int part, int parts) => parts is > 0 and <= MaxParts && part >= 0 && part < parts;

    private static bool AreGroups(ImmutableArray<GroupEntry> groups, NodeId node)
    {
        if (groups.IsDefault)
        {
            return false;
        }

        foreach (var (group, members) in groups)
        {
            if (group.IsDefault || !AreCounts(members, node, mayBeNegative: false))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreDeltas(ImmutableArray<GroupDelta> deltas, NodeId node)
    {
        if (deltas.IsDefault)
        {
            return false;
        }

        foreach (var (group, cause, members) in deltas)
        {
            if (group.IsDefault
                || cause is < ChangeReason.Joined or > ChangeReason.Resynced
                || !AreCounts(members, node, mayBeNegative: true))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A node speaks for its own members only (invariant I5), and bounds what one group can cost us.</summary>
    private static bool AreCounts(ImmutableArray<MemberCount> members, NodeId node, bool mayBeNegative)
    {
        if (members.IsDefaultOrEmpty)
        {
            return false;
        }

        var sum = 0L;
        foreach (var (member, count) in members)
        {
            if (member is null || count == 0 || (count < 0 && !mayBeNegative) || !member.Node.Equals(node))
            {
                return false;
            }

            sum += System.Math.Abs((long)count);
        }

        return sum <= ScopeSettings.HardMembersPerGroup;
    }
}
