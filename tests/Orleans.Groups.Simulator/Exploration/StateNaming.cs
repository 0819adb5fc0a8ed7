namespace Orleans.Groups.Simulator.Exploration;

/// <summary>
/// Small numbers for the nodes of a world and for random ids. Another numbering of nodes that play the same part gives
/// the hash that the mirrored state has.
/// </summary>
/// <param name="nodes">All lives of nodes that the world knows, each with its number.</param>
/// <param name="randomIds">What each random id was made from: the number of a node and a count of it.</param>
internal sealed class StateNaming(
    IReadOnlyDictionary<NodeId, int> nodes,
    Func<Guid, (int Node, long Count)?> randomIds)
{
    private readonly int[]? _places;

    private StateNaming(StateNaming original, int[] places)
        : this(original.Nodes, original.RandomIds) => _places = places;

    private IReadOnlyDictionary<NodeId, int> Nodes { get; } = nodes;

    private Func<Guid, (int Node, long Count)?> RandomIds { get; } = randomIds;

    /// <summary>The same with another numbering: <paramref name="places"/>[n] is the new number of node n.</summary>
    internal StateNaming Renumbered(int[] places) => new(this, places);

    /// <summary>The number of a node.</summary>
    internal int NumberOf(NodeId node) => Place(Nodes[node]);

    /// <summary>The number that a node has in this naming.</summary>
    internal int Place(int node) => _places is null ? node : _places[node];

    /// <summary>Writes what a random id stands for.</summary>
    internal void Write(ref StateHashBuilder hash, Guid id)
    {
        if (id == Guid.Empty)
        {
            hash.Add(0UL);
            return;
        }

        var (node, count) = RandomIds(id) ?? throw new InvalidOperationException($"{id} was made by nobody.");
        hash.Add(1UL + (ulong)Place(node));
        hash.Add(count);
    }
}
