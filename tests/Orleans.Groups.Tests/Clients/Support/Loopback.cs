using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Groups.InMemory;
using Orleans.Serialization;

namespace Orleans.Groups.Tests;

/// <summary>
/// What silos keep for clients, without silos: it stands on nodes in memory, and calls reach it through the serialiser
/// but no network, under a clock of the test's choice.
/// </summary>
internal sealed class Loopback : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().BuildServiceProvider();
    private readonly InMemoryCluster _cluster;
    private readonly Dictionary<SiloAddress, SiloClients> _silos = [];
    private readonly List<ClientGroups> _clients = [];

    internal Loopback(int silos, GroupsOptions? options = null, TimeProvider? time = null)
    {
        Options = options ?? new GroupsOptions();
        _cluster = new InMemoryCluster(new InMemoryClusterOptions
        {
            ProcessGroups = Options.ProcessGroups,
            Multicast = Options.Multicast,
            TimeProvider = time ?? TimeProvider.System,
        });
        Serializer = _services.GetRequiredService<Serializer>();
        for (var index = 0; index < silos; index++)
        {
            var node = _cluster.AddNode($"silo{index}");
            var address = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 10_000 + index), index + 1);
            var clients = new SiloClients(node.Host, Options);
            clients.CloseElsewhere = key => Find(key.Silo).FindSession(key.Id)?.Close();
            _silos.Add(address, clients);
            Nodes.Add(node);
            Addresses.Add(address);
        }
    }

    internal GroupsOptions Options { get; }

    internal Serializer Serializer { get; }

    internal List<InMemoryNode> Nodes { get; } = [];

    internal List<SiloAddress> Addresses { get; } = [];

    /// <summary>Silos that are dead, and that everybody knows to be.</summary>
    internal HashSet<SiloAddress> Dead { get; } = [];

    /// <summary>The silo that answers a greeting.</summary>
    internal int Gateway { get; set; }

    internal SiloClients Find(SiloAddress silo) => _silos[silo];

    internal SiloClients ClientsOf(int silo) => _silos[Addresses[silo]];

    /// <summary>A new client over a transport.</summary>
    internal async Task<ClientGroups> ConnectAsync(
        IClientTransport transport,
        Action<GroupsClientOptions>? configure = null,
        TimeProvider? time = null)
    {
        var options = new GroupsClientOptions { CallTimeout = TimeSpan.FromSeconds(1) };
        configure?.Invoke(options);
        var client = new ClientGroups(
            new ClientCore(options, transport, time ?? TimeProvider.System, NullLogger.Instance));
        _clients.Add(client);
        await client.StartAsync(CancellationToken.None);
        return client;
    }

    /// <summary>Opens a session by hand, for a test that speaks the protocol itself.</summary>
    internal ClientSession OpenSession(int silo = 0)
    {
        var id = Guid.NewGuid();
        Assert.Null(ClientsOf(silo).Open(id, new SessionRequest()).Error);
        return ClientsOf(silo).FindSession(id)!;
    }

    internal Task DrainAsync() => _cluster.DrainAsync().LimitAsync("nothing is under way");

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.StopAsync();
            client.Dispose();
        }

        await _cluster.DisposeAsync();
        await _services.DisposeAsync();
    }
}

/// <summary>Carries calls to a <see cref="Loopback"/>; a derived class decides what becomes of each.</summary>
internal class LoopbackTransport(Loopback loopback) : IClientTransport
{
    public Task<GatewayReply> GreetAsync(GatewayRequest request) => CarryAsync(() => Task.FromResult(new GatewayReply
    {
        Silo = loopback.Addresses[loopback.Gateway],
        IsStopping = loopback.ClientsOf(loopback.Gateway).IsStopping,
        IsDead = request.AskedAfter is { } silo && loopback.Dead.Contains(silo),
    }));

    public virtual Task<SessionWelcome> OpenAsync(PinnedKey session, SessionRequest request) =>
        CarryAsync(() => Task.FromResult(loopback.Find(session.Silo).Open(session.Id, Copy(request))));

    public Task<SessionReply> CallAsync(PinnedKey session, SessionCall call) => CarryAsync(async () =>
        loopback.Find(session.Silo).FindSession(session.Id) is { } found
            ? await found.CallAsync(OnArrival(session, Copy(call)))
            : SessionReply.Gone);

