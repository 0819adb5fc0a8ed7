namespace Orleans.Groups.Checkers;

/// <summary>Records what an application does with any engine, and what it is told, through wrappers of the API.</summary>
/// <remarks>
/// One recorder per log, and one <see cref="NodeRecorder"/> per life of a node in it. What a test does to nodes and
/// links it says here, too, or the checkers take it for the system's own doing.
/// </remarks>
public sealed class EventRecorder(IEventSink sink)
{
    private readonly Lock _gate = new();
    private readonly List<NodeRecorder> _nodes = [];

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
        var recorder = new NodeRecorder(this, LogIds.Of(node));
        lock (_gate)
        {
            _nodes.Add(recorder);
        }

        recorder.Log(new LogEvent.NodeStart([.. hooks.Append(LogHooks.Handled).Distinct()]));
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

    /// <summary>All faults are over, and nobody works any more.</summary>
    public void Heal() => sink.Append(new LogEvent.Healed());

    /// <summary>
    /// Says that everything has settled, and reads everything once more on all nodes of this log that live. To be
    /// called when nothing is under way, all calls have returned, and all monitors have been read empty.
    /// </summary>
    /// <param name="window">Counted up; in the logs of several processes the same number says the same quiet.</param>
    public void Quiesce(long window)
    {
        List<NodeRecorder> nodes;
        lock (_gate)
        {
            nodes = _nodes.FindAll(static node => !node.HasEnded);
        }

        nodes.ForEach(static node => node.SampleRings());
        sink.Append(new LogEvent.Quiesced(window));
        nodes.ForEach(static node => node.ReadAll());
    }
}
