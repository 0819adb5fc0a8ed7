namespace Orleans.Groups;

/// <summary>The first address of a client: whichever silo gets the call answers.</summary>
[Alias("Orleans.Groups.IGroupsGatewayGrain")]
internal interface IGroupsGatewayGrain : IGrainWithIntegerKey
{
    /// <summary>Which silo this is, whether it serves clients, and whether another is dead.</summary>
    [Alias("Greet")]
    [ResponseTimeout("00:00:05")]
    ValueTask<GatewayReply> GreetAsync(GatewayRequest request);

    /// <summary>The scopes that run on the silo.</summary>
    [Alias("GetScopes")]
    [ResponseTimeout("00:00:05")]
    ValueTask<string[]> GetScopesAsync();

    /// <summary>What the members of a ring know, on all silos that answer in time.</summary>
    [Alias("GetRing")]
    [ResponseTimeout("00:00:10")]
    ValueTask<RingReply> GetRingAsync(string group);
}

/// <summary>What one silo knows of its ring members; pinned, with an empty id in its key.</summary>
[Alias("Orleans.Groups.ISiloStatusGrain")]
internal interface ISiloStatusGrain : IGrainWithStringKey
{
    /// <summary>What the members of a ring on this silo know.</summary>
    [Alias("GetRing")]
    [ResponseTimeout("00:00:05")]
    ValueTask<RingReply> GetRingAsync(string group);
}

/// <summary>One client's session with one silo; pinned.</summary>
/// <remarks>Calls may be lost, doubled and reordered: operations and polls are numbered.</remarks>
[Alias("Orleans.Groups.IClientSessionGrain")]
internal interface IClientSessionGrain : IGrainWithStringKey
{
    /// <summary>Begins the session. Saying it again changes nothing.</summary>
    [Alias("Open")]
    [ResponseTimeout("00:00:10")]
    ValueTask<SessionWelcome> OpenAsync(SessionRequest request);

    /// <summary>Does something.</summary>
    [Alias("Call")]
    [ResponseTimeout("00:00:20")]
    ValueTask<SessionReply> CallAsync(SessionCall call);

    /// <summary>Asks for events: answered at once when there are some, otherwise after a while.</summary>
    [Alias("Poll")]
    [ResponseTimeout("00:00:20")]
    ValueTask<SessionEvents> PollAsync(SessionPoll poll);

    /// <summary>Ends the session: its members and monitors end at once.</summary>
    [Alias("Close")]
    [ResponseTimeout("00:00:10")]
    ValueTask CloseAsync();
}
