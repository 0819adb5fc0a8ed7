using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <summary>What has happened in one scope of one node, through all lives of the scope.</summary>
/// <remarks>
/// Written in the turns of the scope, which never overlap, so counting costs an addition. Read by any thread; a number
/// may be a moment old.
/// </remarks>
internal sealed class ScopeTally
{
    private readonly long[] _traces = new long[Enum.GetValues<ScopeTrace>().Length];

    /// <summary>Memberships of this node that were added.</summary>
    internal long Joins { get; private set; }

    /// <summary>Memberships of this node that were taken away by a leave.</summary>
    internal long Leaves { get; private set; }

    /// <summary>Members of this node that ended while they were in a group or owned a monitor.</summary>
    internal long MembersEnded { get; private set; }

    /// <summary>Copies of all that this node knows of its own, sent to a peer.</summary>
    internal long SnapshotsSent { get; private set; }

    /// <summary>Such copies that came from peers, complete.</summary>
    internal long SnapshotsReceived { get; private set; }

    /// <summary>Copies asked for because something was missing or different.</summary>
    internal long Resyncs { get; private set; }

    /// <summary>Lives that ended because an invariant was broken.</summary>
    internal long Faults { get; private set; }

    /// <summary>How often something was dropped or corrected for that reason.</summary>
    internal long this[ScopeTrace kind] => _traces[(int)kind];

    internal void CountJoins(int added) => Joins += added;

    internal void CountLeaves(int removed) => Leaves += removed;

    internal void CountEnded(int members) => MembersEnded += members;

    internal void CountFault() => Faults++;

    internal void Count(ScopeTrace kind) => _traces[(int)kind]++;

    /// <summary>A message was sent.</summary>
    internal void CountSent(ScopeMessage message)
    {
        if (message is ScopeMessage.Snapshot { Part: 0 })
        {
            SnapshotsSent++;
        }
        else if (message is ScopeMessage.SnapshotRequest)
        {
            Resyncs++;
        }
    }

    /// <summary>A message has come, and was handled.</summary>
    internal void CountReceived(ScopeMessage message)
    {
        if (message is ScopeMessage.Snapshot snapshot && snapshot.Part == snapshot.Parts - 1)
        {
            SnapshotsReceived++;
        }
    }
}
