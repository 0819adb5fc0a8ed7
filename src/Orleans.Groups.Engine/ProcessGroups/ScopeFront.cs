using System.Collections.Immutable;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <summary>
/// A scope on one node as the application sees it: stays the same while lives of the scope come and go.
/// </summary>
internal sealed partial class ScopeFront : IProcessGroups
{
    private readonly NodeHost _node;
    private readonly ScopeRegistry _empty = new();
    private readonly PublishPlans _plans;
    private readonly Lock _lifeGate = new();
    private ScopeHost? _life;
    private ScopeRegistry _registry;
    private long _lives;

    internal ScopeFront(ScopeName scope, NodeHost node)
    {
        Scope = scope;
        _node = node;
        _registry = _empty;
        _plans = new PublishPlans(node.Members);
    }

    /// <inheritdoc/>
    public ScopeName Scope { get; }

    /// <inheritdoc/>
    public NodeId Node => _node.Id;

    /// <inheritdoc/>
    public bool IsRunning => Life is not null;

    /// <inheritdoc/>
    public int GroupCount => Registry.GroupCount;

    /// <summary>What has happened in all its lives.</summary>
    internal ScopeTally Tally { get; } = new();

    /// <summary>Whether it stays on its node.</summary>
    internal bool IsLocal => _node.Core.ProcessGroups.LocalScopes.Contains(Scope.Value);

    /// <summary>The running life, if any.</summary>
    internal ScopeHost? Life => Volatile.Read(ref _life);

    /// <summary>What is read; empty while the scope does not run.</summary>
    internal ScopeRegistry Registry => Volatile.Read(ref _registry);

    /// <inheritdoc/>
    public IProcessGroup this[GroupName group] => new GroupHandle(this, Require(group));

    /// <inheritdoc/>
    public ImmutableArray<MemberId> GetMembers(GroupName group) => Registry.GetMembers(Require(group));

    /// <inheritdoc/>
    public ImmutableArray<MemberId> GetLocalMembers(GroupName group) => Registry.GetLocalMembers(Require(group));

    /// <inheritdoc/>
    public ImmutableArray<GroupName> GetGroups() => Registry.GetGroups();

    /// <inheritdoc/>
    public ImmutableArray<GroupName> GetLocalGroups() => Registry.GetLocalGroups();

    /// <inheritdoc/>
    public int CountMembers(GroupName group) => Registry.CountMembers(Require(group));

    /// <inheritdoc/>
    public int CountLocalMembers(GroupName group) => Registry.CountLocalMembers(Require(group));

    /// <summary>Starts a life, unless one runs or the node stops.</summary>
    internal void Start()
    {
        lock (_node.Core.Nodes.Gate)
        {
            lock (_lifeGate)
            {
                if (_life is not null || _node.IsStopping)
                {
                    return;
                }

                var life = new ScopeHost(this, _node, ++_lives);
                Volatile.Write(ref _registry, life.Registry);
                Volatile.Write(ref _life, life);

                // Race: told of a peer, the life asks it for its table on another thread at once. The answer must find
                // the life here, or it is lost until the next digest. What a peer sends before the life is told of its
                // session is dropped, and comes again with that answer.
                foreach (var (peer, session) in _node.Sessions)
                {
                    life.Tell(new ScopeInput.PeerUp(peer, session));
                }
            }
        }
    }

    /// <summary>Ends the running life with a goodbye.</summary>
    internal void Stop() => End(static life => life.Stop());

    /// <summary>Ends the running life without a word.</summary>
    internal void Abandon() => End(static life => life.Abandon());

    /// <summary>
    /// A life broke an invariant and has ended: another begins, elsewhere, since the caller holds locks.
    /// </summary>
    internal void Faulted(ScopeHost life, Exception exception)
    {
        lock (_lifeGate)
        {
            if (ReferenceEquals(_life, life))
            {
                _life = null;
                _registry = _empty;
            }
        }

        _node.Core.Work.Begin();
        ThreadPool.UnsafeQueueUserWorkItem(
            static state =>
            {
                var (front, exception) = state;
                front._node.Core.Logger.ScopeFaulted(exception, front.Scope, front._node.Id);
                front.Start();
                front._node.Core.Work.End();
            },
            (this, exception),
            preferLocal: false);
    }

    /// <summary>A publication of another node has come: it goes to every member here, once.</summary>
    internal void FanOut(GroupName group, MemberId? from, ReadOnlyMemory<byte> payload)
    {
        var locals = _plans.For(group, Registry.GetMembers(group)).Locals;
        foreach (var member in locals)
        {
            member.Deliver(from, group, payload);
        }
    }

    private static GroupName Require(GroupName group)
    {
        if (group.IsDefault)
        {
            ThrowNotAName();
        }

        return group;
    }

    private static void ThrowNotAName() =>
        throw new ArgumentException("default(GroupName) names no group.", "group");

    private void End(Action<ScopeHost> end)
    {
        ScopeHost? life;
        lock (_lifeGate)
        {
            life = _life;
            _life = null;
            _registry = _empty;
        }

        if (life is not null)
        {
            end(life);
        }
    }

    private JoinStatus NotRunning => _node.IsStopping ? JoinStatus.ShuttingDown : JoinStatus.ScopeStopped;

    /// <summary>One group, without looking up its name again and again.</summary>
    private sealed class GroupHandle(ScopeFront front, GroupName name) : IProcessGroup
    {
        private Found? _found;

        public GroupName Name => name;

        public ImmutableArray<MemberId> Members => Find()?.Members ?? [];

        public ImmutableArray<MemberId> LocalMembers => Find()?.LocalMembers ?? [];

        private GroupCell? Find()
        {
            var registry = front.Registry;
            var found = _found;
            if (found is not null && !found.Cell.IsRemoved && ReferenceEquals(found.Registry, registry))
            {
                return found.Cell;
            }

            var cell = registry.Find(name);
            _found = cell is null ? null : new Found(registry, cell);
            return cell;
        }

        private sealed record Found(ScopeRegistry Registry, GroupCell Cell);
    }
}
