namespace Orleans.Groups.Checkers;

/// <summary>Records what an application does with any engine, and what it is told, by wrapping the API.</summary>
/// <remarks>
/// One recorder per log, and one <see cref="NodeRecorder"/> per life of a node in it. What a test does to nodes and
/// links it says here, too, or the checkers take it for the system's own doing.
/// </remarks>
/// <param name="sink">Where the events go.</param>
/// <param name="window">
/// The last quiet of the run; a log that begins later than others has to say so, because no clock does.
/// </param>
public sealed class EventRecorder(IEventSink sink, long window = 0)
{
    private readonly Lock _gate = new();
    private readonly List<NodeRecorder> _nodes = [];
    private long _window = window;

    /// <summary>Where the events go.</summary>
    public IEventSink Sink => sink;

    /// <summary>A life of a node begins.</summary>
    /// <param name="node">Which.</param>
    /// <param name="hooks">
    /// What somebody else adds to this log; see <see cref="LogHooks"/>. <see cref="LogHooks.Handled"/> need not be
    /// named.
    /// </param>
    public NodeRecorder StartNode(NodeId node, params IEnumerable<string> hooks)
    {
        ArgumentNullException.ThrowIfNull(node);
        string[] carried = [.. hooks.Append(LogHooks.Handled).Distinct()];
        var recorder = new NodeRecorder(this, LogIds.Of(node), carried.Contains(LogHooks.Receive));
        lock (_gate)
        {
            _nodes.Add(recorder);
        }

        recorder.Log(new LogEvent.NodeStart(carried, _window));
        return recorder;
    }

    /// <summary>A fault begins. For the end of a node use <see cref="NodeRecorder.Kill"/> instead.</summary>
    /// <param name="what">For example <c>cut</c>; the mild ones are named in <see cref="LogFaults"/>.</param>
    /// <param name="details">Nodes, or other details.</param>
    public void BeginFault(string what, params IEnumerable<string> details) =>
        sink.Append(new LogEvent.Fault(what, [.. details], On: true));

    /// <summary>A fault is over.</summary>
    public void EndFault(string what, params IEnumerable<string> details) =>
        sink.Append(new LogEvent.Fault(what, [.. details], On: false));

    /// <summary>Stops all nodes of this log that live.</summary>
    public async Task StopAllAsync(Func<Task> stop)
    {
        ArgumentNullException.ThrowIfNull(stop);
        var nodes = CopyLiving();
        BeginFault(LogFaults.Stop, nodes.Select(static node => node.Node));
        await stop();
        nodes.ForEach(static node => node.End());
    }

    /// <summary>All faults are over, and nobody works any more.</summary>
    public void Heal() => sink.Append(new LogEvent.Healed());

    /// <summary>
    /// Says that everything has settled, and reads everything once more on all nodes of this log that live. To be
    /// called when nothing is under way, all calls have returned, and all monitors have been read empty.
    /// </summary>
    /// <param name="window">Counted up; in the logs of several processes the same number says the same quiet.</param>
    public void Quiesce(long window)
    {
        var nodes = CopyLiving();
        nodes.ForEach(static node => node.SampleRings());
        _window = window;
        sink.Append(new LogEvent.Quiesced(window));
        nodes.ForEach(static node => node.ReadAll());
    }

    private List<NodeRecorder> CopyLiving()
    {
        lock (_gate)
        {
            return _nodes.FindAll(static node => !node.HasEnded);
        }
    }
}