    public Task<SessionEvents> PollAsync(PinnedKey session, SessionPoll poll) => CarryAsync(async () =>
        loopback.Find(session.Silo).FindSession(session.Id) is { } found
            ? await found.PollAsync(Copy(poll))
            : SessionEvents.Gone);

    public Task CloseAsync(PinnedKey session) => CarryAsync(() =>
    {
        loopback.Find(session.Silo).FindSession(session.Id)?.Close();
        return Task.FromResult(new SessionRequest());
    });

    public IRingMemberGrain GetRingMember(PinnedKey member) => new Ring(this, member);

    /// <summary>Does the call, or what else becomes of it.</summary>
    protected virtual Task<T> DecideAsync<T>(Func<Task<T>> call) => call();

    /// <summary>What a session gets for a call that has reached its silo.</summary>
    protected virtual SessionCall OnArrival(PinnedKey session, SessionCall call) => call;

    private async Task<T> CarryAsync<T>(Func<Task<T>> call) => Copy(await DecideAsync(call));

    private T Copy<T>(T value) => loopback.Serializer.Deserialize<T>(loopback.Serializer.SerializeToArray(value));

    private sealed class Ring(LoopbackTransport transport, PinnedKey key) : IRingMemberGrain
    {
        private SiloClients Clients => transport.Find(key);

        private HostedRingMember? Member => Clients.FindRingMember(key.Id);

        public ValueTask<RingJoinReply> JoinAsync(RingJoinRequest request) => new(transport.CarryAsync(async () =>
            HostedRingMember.Check(request) is { } wrong ? HostedRingMember.Refuse(wrong)
                : Clients.GetOrAddRingMember(key.Id, transport.Copy(request), out var error) is { } member
                    ? await member.JoinAsync(request)
                    : HostedRingMember.RefuseOrGone(error)));

        public ValueTask<RingBroadcastReply> BroadcastAsync(RingBroadcastRequest request) =>
            new(transport.CarryAsync(async () => Member is { } member
                ? await member.BroadcastAsync(transport.Copy(request))
                : RingBroadcastReply.Gone));

        public ValueTask<RingBroadcastReply> ConfirmedBroadcastAsync(RingConfirmRequest request) =>
            new(transport.CarryAsync(async () => Member is { } member
                ? await member.ConfirmAsync(transport.Copy(request))
                : RingBroadcastReply.Gone));

        public ValueTask<RingMemberEvents> PollAsync(RingPoll poll) => new(transport.CarryAsync(async () =>
            Member is { } member ? await member.PollAsync(transport.Copy(poll)) : RingMemberEvents.Gone));

        public ValueTask<RingMemberReply> EndAsync(RingEndRequest request) => new(transport.CarryAsync(async () =>
            Member is { } member ? await member.EndAsync(transport.Copy(request)) : RingMemberReply.Gone));

        public ValueTask<RingMemberReply> ValidateMembersAsync(RingValidateRequest request) =>
            new(transport.CarryAsync(async () => Member is { } member
                ? await member.ValidateAsync(transport.Copy(request))
                : RingMemberReply.Gone));

        public ValueTask<MulticastStatus?> GetStatusAsync() => new(Member?.GetStatus());
    }

    private SiloClients Find(PinnedKey key) => loopback.Find(key.Silo);
}

/// <summary>
/// Loses calls, loses their answers, makes them twice, and makes them again when others have come since; drawn from a
/// seed.
/// </summary>
internal class UnreliableTransport(Loopback loopback, int seed, double faults) : LoopbackTransport(loopback)
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);
    private readonly List<Func<Task>> _late = [];

    /// <summary>How often something was done to a call.</summary>
    internal int Faults { get; private set; }

    protected override async Task<T> DecideAsync<T>(Func<Task<T>> call)
    {
        var fault = -1;
        List<Func<Task>> late = [];
        lock (_gate)
        {
            if (_random.NextDouble() < faults)
            {
                fault = _random.Next(4);
                Faults++;
            }

            while (_late.Count > 0 && _random.Next(3) == 0)
            {
                late.Add(_late[0]);
                _late.RemoveAt(0);
            }

            if (fault == 3)
            {
                _late.Add(call);
            }
        }

        foreach (var old in late)
        {
            _ = old(); // Its answer reaches nobody.
        }

        switch (fault)
        {
            case 0:
                throw new TimeoutException("The test has lost the call.");
            case 1:
                await call();
                throw new TimeoutException("The test has lost the answer.");
            case 2:
                _ = call();
                return await call();
            default:
                return await call();
        }
    }
}
