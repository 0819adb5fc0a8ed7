using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <summary>Asks every living node which record of a group its members hold (rule R3).</summary>
/// <remarks>As the engines' surveyor: one survey at a time per ring member.</remarks>
internal sealed class SurveyTable(SimNode node)
{
    private readonly Dictionary<long, Pending> _pending = [];
    private long _lastNumber;

    internal int Count => _pending.Count;

    internal void Start(SimRing asker, long request)
    {
        var nodes = node.CopyLiving();
        Cancel(asker);
        var number = ++_lastNumber;
        _pending.Add(number, new Pending(asker, request, new ViewSurvey(nodes)));
        Answered(number, node.Id, node.HighestRecord(asker.Group));
        foreach (var other in nodes)
        {
            if (!other.Equals(node.Id)
                && node.Send(other, new NodeFrame.SurveyRequest(number, asker.Group)) != SendResult.Sent
                && _pending.TryGetValue(number, out var pending))
            {
                pending.Survey.NodeGone(other, node.IsDead(other));
                Finish(number, pending);
            }
        }
    }

    internal void Answered(long number, NodeId from, GroupRecord? highest)
    {
        if (_pending.TryGetValue(number, out var pending))
        {
            pending.Survey.Answered(from, highest);
            Finish(number, pending);
        }
    }

    internal void PeerDown(NodeId peer, bool isDead)
    {
        foreach (var (number, pending) in _pending.ToList())
        {
            pending.Survey.NodeGone(peer, isDead);
            Finish(number, pending);
        }
    }

    internal void Cancel(SimRing asker)
    {
        foreach (var (number, pending) in _pending)
        {
            if (pending.Asker == asker)
            {
                _pending.Remove(number);
                return;
            }
        }
    }

    private void Finish(long number, Pending pending)
    {
        if (pending.Survey.IsFinished && _pending.Remove(number))
        {
            node.World.Note(pending.Survey.IsComplete ? Mark.SurveyComplete : Mark.SurveyIncomplete);
            pending.Asker.Tell(new RingInput.SurveyAnswered(
                pending.Request, pending.Survey.IsComplete, pending.Survey.Highest));
        }
    }

    private sealed record Pending(SimRing Asker, long Request, ViewSurvey Survey);
}
