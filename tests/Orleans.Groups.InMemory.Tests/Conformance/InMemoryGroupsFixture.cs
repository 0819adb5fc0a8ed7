using Orleans.Groups.Conformance;

namespace Orleans.Groups.InMemory.Tests.Conformance;

/// <summary>A cluster of the in-memory engine for the conformance suite; uses its public API only.</summary>
internal sealed class InMemoryGroupsFixture : IGroupsFixture
{
    private readonly InMemoryCluster _cluster;

    internal InMemoryGroupsFixture(FixtureOptions options, bool encodesMessages)
    {
        _cluster = new InMemoryCluster(new InMemoryClusterOptions
        {
            ProcessGroups = options.ProcessGroups,
            Multicast = options.Multicast,
            EncodeMessages = encodesMessages,
        });
        Records = new RecordFaults(_cluster.RecordStore);
    }

    public IRecordFaults Records { get; }

    /// <summary>
    /// Completes when the node and its peers have introduced themselves: in at most four rounds of frames each way.
    /// Does not wait for callbacks, one of which a test may block.
    /// </summary>
    public async Task<INodeFixture> AddNodeAsync(string name)
    {
        var node = _cluster.AddNode(name);
        for (var round = 0; round < 4; round++)
        {
            foreach (var each in _cluster.Nodes)
            {
                await _cluster.WaitForInputsAsync(each);
            }
        }

        return new NodeFixture(node);
    }

    public Task StopNodeAsync(INodeFixture node) => _cluster.StopNodeAsync(NodeOf(node));

    public Task KillNodeAsync(INodeFixture node)
    {
        _cluster.KillNode(NodeOf(node));
        return Task.CompletedTask;
    }

    public Task CutAsync(INodeFixture from, INodeFixture to)
    {
        _cluster.Cut(NodeOf(from), NodeOf(to));
        return Task.CompletedTask;
    }

    public Task DeclareDownAsync(INodeFixture observer, INodeFixture node)
    {
        _cluster.DeclareDown(NodeOf(observer), NodeOf(node));
        return _cluster.WaitForInputsAsync(NodeOf(observer));
    }

    public async Task SplitAsync(INodeFixture left, INodeFixture right)
    {
        _cluster.CutBoth(NodeOf(left), NodeOf(right));
        _cluster.DeclareDown(NodeOf(left), NodeOf(right));
        _cluster.DeclareDown(NodeOf(right), NodeOf(left));
        await _cluster.WaitForInputsAsync(NodeOf(left));
        await _cluster.WaitForInputsAsync(NodeOf(right));
    }

    public Task HealAsync(INodeFixture left, INodeFixture right)
    {
        _cluster.Heal(NodeOf(left), NodeOf(right));
        return Task.CompletedTask;
    }

    public Task DrainAsync(CancellationToken cancellationToken = default) => _cluster.DrainAsync(cancellationToken);

    public Task WaitForConvergenceAsync(CancellationToken cancellationToken = default) =>
        _cluster.WaitForConvergenceAsync(cancellationToken);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private static InMemoryNode NodeOf(INodeFixture node) => ((NodeFixture)node).Node;

    private sealed class NodeFixture(InMemoryNode node) : INodeFixture
    {
        internal InMemoryNode Node { get; } = node;

        public string Name => Node.Name;

        public NodeId Id => Node.Id;

        public bool IsAlive => Node.IsAlive;

        public IMulticast Multicast => Node.Multicast;

        public IProcessGroups GetProcessGroups(ScopeName? scope = null) =>
            scope is { } name ? Node.GetProcessGroups(name) : Node.ProcessGroups;

        public IGroupMember CreateMember(string name, Func<MemberMessage, ValueTask>? onMessage = null) =>
            Node.CreateMember(name, onMessage);

        public Task StopScopeAsync(ScopeName scope) => Node.StopScopeAsync(scope);

        public Task StartScopeAsync(ScopeName scope)
        {
            Node.StartScope(scope);
            return Task.CompletedTask;
        }
    }

    private sealed class RecordFaults(InMemoryRecordStore store) : IRecordFaults
    {
        public Task SetUnavailableAsync(bool isUnavailable) => Do(() => store.Fail(isUnavailable));

        public Task HoldAsync() => Do(store.Hold);

        public Task ReleaseAsync() => Do(store.Release);

        public Task LoseRepliesAsync(int count) => Do(() => store.LoseReplies(count));

        public Task LoseRecordAsync(GroupName group) => Do(() => store.Lose(group));

        public Task<bool> ExistsAsync(GroupName group) => Task.FromResult(store.Exists(group));

        private static Task Do(Action action)
        {
            action();
            return Task.CompletedTask;
        }
    }
}
