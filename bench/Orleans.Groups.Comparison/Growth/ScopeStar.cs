using Orleans.Groups.Protocol;

namespace Orleans.Groups.Comparison;

/// <summary>
/// The scope machines of many nodes without engines: one node in the middle, and the others as it knows them. What the
/// others would say to each other is left out, since what happens on the one does not concern it.
/// </summary>
internal sealed class ScopeStar
{
    private const long Session = 1;
    private static readonly ScopeName Scope = new("default");
    private readonly Dictionary<NodeId, (ScopeMachine Machine, EffectList<ScopeEffect> Effects)> _nodes = [];
    private readonly Queue<(NodeId From, NodeId To, ScopeMessage Message)> _frames = [];

    /// <summary>Makes the nodes, not yet connected.</summary>
    internal ScopeStar(int nodes, ProcessGroupsOptions? options = null)
    {
        var settings = ScopeSettings.From(options ?? new ProcessGroupsOptions(), isLocal: false);
        for (var index = 0; index < nodes; index++)
        {
            // As long as the name of a silo.
            var node = new NodeId($"10.0.{index / 250}.{index % 250}:11111", new Incarnation(1, Guid.NewGuid()));
            Nodes.Add(node);
            var machine = new ScopeMachine(Scope, new ScopeId(node, 1), settings);
            _nodes.Add(node, (machine, new EffectList<ScopeEffect>()));
        }
    }

    /// <summary>The nodes; the first is the one in the middle.</summary>
    internal List<NodeId> Nodes { get; } = [];

    /// <summary>What was sent since it was reset; if it is counted.</summary>
    internal FrameCount? Count { get; init; } = new();

    /// <summary>What a node sees.</summary>
    internal ScopeRegistry RegistryOf(NodeId node) => _nodes[node].Machine.Registry;

    /// <summary>Connects the one in the middle with all others, and lets them say all that they have to say.</summary>
    internal void Connect()
    {
        foreach (var other in Nodes.Skip(1))
        {
            Step(Nodes[0], new ScopeInput.PeerUp(other, Session));
            Step(other, new ScopeInput.PeerUp(Nodes[0], Session));
        }

        Run();
    }

    /// <summary>One input at one node.</summary>
    internal void Step(NodeId node, ScopeInput input)
    {
        var (machine, effects) = _nodes[node];
        effects.Clear();
        machine.Step(input, effects);
        var wantsFlush = false;
        foreach (var effect in effects.Effects)
        {
            wantsFlush |= effect is ScopeEffect.FlushWanted;
            if (effect is ScopeEffect.Send send)
            {
                Count?.Add(new NodeFrame.ToScope(Scope, send.Message));
                _frames.Enqueue((node, send.Node, send.Message));
            }
        }

        if (wantsFlush)
        {
            Step(node, ScopeInput.Flush.Instance);
        }
    }

    /// <summary>Lets frames arrive until there are none.</summary>
    internal void Run()
    {
        while (_frames.TryDequeue(out var frame))
        {
            Step(frame.To, new ScopeInput.Received(frame.From, Session, frame.Message));
        }
    }
}
