using System.Collections.Immutable;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <content>What is counted, and since when peers agree.</content>
internal sealed partial class ScopeHost
{
    private readonly Dictionary<NodeId, PeerTimes> _times = []; // Only nodes in session.

    /// <summary>What the machine knows and since when; <see langword="null"/> when this life is over.</summary>
    internal ScopeReport? GetReport()
    {
        lock (_turn)
        {
            if (_isOver)
            {
                return null;
            }

            var status = _machine.GetStatus();
            var peers = ImmutableArray.CreateBuilder<PeerReport>(status.Peers.Length);
            foreach (var peer in status.Peers)
            {
                var times = _times.GetValueOrDefault(peer.Node);
                peers.Add(new PeerReport(peer, Core.Time.GetElapsedTime(times.Agreed)));
            }

            return new ScopeReport(status, peers.MoveToImmutable());
        }
    }

    /// <summary>An input of the mailbox has been handled. Locked by the caller.</summary>
    private void Note(ScopeInput input)
    {
        switch (input)
        {
            case ScopeInput.Received received:
                Tally.CountReceived(received.Message);
                NoteTime(received);
                break;
            case ScopeInput.MembersEnded ended:
                Tally.CountEnded(ended.Members.Length);
                break;
            case ScopeInput.PeerUp up:
                _times[up.Node] = new PeerTimes(up.Session, Core.Time.GetTimestamp(), 0);
                break;
            case ScopeInput.PeerDown down when _times.GetValueOrDefault(down.Node).Session == down.Session:
                _times.Remove(down.Node);
                break;
            default:
                break;
        }
    }

    /// <summary>
    /// A peer whose scope begins later than the session, or that has just sent all it has, is given time until its next
    /// digest.
    /// </summary>
    private void NoteTime(ScopeInput.Received received)
    {
        if (received.Message is not (ScopeMessage.Digest or ScopeMessage.Discover or ScopeMessage.Snapshot)
            || !_times.TryGetValue(received.Node, out var times)
            || times.Session != received.Session)
        {
            return;
        }

        var agreements = _machine.CountAgreements(received.Node);
        if (received.Message is not ScopeMessage.Digest || agreements != times.Agreements)
        {
            _times[received.Node] = times with { Agreed = Core.Time.GetTimestamp(), Agreements = agreements };
        }
    }

    /// <summary>Something was dropped or corrected.</summary>
    private void Report(ScopeEffect.Trace trace)
    {
        Tally.Count(trace.Kind);
        if (trace.Kind == ScopeTrace.DigestMismatch)
        {
            Core.Logger.ScopeDisagrees(_front.Scope, _node.Id, trace.Node);
        }
        else
        {
            Core.Logger.ScopeTraced(_front.Scope, _node.Id, trace.Kind.ToString(), trace.Node);
        }
    }

    private ScopeTally Tally => _front.Tally;

    /// <summary>When a peer last agreed in a session, as a timestamp, and how often it has.</summary>
    private readonly record struct PeerTimes(long Session, long Agreed, long Agreements);
}
