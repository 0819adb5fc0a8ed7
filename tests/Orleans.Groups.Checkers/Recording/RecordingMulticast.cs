namespace Orleans.Groups.Checkers;

/// <summary>Records the rings that are joined through it.</summary>
internal sealed class RecordingMulticast(IMulticast inner, NodeRecorder recorder, HandlerFailurePolicy? policy)
    : IMulticast
{
    public NodeId Node => inner.Node;

    public async Task<IMulticastGroup> JoinAsync(
        GroupName group,
        IMulticastHandler handler,
        MulticastJoinOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var id = recorder.NextId();
        var name = group.ToString();
        var ring = new RingRecorder(recorder, policy);
        recorder.Log(new LogEvent.JoinInv(name, id));
        try
        {
            var joined = await inner.JoinAsync(
                group, new RecordingHandler(ring, handler), options, cancellationToken);
            recorder.Log(new LogEvent.JoinDone(name, id, recorder.TextOf(joined.Self)));
            return ring.GroupOf(joined);
        }
        catch (Exception exception)
        {
            recorder.Log(new LogEvent.JoinDone(name, id, null, exception.GetType().Name));
            throw;
        }
    }

    public Task<bool> ForgetAsync(GroupName group, CancellationToken cancellationToken = default) =>
        inner.ForgetAsync(group, cancellationToken);
}
