namespace Orleans.Groups;

/// <summary>
/// Carries a client's calls to silos. Each may fail or stay without an answer, and yet be done. Any thread.
/// </summary>
internal interface IClientTransport
{
    /// <summary>Greets whichever silo gets it.</summary>
    Task<GatewayReply> GreetAsync(GatewayRequest request);

    /// <summary>See <see cref="IClientSessionGrain.OpenAsync"/>.</summary>
    Task<SessionWelcome> OpenAsync(PinnedKey session, SessionRequest request);

    /// <summary>See <see cref="IClientSessionGrain.CallAsync"/>.</summary>
    Task<SessionReply> CallAsync(PinnedKey session, SessionCall call);

    /// <summary>See <see cref="IClientSessionGrain.PollAsync"/>.</summary>
    Task<SessionEvents> PollAsync(PinnedKey session, SessionPoll poll);

    /// <summary>See <see cref="IClientSessionGrain.CloseAsync"/>.</summary>
    Task CloseAsync(PinnedKey session);

    /// <summary>A ring member.</summary>
    IRingMemberGrain GetRingMember(PinnedKey member);
}

/// <summary>Carries by grain calls.</summary>
internal sealed class GrainClientTransport(IGrainFactory grains) : IClientTransport
{
    /// <inheritdoc/>
    /// <remarks>Another key each time, because a client sends what has one key through one gateway.</remarks>
    public Task<GatewayReply> GreetAsync(GatewayRequest request) =>
        grains.GetGrain<IGroupsGatewayGrain>(Random.Shared.Next()).GreetAsync(request).AsTask();

    /// <inheritdoc/>
    public Task<SessionWelcome> OpenAsync(PinnedKey session, SessionRequest request) =>
        Find(session).OpenAsync(request).AsTask();

    /// <inheritdoc/>
    public Task<SessionReply> CallAsync(PinnedKey session, SessionCall call) => Find(session).CallAsync(call).AsTask();

    /// <inheritdoc/>
    public Task<SessionEvents> PollAsync(PinnedKey session, SessionPoll poll) => Find(session).PollAsync(poll).AsTask();

    /// <inheritdoc/>
    public Task CloseAsync(PinnedKey session) => Find(session).CloseAsync().AsTask();

    /// <inheritdoc/>
    public IRingMemberGrain GetRingMember(PinnedKey member) => grains.GetGrain<IRingMemberGrain>(member.ToString());

    private IClientSessionGrain Find(PinnedKey session) => grains.GetGrain<IClientSessionGrain>(session.ToString());
}
