namespace Orleans.Groups.Checkers.Tests;

/// <summary>Writes a history by hand, one event a millisecond.</summary>
internal sealed partial class History
{
    internal const string A = "a@1/1";
    internal const string B = "b@1/1";
    internal const string C = "c@1/1";

    private readonly List<LogEvent> _events = [];
    private TimeSpan _time;

    internal IReadOnlyList<LogEvent> Events => _events;

    internal History Add(string node, LogEvent logEvent)
    {
        _time += TimeSpan.FromMilliseconds(1);
        logEvent.Node = node;
        logEvent.Seq = _events.Count + 1;
        logEvent.T = (long)_time.TotalMicroseconds;
        _events.Add(logEvent);
        return this;
    }

    internal History Wait(double seconds)
    {
        _time += TimeSpan.FromSeconds(seconds);
        return this;
    }

    internal History Start(params string[] nodes) => StartWith([], nodes);

    internal History StartWith(string[] hooks, params string[] nodes)
    {
        Array.ForEach(nodes, node => Add(node, new LogEvent.NodeStart(hooks)));
        return this;
    }

    internal History Crash(string node) => Fault(LogFaults.Crash, node).Add(node, new LogEvent.NodeCrash());

    internal History Stop(string node, string reason = LogReasons.Stopped) =>
        Fault(LogFaults.Stop, node).Add(node, new LogEvent.NodeStop(reason));

    internal History Fault(string what, params string[] nodes) => Add("", new LogEvent.Fault(what, nodes, On: true));

    internal History Saw(string node, params string[] dead) => Add(node, new LogEvent.Seen(1, dead));

    internal History Quiet() => Add("", new LogEvent.Healed()).Add("", new LogEvent.Quiesced(1));

    internal History Probe(string node, string area, string what, long count, long? limit = null) =>
        Add(node, new LogEvent.Probe(
            area,
            new Dictionary<string, long> { [what] = count },
            Limits: limit is { } most ? new Dictionary<string, long> { [what] = most } : null));
}
