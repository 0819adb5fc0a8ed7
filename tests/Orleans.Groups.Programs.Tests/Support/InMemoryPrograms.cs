using System.Collections.Immutable;
using Orleans.Groups.ClientProgram;
using Orleans.Groups.InMemory;

namespace Orleans.Groups.Programs.Tests;

/// <summary>A cluster of the in-memory engine as the client program sees it.</summary>
internal sealed class InMemoryPrograms : ICluster
{
    private readonly InMemoryCluster _cluster = new();
    private readonly List<InMemoryNode> _nodes = [];
    private readonly List<InMemoryNode> _used = [];

    internal InMemoryPrograms(params string[] nodes)
    {
        foreach (var name in nodes)
        {
            _nodes.Add(_cluster.AddNode(name));
        }
    }

    public IGroups Groups => new NodeGroups(_nodes[0]);

    internal InMemoryNode this[string name] => _nodes.Single(node => node.Name == name);

    /// <summary>Nodes on which places were opened, in their order.</summary>
    internal IReadOnlyList<string> Used
    {
        get
        {
            lock (_used)
            {
                return [.. _used.Select(node => node.Name)];
            }
        }
    }

    public Task<IProcessGroups> OpenScopeAsync(ScopeName? scope, CancellationToken cancellationToken) =>
        Task.FromResult(scope is { } name ? Groups.GetProcessGroups(name) : Groups.ProcessGroups);

    public Task<ImmutableArray<ScopeName>> GetScopesAsync(CancellationToken cancellationToken) =>
        Task.FromResult<ImmutableArray<ScopeName>>(["zebra", "default"]);

    public Task<RingView> GetRingAsync(GroupName group, CancellationToken cancellationToken) =>
        Task.FromResult(new RingView([.. Rings.Select(ring => ring.GetStatus())], ["10.0.0.9:11111@5"]));

    /// <summary>Rings that <see cref="GetRingAsync"/> knows.</summary>
    internal List<IMulticastGroup> Rings { get; } = [];

    public Task<IPlace> OpenPlaceAsync(IReadOnlyCollection<string> avoid, CancellationToken cancellationToken)
    {
        lock (_used)
        {
            var alive = _nodes.Where(node => node.IsAlive).ToList();
            if (alive.Count == 0)
            {
                throw new ClientException(ClientExitCode.Unavailable, "nobody is there");
            }

            var node = alive.FirstOrDefault(node => !avoid.Contains(node.Name)) ?? alive[0];
            _used.Add(node);
            return Task.FromResult<IPlace>(new Place(node));
        }
    }

    internal void Kill(string name) => _cluster.KillNode(this[name]);

    /// <summary>The cluster outlives the program that uses it.</summary>
    public ValueTask DisposeAsync() => default;

    internal ValueTask EndAsync() => _cluster.DisposeAsync();

    private sealed class Place(InMemoryNode node) : IPlace
    {
        public string Silo => node.Name;

        public IMulticast Multicast => node.Multicast;

        public ValueTask DisposeAsync() => default;
    }

    private sealed class NodeGroups(InMemoryNode node) : IGroups
    {
        public NodeId Node => node.Id;

        public IProcessGroups ProcessGroups => node.ProcessGroups;

        public IMulticast Multicast => node.Multicast;

        public IProcessGroups GetProcessGroups(ScopeName scope) => node.GetProcessGroups(scope);

        public ValueTask<IGroupMember> CreateMemberAsync(
            string name,
            Func<MemberMessage, ValueTask>? onMessage = null,
            CancellationToken cancellationToken = default) => new(node.CreateMember(name, onMessage));
    }
}
