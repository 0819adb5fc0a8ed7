namespace Orleans.Groups.Tests;

/// <summary>Lets a test choose the silo of a client's next session, and make silos unreachable for it.</summary>
internal sealed class SteeredTransport(IClientTransport inner) : IClientTransport
{
    private readonly Lock _gate = new();
    private readonly HashSet<SiloAddress> _cut = [];
    private SiloAddress? _next;

    /// <summary>The sessions that were opened.</summary>
    internal Seen<PinnedKey> Opened { get; } = new();

    /// <summary>Called before each operation of a session.</summary>
    internal Func<SessionCall, Task>? BeforeCall { get; set; }

    /// <summary>The session that was opened last.</summary>
    internal PinnedKey Session => Opened.Items[^1];

    /// <summary>From now on nothing reaches that silo, or comes back.</summary>
    internal void Cut(SiloAddress silo)
    {
        lock (_gate)
        {
            _cut.Add(silo);
        }
    }

    /// <summary>That silo can be reached again.</summary>
    internal void Heal(SiloAddress silo)
    {
        lock (_gate)
        {
            _cut.Remove(silo);
        }
    }

    /// <summary>The next session is opened on that silo.</summary>
    internal void Prefer(SiloAddress? silo)
    {
        lock (_gate)
        {
            _next = silo;
        }
    }

    public async Task<GatewayReply> GreetAsync(GatewayRequest request)
    {
        var reply = await inner.GreetAsync(request);
        lock (_gate)
        {
            var silo = _next ?? reply.Silo;
            if (request.AskedAfter is null && _cut.Contains(silo))
            {
                throw new TimeoutException("The test has cut this silo off.");
            }

            return new GatewayReply
            {
                Silo = silo,
                IsStopping = reply.IsStopping,
                IsDead = reply.IsDead,
                Error = reply.Error,
            };
        }
    }

    public async Task<SessionWelcome> OpenAsync(PinnedKey session, SessionRequest request)
    {
        var welcome = await ThroughAsync(session, () => inner.OpenAsync(session, request));
        Opened.Add(session);
        return welcome;
    }

    public async Task<SessionReply> CallAsync(PinnedKey session, SessionCall call)
    {
        if (BeforeCall is { } hook)
        {
            await hook(call);
        }

        return await ThroughAsync(session, () => inner.CallAsync(session, call));
    }

    public Task<SessionEvents> PollAsync(PinnedKey session, SessionPoll poll) =>
        ThroughAsync(session, () => inner.PollAsync(session, poll));

    public Task CloseAsync(PinnedKey session) => ThroughAsync(session, async () =>
    {
        await inner.CloseAsync(session);
        return true;
    });

    public IRingMemberGrain GetRingMember(PinnedKey member) =>
        new SteeredRing(this, member, inner.GetRingMember(member));

    private async Task<T> ThroughAsync<T>(PinnedKey key, Func<Task<T>> call)
    {
        ThrowIfCut(key.Silo);
        var result = await call();
        ThrowIfCut(key.Silo);
        return result;
    }

    private void ThrowIfCut(SiloAddress silo)
    {
        lock (_gate)
        {
            if (_cut.Contains(silo))
            {
                throw new TimeoutException("The test has cut this silo off.");
            }
        }
    }

    private sealed class SteeredRing(SteeredTransport transport, PinnedKey key, IRingMemberGrain inner)
        : IRingMemberGrain
    {
        public ValueTask<RingJoinReply> JoinAsync(RingJoinRequest request) =>
            new(transport.ThroughAsync(key, () => inner.JoinAsync(request).AsTask()));

        public ValueTask<RingBroadcastReply> BroadcastAsync(RingBroadcastRequest request) =>
            new(transport.ThroughAsync(key, () => inner.BroadcastAsync(request).AsTask()));

        public ValueTask<RingBroadcastReply> ConfirmedBroadcastAsync(RingConfirmRequest request) =>
            new(transport.ThroughAsync(key, () => inner.ConfirmedBroadcastAsync(request).AsTask()));

        public ValueTask<RingMemberEvents> PollAsync(RingPoll poll) =>
            new(transport.ThroughAsync(key, () => inner.PollAsync(poll).AsTask()));

        public ValueTask<RingMemberReply> EndAsync(RingEndRequest request) =>
            new(transport.ThroughAsync(key, () => inner.EndAsync(request).AsTask()));

        public ValueTask<RingMemberReply> ValidateMembersAsync(RingValidateRequest request) =>
            new(transport.ThroughAsync(key, () => inner.ValidateMembersAsync(request).AsTask()));

        public ValueTask<MulticastStatus?> GetStatusAsync() =>
            new(transport.ThroughAsync(key, () => inner.GetStatusAsync().AsTask()));
    }
}
