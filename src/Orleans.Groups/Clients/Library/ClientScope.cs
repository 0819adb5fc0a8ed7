using System.Collections.Immutable;

namespace Orleans.Groups;

/// <summary>A scope as a client sees it: reads from a copy, everything else through its session.</summary>
internal sealed partial class ClientScope : IProcessGroups
{
    private readonly Lock _gate = new();
    private readonly ClientGroups _groups;
    private readonly ScopeMirror _mirror;
    private Task? _starting;

    internal ClientScope(ClientGroups groups, ScopeName scope)
    {
        _groups = groups;
        Scope = scope;
        _mirror = new ScopeMirror(groups.Keeper, scope);
    }

    /// <inheritdoc/>
    public ScopeName Scope { get; }

    /// <inheritdoc/>
    public NodeId Node => _groups.Node;

    /// <inheritdoc/>
    public bool IsRunning => _mirror.Ready.IsCompletedSuccessfully && !_groups.Core.IsStopping;

    /// <inheritdoc/>
    public int GroupCount => Mirror.GroupCount;

    /// <inheritdoc/>
    public IProcessGroup this[GroupName group] => new GroupHandle(this, Require(group));

    private SessionKeeper Keeper => _groups.Keeper;

    private ScopeMirror Mirror
    {
        get
        {
            if (Volatile.Read(ref _starting) is not { IsFaulted: false })
            {
                _ = BeginAsync();
            }

            return _mirror;
        }
    }

    /// <inheritdoc/>
    public ImmutableArray<MemberId> GetMembers(GroupName group) => Mirror.GetMembers(Require(group));

    /// <inheritdoc/>
    public ImmutableArray<MemberId> GetLocalMembers(GroupName group) => Mirror.GetLocalMembers(Require(group));

    /// <inheritdoc/>
    public ImmutableArray<GroupName> GetGroups() => Mirror.Groups;

    /// <inheritdoc/>
    public ImmutableArray<GroupName> GetLocalGroups() => Mirror.GetLocalGroups();

    /// <inheritdoc/>
    public int CountMembers(GroupName group) => Mirror.CountMembers(Require(group));

    /// <inheritdoc/>
    public int CountLocalMembers(GroupName group) => Mirror.GetLocalMembers(Require(group)).Length;

    /// <summary>Begins to keep the copy up to date, and completes when it shows what the silo knows now.</summary>
    internal async Task ReadyAsync(CancellationToken cancellationToken)
    {
        await BeginAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        await _mirror.Ready.WaitAsync(cancellationToken).ConfigureAwait(false);
        await ChangeAsync([], [], isJoin: true, cancellationToken).ConfigureAwait(false); // Changes nothing.
    }

    /// <summary>Starts the mirror unless it has been; what goes wrong is told to whoever waits for it.</summary>
    internal Task BeginAsync()
    {
        lock (_gate)
        {
            if (_starting is { IsFaulted: false })
            {
                return _starting;
            }

            var starting = _mirror.StartAsync($"Reading scope {Scope}", CancellationToken.None);
            _ = starting.ContinueWith(
                static task => _ = task.Exception, // Somebody who only reads does not wait for it.
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted,
                TaskScheduler.Default);
            Volatile.Write(ref _starting, starting);
            return starting;
        }
    }

    private static GroupName Require(GroupName group) =>
        group.IsDefault ? throw new ArgumentException("default(GroupName) names no group.", nameof(group)) : group;

    /// <summary>One group, looked up at each read: that is as cheap as a read.</summary>
    private sealed class GroupHandle(ClientScope scope, GroupName name) : IProcessGroup
    {
        public GroupName Name => name;

        public ImmutableArray<MemberId> Members => scope.Mirror.GetMembers(name);

        public ImmutableArray<MemberId> LocalMembers => scope.Mirror.GetLocalMembers(name);
    }
}
