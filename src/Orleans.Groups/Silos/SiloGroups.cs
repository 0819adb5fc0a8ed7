using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Groups.Engine;

namespace Orleans.Groups;

/// <summary>The node of this silo: made with the silo's services, started and stopped by its scope grain.</summary>
internal sealed class SiloGroups : IGroups, IDisposable
{
    /// <summary>
    /// Silos that live answer in milliseconds; one that has just died must not hold up this one's end.
    /// </summary>
    private static readonly TimeSpan GoodbyeLimit = TimeSpan.FromSeconds(3);

    private readonly IClusterMembershipService _membership;
    private readonly CancellationTokenSource _stop = new();
    private Task _following = Task.CompletedTask;
    private bool _isDisposed;

    public SiloGroups(
        IOptions<GroupsOptions> options,
        ILocalSiloDetails silo,
        IClusterMembershipService membership,
        ISiloTransport transport,
        RecordStoreFactory records,
        ILoggerFactory loggerFactory,
        GroupsInstruments instruments,
        TimeProvider? time = null,
        WorkCounter? work = null)
    {
        _membership = membership;
        Options = options.Value;
        var core = new SiloCore(
            Options,
            time ?? TimeProvider.System,
            loggerFactory.CreateLogger("Orleans.Groups"),
            (ulong)Random.Shared.NextInt64(),
            records,
            work,
            instruments);
        Network = new SiloNetwork(core, silo.SiloAddress, new SiloDirectory(membership), transport);
        core.Connect(Network);
        Host = new NodeHost(core, Network.Self);
        Network.Connect(Host);
        _ = new ScopeObservables(instruments.Meter, this); // The meter keeps them.
        _ = new RingObservables(instruments.Meter, this);
        _ = new LinkObservables(instruments.Meter, Network);
        Multicast = new SiloMulticast(Host.Multicast);
    }

    /// <inheritdoc/>
    public NodeId Node => Host.Id;

    /// <inheritdoc/>
    public IProcessGroups ProcessGroups => GetProcessGroups(Options.ProcessGroups.DefaultScope);

    /// <inheritdoc/>
    public IMulticast Multicast { get; }

    internal GroupsOptions Options { get; }

    internal SiloNetwork Network { get; }

    internal NodeHost Host { get; }

    /// <summary>Whether the silo was active once.</summary>
    internal bool IsStarted { get; private set; }

    /// <inheritdoc/>
    public IProcessGroups GetProcessGroups(ScopeName scope) => Host.GetScope(scope);

    /// <inheritdoc/>
    public ValueTask<IGroupMember> CreateMemberAsync(
        string name,
        Func<MemberMessage, ValueTask>? onMessage = null,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        GrainNames.ThrowIfGrain(name, nameof(name));
        return new ValueTask<IGroupMember>(Host.Members.Create(name, onMessage));
    }

    /// <summary>
    /// The services end. A silo that was not stopped in order ends as if it were killed. Called once for each service
    /// that this object is.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        Host.Kill();
        _stop.Cancel();
        _stop.Dispose();
    }

    /// <summary>The silo is active.</summary>
    internal void Start()
    {
        IsStarted = true;
        Host.Start();
        _following = FollowAsync(_stop.Token);
        _ = WatchOwnDeathAsync(); // Never throws.
    }

    /// <summary>The silo stops in order: scopes say goodbye, ring members leave, links drain.</summary>
    internal async Task StopAsync()
    {
        await Host.StopAsync().ConfigureAwait(false);
        await Network.WaitForGoodbyesAsync(GoodbyeLimit).ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(false);
    }

    private async Task FollowAsync(CancellationToken stopping)
    {
        try
        {
            var updates = _membership.MembershipUpdates.WithCancellation(stopping);
            await foreach (var snapshot in updates.ConfigureAwait(false))
            {
                Network.Update(snapshot);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        catch (Exception exception)
        {
            // A silo that no longer hears who lives promises nothing: it goes, rather than trust what it knew.
            Network.Core.Logger.MembershipLost(exception, Network.Silo);
            Network.DeclaredDead(Network.Silo);
        }
    }

    /// <summary>
    /// A silo that was declared dead and runs on is nobody's peer any more: its members end, and say so.
    /// </summary>
    private async Task WatchOwnDeathAsync()
    {
        await Network.DeclaredDeadSource.Task.ConfigureAwait(false);
        await Host.LoseMembershipAsync().ConfigureAwait(false);
    }
}
