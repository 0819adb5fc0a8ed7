namespace Orleans.Groups.Checkers;

/// <summary>Records what a ring member's handler is told, before the handler, and what it answers.</summary>
internal sealed class RecordingHandler(RingRecorder ring, IMulticastHandler inner) : IMulticastHandler
{
    private RecordingGroup? _group = ring.KnownGroup;

    private RecordingGroup Group => _group ??= ring.KnownGroup!;

    public async ValueTask<HandlerReply> OnJoinedAsync(MulticastJoined joined)
    {
        ArgumentNullException.ThrowIfNull(joined);
        _group = ring.GroupOf(joined.Group);
        ring.Log(new LogEvent.Joined(
            Group.Name,
            Group.Member,
            ring.Recorder.TextOf(joined.Members),
            [.. joined.Bases.Select(start => new BaseOf(ring.Recorder.TextOf(start.Publisher), start.Number))],
            ring.Policy));
        ring.Sample();
        using (ring.Enter())
        {
            return Recorded(await inner.OnJoinedAsync(joined with { Group = Group }));
        }
    }

    public async ValueTask<HandlerReply> OnMembersChangedAsync(MembersChanged change)
    {
        ArgumentNullException.ThrowIfNull(change);
        ring.Sample();
        ring.Log(new LogEvent.Changed(
            Group.Name,
            Group.Member,
            ring.Recorder.TextOf(change.Births),
            ring.Recorder.TextOf(change.Deaths),
            ring.Recorder.TextOf(change.Members)));
        using (ring.Enter())
        {
            return Recorded(await inner.OnMembersChangedAsync(change));
        }
    }

    public async ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message)
    {
        var (call, payload) = CallEnvelope.Unwrap(message.Payload);
        var from = ring.Recorder.TextOf(message.From);
        ring.Log(new LogEvent.Deliver(
            Group.Name, Group.Member, from, message.Number, CallEnvelope.HashOf(payload.Span), call));
        var answer = HandledAs.Threw;
        try
        {
            using (ring.Enter())
            {
                var reply = await inner.OnMessageAsync(message with { Payload = payload });
                answer = reply.StopReason is not null ? HandledAs.Stop
                    : reply.Successor is not null ? HandledAs.Become
                    : HandledAs.Ok;
                return Recorded(reply);
            }
        }
        finally
        {
            ring.Log(new LogEvent.Handled(Group.Name, Group.Member, from, message.Number, answer));
        }
    }

    public async ValueTask OnTerminatedAsync(MulticastTermination termination)
    {
        ArgumentNullException.ThrowIfNull(termination);
        ring.Stop(termination);
        using (ring.Enter())
        {
            await inner.OnTerminatedAsync(termination);
        }
    }

    private HandlerReply Recorded(HandlerReply reply) =>
        reply.Successor is { } successor ? HandlerReply.Become(new RecordingHandler(ring, successor)) : reply;
}
