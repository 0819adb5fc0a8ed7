using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <content>Frames that arrive, and answers to them.</content>
internal sealed partial class SimNode
{
    private readonly Queue<(NodeId To, NodeFrame Frame)> _post = new();
    private bool _isPostScheduled;

    /// <summary>Puts a frame where it belongs.</summary>
    internal void Accept(NodeId from, long session, NodeFrame frame, FrameCredit? credit)
    {
        switch (frame)
        {
            case NodeFrame.ToRing ring:
                if (ring.From.Node.Equals(from))
                {
                    FindRing(ring.To)?.Receive(ring.From, ring.Message);
                }

                break;
            case NodeFrame.ToScope scope:
                if (FindScope(scope.Scope)?.Life is { } life)
                {
                    life.Receive(from, session, scope.Message, credit);
                }
                else
                {
                    credit?.Return(); // The scope does not run here.
                }

                break;
            case NodeFrame.WatchMember watch:
                if (FindRing(watch.Member) is not { } watched || !watched.TryAddWatcher(from, session))
                {
                    Answer(from, new NodeFrame.MemberEnded(watch.Member));
                }

                break;
            case NodeFrame.MemberEnded ended:
                Watches.MemberEnded(ended.Member);
                break;
            case NodeFrame.SurveyRequest request:
                Answer(from, new NodeFrame.SurveyAnswer(request.Request, HighestRecord(request.Group)));
                break;
            case NodeFrame.SurveyAnswer answer:
                Surveys.Answered(answer.Request, from, answer.Highest);
                break;
            default:
                throw Invariant.Unreachable(frame);
        }
    }

    /// <summary>Sends in the session that the sender knows, or not at all.</summary>
    internal SendResult Send(NodeId to, NodeFrame frame, long session) =>
        LinkTo(to)?.Send(frame, session) ?? SendResult.NotConnected;

    /// <summary>Sends in whatever session there is.</summary>
    internal SendResult Send(NodeId to, NodeFrame frame) =>
        LinkTo(to) is { } link ? link.Send(frame, link.Session) : SendResult.NotConnected;

    internal void SendPost()
    {
        _isPostScheduled = false;
        while (_post.TryDequeue(out var answer))
        {
            Send(answer.To, answer.Frame);
        }
    }

    /// <summary>Answers are sent by a pump of their own.</summary>
    private void Answer(NodeId to, NodeFrame frame)
    {
        _post.Enqueue((to, frame));
        if (!_isPostScheduled)
        {
            _isPostScheduled = true;
            World.Schedule(DrawTurn(), new PostTurn(this));
        }
    }
}

/// <summary>A node sends its answers.</summary>
internal sealed class PostTurn(SimNode node) : SimEvent(node)
{
    internal override void Fire(World world) => Node!.SendPost();
}
