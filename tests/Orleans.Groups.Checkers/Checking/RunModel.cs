namespace Orleans.Groups.Checkers;

/// <summary>What checkers look up about nodes and the run: the state before the event that is checked.</summary>
internal sealed class RunModel(CheckSettings settings, bool isRealTime)
{
    private readonly Dictionary<string, NodeModel> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NodeModel> _latest = new(StringComparer.Ordinal);

    internal CheckSettings Settings { get; } = settings;

    /// <summary>
    /// Whether the order of the events is the order in which they happened: of one log. A merged run has one order of
    /// many.
    /// </summary>
    internal bool IsRealTime { get; } = isRealTime;

    /// <summary>Whether everything has settled, and nothing has changed since.</summary>
    internal bool IsQuiet { get; private set; }

    /// <summary>Whether there was a fault that may take a member that lives out of its ring.</summary>
    internal bool HadHarshFault { get; private set; }

    /// <summary>The last fault that was switched on, if any.</summary>
    internal LogEvent.Fault? LastFault { get; private set; }

    internal IEnumerable<NodeModel> Nodes => _nodes.Values;

    internal NodeModel NodeOf(string node)
    {
        if (!_nodes.TryGetValue(node, out var model))
        {
            _nodes.Add(node, model = new NodeModel(node));
        }

        return model;
    }

    internal NodeModel NodeOfMember(string member)
    {
        var node = LogIds.NodeIn(member);
        return _nodes.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(node, out var model)
            ? model
            : NodeOf(node.ToString());
    }

    /// <summary>The life of a node that began last.</summary>
    internal NodeModel? LatestLifeOf(string node) => _latest.GetValueOrDefault(LogIds.NameOf(node));

    internal void Apply(LogEvent next)
    {
        if (next.Node.Length > 0 && next is not LogEvent.NodeCrash)
        {
            NodeOf(next.Node).LastEvent = next;
        }

        switch (next)
        {
            case LogEvent.NodeStart e:
                var started = NodeOf(e.Node);
                started.Start = e;
                started.Hooks = [.. e.Hooks];
                _latest[LogIds.NameOf(e.Node)] = started;
                break;
            case LogEvent.NodeStop e:
                NodeOf(e.Node).End = e;
                break;
            case LogEvent.NodeCrash e:
                NodeOf(e.Node).End = e;
                break;
            case LogEvent.Seen e:
                NodeOf(e.Node).SeenDead.UnionWith(e.Dead);
                break;
            case LogEvent.Fault { On: true } e:
                LastFault = e;
                foreach (var node in e.What is LogFaults.Crash or LogFaults.Stop ? e.Args : [])
                {
                    NodeOf(node).IsEnding = true;
                    NodeOf(node).IsKilled |= e.What == LogFaults.Crash;
                }

                HadHarshFault |= !LogFaults.IsMild(e.What) && e.What is not (LogFaults.Crash or LogFaults.Stop);
                break;
            case LogEvent.Quiesced:
                break;
        }

        IsQuiet = next switch
        {
            LogEvent.Quiesced => true,
            LogEvent.Op or LogEvent.NodeStart or LogEvent.NodeStop or LogEvent.NodeCrash or LogEvent.Fault
                or LogEvent.ScopeStart or LogEvent.ScopeStop or LogEvent.JoinInv or LogEvent.LeaveInv
                or LogEvent.Send => false,
            _ => IsQuiet,
        };
    }

    /// <summary>Time between two events of one node, if they are of one log.</summary>
    internal static TimeSpan? Between(LogEvent earlier, LogEvent later) =>
        earlier.Log == later.Log ? TimeSpan.FromMicroseconds(later.T - earlier.T) : null;
}

/// <summary>One life of a node.</summary>
internal sealed class NodeModel(string id)
{
    internal string Id { get; } = id;

    /// <summary>The same for all its lives.</summary>
    internal string Name { get; } = LogIds.NameOf(id);

    internal LogEvent.NodeStart? Start { get; set; }

    /// <summary>Its stop or crash.</summary>
    internal LogEvent? End { get; set; }

    internal LogEvent? LastEvent { get; set; }

    internal HashSet<string> Hooks { get; set; } = [];

    /// <summary>Whom it has been told dead.</summary>
    internal HashSet<string> SeenDead { get; } = new(StringComparer.Ordinal);

    internal bool IsAlive => Start is not null && End is null;

    /// <summary>Whether it is about to be stopped or killed, or has been.</summary>
    internal bool IsEnding { get; set; }

    /// <summary>
    /// Whether it is about to be killed, or has been: a callback that runs at that moment comes to its end.
    /// </summary>
    internal bool IsKilled { get; set; }

    /// <summary>Whether the tail of its log may be missing.</summary>
    internal bool HasCrashed => End is LogEvent.NodeCrash;

    internal bool Has(string hook) => Hooks.Contains(hook);

    /// <summary>Whether another node has been told that this one is dead.</summary>
    internal bool SeenDeadBy(RunModel run, string other) => run.NodeOf(other).SeenDead.Contains(Id);
}
