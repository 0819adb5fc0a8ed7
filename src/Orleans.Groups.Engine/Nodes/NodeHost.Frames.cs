using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <content>Frames that arrive.</content>
internal sealed partial class NodeHost
{
    /// <summary>
    /// Puts a frame where it belongs. Called under its lane's lock, so it only fills queues; what must be answered is
    /// answered by the node's own pump.
    /// </summary>
    internal void Accept(NodeId from, long session, NodeFrame frame, IFrameCredit? credit)
    {
        switch (frame)
        {
            case NodeFrame.ToRing ring:
                if (ring.From.Node.Equals(from))
                {
                    Rings.Find(ring.To)?.Receive(ring.From, ring.Message);
                }

                break;
            case NodeFrame.ToScope scope:
                AcceptToScope(from, session, scope, credit);
                break;
            case NodeFrame.Payload payload:
                var outcome = Members.Find(payload.To)?.Deliver(payload.From, null, payload.Bytes) ?? SendOutcome.Gone;
                _post.Answer(from, new NodeFrame.PayloadAnswer(payload.Request, outcome));
                break;
            case NodeFrame.PayloadAnswer answer:
                Postman.Settle(answer.Request, answer.Outcome);
                break;
            case NodeFrame.Publication publication:
                if (_scopes.TryGetValue(publication.Scope, out var front))
                {
                    front.FanOut(publication.Group, publication.From, publication.Bytes);
                }

                break;
            case NodeFrame.WatchMember watch:
                if (Rings.Find(watch.Member) is not { } watched || !watched.TryAddWatcher(from, session))
                {
                    _post.Answer(from, new NodeFrame.MemberEnded(watch.Member));
                }

                break;
            case NodeFrame.MemberEnded ended:
                Watches.MemberEnded(ended.Member);
                break;
            case NodeFrame.SurveyRequest request:
                _post.Answer(from, new NodeFrame.SurveyAnswer(request.Request, Rings.HighestRecord(request.Group)));
                break;
            case NodeFrame.SurveyAnswer answer:
                Surveys.Answered(answer.Request, from, answer.Highest);
                break;
            default:
                throw Invariant.Unreachable(frame);
        }
    }

    private void AcceptToScope(NodeId from, long session, NodeFrame.ToScope frame, IFrameCredit? credit)
    {
        if (_scopes.TryGetValue(frame.Scope, out var front) && front.Life is { } life)
        {
            life.Receive(from, session, frame.Message, credit);
        }
        else
        {
            credit?.Return(); // The scope does not run here.
        }
    }
}
