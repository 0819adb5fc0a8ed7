using System.Collections.Concurrent;

namespace Orleans.Groups;

/// <summary>Process groups and multicast of one client.</summary>
internal sealed class ClientGroups : IGroupsClient, IDisposable
{
    /// <summary>Stands for the silo of a client that none has served yet.</summary>
    private static readonly NodeId None = new("no silo yet", default);

    private readonly ConcurrentDictionary<ScopeName, ClientScope> _scopes = new();
    private readonly ClientMulticast _multicast;
    private readonly Lock _gate = new();
    private Task? _running;

    internal ClientGroups(ClientCore core)
    {
        Core = core;
        Keeper = new SessionKeeper(core);
        _multicast = new ClientMulticast(this);
    }

    /// <inheritdoc/>
    public NodeId Node => Keeper.LastWelcome?.Node
        ?? throw new InvalidOperationException(
            $"No silo serves this client yet. Await {nameof(IGroupsClient)}.{nameof(ReadyAsync)} first.");

    /// <inheritdoc/>
    public IProcessGroups ProcessGroups => GetProcessGroups(Core.Options.DefaultScope);

    /// <inheritdoc/>
    public IMulticast Multicast => _multicast;

    internal ClientCore Core { get; }

    internal SessionKeeper Keeper { get; }

    /// <summary>The silo that serves the client, for messages to people.</summary>
    internal NodeId NodeOrNone => Keeper.LastWelcome?.Node ?? None;

    /// <inheritdoc/>
    public IProcessGroups GetProcessGroups(ScopeName scope)
    {
        var front = GetScope(scope);
        _ = front.BeginAsync();
        return front;
    }

    /// <inheritdoc/>
    public async ValueTask<IGroupMember> CreateMemberAsync(
        string name,
        Func<MemberMessage, ValueTask>? onMessage = null,
        CancellationToken cancellationToken = default)
    {
        NameRules.Require(name, "member", nameof(name));
        cancellationToken.ThrowIfCancellationRequested();
        var member = new ClientMember(Core, Keeper, name, onMessage);
        var pending = new PendingOperation(member.Describe(), changesState: true, result =>
        {
            if (result is MemberMade made)
            {
                Keeper.Add(member, made.Id);
            }
        });
        var making = Keeper.DoAsync(pending);
        try
        {
            return await making.WaitAsync(cancellationToken).ConfigureAwait(false) is Refused refused
                ? throw refused.Error.ToException($"Making member '{name}'")
                : member;
        }
        catch (OperationCanceledException)
        {
            _ = EndWhenMadeAsync(member, making); // Never throws.
            throw;
        }
    }

    /// <inheritdoc/>
    public Task ReadyAsync(CancellationToken cancellationToken = default) => Keeper.ReadyAsync(cancellationToken);

    /// <inheritdoc/>
    public Task ReadyAsync(ScopeName scope, CancellationToken cancellationToken = default) =>
        GetScope(scope).ReadyAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        Core.IsStopping = true;
        Core.Stop();
    }

    /// <summary>Begins to look for a silo, and waits a while for one.</summary>
    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _running ??= Task.Run(Keeper.RunAsync, CancellationToken.None);
        }

        if (Core.Options.StartTimeout > TimeSpan.Zero)
        {
            try
            {
                await Keeper.ReadyAsync(cancellationToken)
                    .WaitAsync(Core.Options.StartTimeout, Core.Time, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                Core.Logger.ClientStartedAlone(Core.Options.StartTimeout);
            }
        }
    }

    /// <summary>Ring members leave, members end, the session closes.</summary>
    internal async Task StopAsync()
    {
        Core.IsStopping = true;
        await _multicast.StopAsync().ConfigureAwait(false);
        await Keeper.CloseAsync().ConfigureAwait(false);
        Core.Stop();
        if (_running is { } running)
        {
            await running.ConfigureAwait(false);
        }

        var (members, watches) = Keeper.CopyAll();
        foreach (var member in members)
        {
            member.EndHere();
        }

        foreach (var watch in watches)
        {
            watch.EndHere(MonitorEndReason.ScopeStopped);
        }
    }

    private static async Task EndWhenMadeAsync(ClientMember member, Task<SessionResult?> making)
    {
        try
        {
            if (await making.ConfigureAwait(false) is MemberMade)
            {
                member.End();
            }
        }
        catch (GroupException)
        {
            // It was not made.
        }
    }

    private ClientScope GetScope(ScopeName scope)
    {
        if (scope.IsDefault)
        {
            throw new ArgumentException("default(ScopeName) names no scope.", nameof(scope));
        }

        if (_scopes.TryGetValue(scope, out var front))
        {
            return front;
        }

        if (Keeper.LastWelcome is { Scopes: { Length: > 0 } known } && !known.Contains(scope.Value))
        {
            throw new UnknownScopeException(scope, known);
        }

        return _scopes.GetOrAdd(scope, static (name, groups) => new ClientScope(groups, name), this);
    }
}
