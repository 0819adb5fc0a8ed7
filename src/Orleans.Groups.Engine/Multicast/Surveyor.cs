using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <summary>Asks every living node which record of a group its members hold (rule R3).</summary>
/// <remarks>One survey at a time per ring member: a newer one replaces it, and its end forgets it.</remarks>
internal sealed class Surveyor(NodeHost node)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Pending> _pending = [];
    private long _lastNumber;

    /// <summary>Starts a survey; the answer comes into the asker's mailbox.</summary>
    internal void Start(RingHost asker, long request)
    {
        var nodes = node.Core.Nodes.CopyLiving();
        long number;
        lock (_gate)
        {
            Forget(asker);
            number = ++_lastNumber;
            _pending.Add(number, new Pending(asker, request, new ViewSurvey(nodes)));
        }

        Answered(number, node.Id, node.Rings.HighestRecord(asker.Group));
        foreach (var other in nodes.Where(other => !other.Equals(node.Id)))
        {
            var isSent = node.Peers.TryGetValue(other, out var peer)
                && peer.Frames.Send(new NodeFrame.SurveyRequest(number, asker.Group)) == LaneOutcome.Sent;
            if (!isSent)
            {
                var isDead = node.Core.Nodes.IsDead(other);
                Update(number, survey => survey.NodeGone(other, isDead));
            }
        }
    }

    /// <summary>A node answers.</summary>
    internal void Answered(long number, NodeId from, GroupRecord? highest) =>
        Update(number, survey => survey.Answered(from, highest));

    /// <summary>A node cannot answer any more.</summary>
    internal void PeerDown(NodeId peer, bool isDead)
    {
        List<long> numbers;
        lock (_gate)
        {
            numbers = [.. _pending.Keys];
        }

        foreach (var number in numbers)
        {
            Update(number, survey => survey.NodeGone(peer, isDead));
        }
    }

    /// <summary>A ring member has ended and wants no answer.</summary>
    internal void Cancel(RingHost asker)
    {
        lock (_gate)
        {
            Forget(asker);
        }
    }

    private void Forget(RingHost asker)
    {
        foreach (var (number, pending) in _pending)
        {
            if (ReferenceEquals(pending.Asker, asker))
            {
                _pending.Remove(number);
                return;
            }
        }
    }

    private void Update(long number, Action<ViewSurvey> change)
    {
        lock (_gate)
        {
            if (!_pending.TryGetValue(number, out var pending))
            {
                return;
            }

            change(pending.Survey);
            if (!pending.Survey.IsFinished)
            {
                return;
            }

            _pending.Remove(number);
            var survey = pending.Survey;
            pending.Asker.Tell(new RingInput.SurveyAnswered(pending.Request, survey.IsComplete, survey.Highest));
        }
    }

    private sealed record Pending(RingHost Asker, long Request, ViewSurvey Survey);
}
