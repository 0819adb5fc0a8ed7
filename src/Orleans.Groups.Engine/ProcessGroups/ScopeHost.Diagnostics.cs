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
                peers.Add(new PeerReport(
                    peer,
                    Core.Time.GetElapsedTime(times.Up),
                    Core.Time.GetElapsedTime(times.Agreed)));
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
                if (received.Message is ScopeMessage.Digest)
                {
                    NoteDigest(received.Node);
                }

                break;
            case ScopeInput.MembersEnded ended:
                Tally.CountEnded(ended.Members.Length);
                break;
            case ScopeInput.PeerUp up:
                var now = Core.Time.GetTimestamp();
                _times[up.Node] = new PeerTimes(up.Session, now, now, 0);
                break;
            case ScopeInput.PeerDown down when _times.GetValueOrDefault(down.Node).Session == down.Session:
                _times.Remove(down.Node);
                break;
            default:
                break;
        }
    }

    private void NoteDigest(NodeId peer)
    {
        var agreements = _machine.CountAgreements(peer);
        if (_times.TryGetValue(peer, out var times) && agreements != times.Agreements)
        {
            _times[peer] = times with { Agreed = Core.Time.GetTimestamp(), Agreements = agreements };
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

    /// <summary>Since when a session runs, and when a digest last agreed, as timestamps.</summary>
    private readonly record struct PeerTimes(long Session, long Up, long Agreed, long Agreements);
}
