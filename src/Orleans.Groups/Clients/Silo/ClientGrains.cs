using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Placement;

namespace Orleans.Groups;

/// <summary>Answers clients on whichever silo they have reached.</summary>
[StatelessWorker]
[Reentrant]
internal sealed class GroupsGatewayGrain(
    SiloGroups groups,
    SiloClients clients,
    IClusterMembershipService membership,
    ILogger<GroupsGatewayGrain> logger) : Grain, IGroupsGatewayGrain
{
    /// <summary>How long all silos together may take to answer.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public ValueTask<GatewayReply> GreetAsync(GatewayRequest request)
    {
        var version = ClientProtocol.Negotiate(request.Oldest, request.Newest);
        return new ValueTask<GatewayReply>(new GatewayReply
        {
            Silo = groups.Network.Silo,
            IsStopping = clients.IsStopping,
            IsDead = request.AskedAfter is { } silo && IsDead(silo),
            Error = version == 0 ? ClientProtocol.Incompatible(request.Oldest, request.Newest) : null,
        });
    }

    /// <inheritdoc/>
    public ValueTask<string[]> GetScopesAsync() =>
        new([.. groups.Host.Scopes
            .Where(static scope => scope.IsRunning)
            .Select(static scope => scope.Scope.Value)
            .Order(StringComparer.Ordinal)]);

    /// <inheritdoc/>
    public async ValueTask<RingReply> GetRingAsync(string group)
    {
        if (NameRules.GetError(group) is { } error)
        {
            return new RingReply { Error = GroupError.Argument($"The group's name is not valid: {error}.") };
        }

        var silos = membership.CurrentSnapshot.Members.Values
            .Where(static member => member.Status is SiloStatus.Active or SiloStatus.ShuttingDown)
            .Select(static member => member.SiloAddress)
            .ToList();
        var asked = silos.ConvertAll(silo => AskAsync(silo, group));
        await Task.WhenAny(Task.WhenAll(asked), Task.Delay(Limit));
        List<MulticastStatus> members = [];
        List<string> silent = [];
        for (var index = 0; index < silos.Count; index++)
        {
            if (asked[index].IsCompletedSuccessfully && await asked[index] is { } answer)
            {
                members.AddRange(answer.Members);
            }
            else
            {
                silent.Add(SiloNames.Describe(silos[index]));
            }
        }

        return new RingReply { Members = [.. members], Silent = [.. silent] };
    }

    private async Task<RingReply?> AskAsync(SiloAddress silo, string group)
    {
        try
        {
            var key = new PinnedKey(silo, Guid.Empty).ToString();
            return await GrainFactory.GetGrain<ISiloStatusGrain>(key).GetRingAsync(group);
        }
        catch (Exception exception)
        {
            logger.RingQuestionFailed(exception, silo);
            return null;
        }
    }

    /// <summary>
    /// A silo that is not listed was dead long enough to be forgotten, or is too new to be known here.
    /// </summary>
    private bool IsDead(SiloAddress silo) =>
        !silo.Equals(groups.Network.Silo)
        && (membership.CurrentSnapshot.GetSiloStatus(silo) == SiloStatus.Dead
            || groups.Network.IsDead(SiloNames.ToNode(silo, Guid.Empty)));
}

/// <summary>Says what one silo knows.</summary>
[PinnedPlacement]
[Immovable]
[Reentrant]
internal sealed class SiloStatusGrain(SiloGroups groups) : Grain, ISiloStatusGrain
{
    /// <inheritdoc/>
    public ValueTask<RingReply> GetRingAsync(string group)
    {
        var members = GroupName.TryCreate(group, out var name)
            ? groups.Host.Rings.CopyAll().Where(ring => ring.Group == name).Select(static ring => ring.GetStatus())
            : [];
        return new ValueTask<RingReply>(new RingReply { Members = [.. members] });
    }
}

/// <summary>Leads the calls of a client to its session.</summary>
/// <remarks>
/// The session is not kept in the grain: it lives as long as its lease, whatever happens to the activation.
/// </remarks>
[PinnedPlacement]
[Immovable]
[Reentrant]
internal sealed class ClientSessionGrain(SiloGroups groups, SiloClients clients) : Grain, IClientSessionGrain
{
    /// <inheritdoc/>
    public ValueTask<SessionWelcome> OpenAsync(SessionRequest request) => new(
        TryGetId(out var id)
            ? clients.Open(id, request)
            : new SessionWelcome { Error = GroupError.Argument("The session's key does not belong to this silo.") });

    /// <inheritdoc/>
    public async ValueTask<SessionReply> CallAsync(SessionCall call) =>
        Find() is { } session ? await session.CallAsync(call) : SessionReply.Gone;

    /// <inheritdoc/>
    public async ValueTask<SessionEvents> PollAsync(SessionPoll poll) =>
        Find() is { } session ? await session.PollAsync(poll) : SessionEvents.Gone;

    /// <inheritdoc/>
    public ValueTask CloseAsync()
    {
        Find()?.Close();
        return ValueTask.CompletedTask;
    }

    private ClientSession? Find() => TryGetId(out var id) ? clients.FindSession(id) : null;

    private bool TryGetId(out Guid id)
    {
        var isKey = PinnedKey.TryParse(this.GetPrimaryKeyString(), out var key);
        id = key.Id;
        return isKey && id != Guid.Empty && key.Silo.Equals(groups.Network.Silo);
    }
}

/// <summary>Leads the calls of its owner to a ring member.</summary>
[PinnedPlacement]
[Immovable]
[Reentrant]
internal sealed class RingMemberGrain(SiloGroups groups, SiloClients clients) : Grain, IRingMemberGrain
{
    /// <inheritdoc/>
    public async ValueTask<RingJoinReply> JoinAsync(RingJoinRequest request)
    {
        var isKey = PinnedKey.TryParse(this.GetPrimaryKeyString(), out var key);
        if (!isKey || key.Id == Guid.Empty || !key.Silo.Equals(groups.Network.Silo))
        {
            return HostedRingMember.Refuse(GroupError.Argument("The member's key does not belong to this silo."));
        }

        return HostedRingMember.Check(request) is { } wrong ? HostedRingMember.Refuse(wrong)
            : clients.GetOrAddRingMember(key.Id, request, out var error) is { } member
                ? await member.JoinAsync(request)
                : HostedRingMember.RefuseOrGone(error);
    }

    /// <inheritdoc/>
    public async ValueTask<RingBroadcastReply> BroadcastAsync(RingBroadcastRequest request) =>
        Find() is { } member ? await member.BroadcastAsync(request) : RingBroadcastReply.Gone;

    /// <inheritdoc/>
    public async ValueTask<RingBroadcastReply> ConfirmedBroadcastAsync(RingConfirmRequest request) =>
        Find() is { } member ? await member.ConfirmAsync(request) : RingBroadcastReply.Gone;

    /// <inheritdoc/>
    public async ValueTask<RingMemberEvents> PollAsync(RingPoll poll) =>
        Find() is { } member ? await member.PollAsync(poll) : RingMemberEvents.Gone;

    /// <inheritdoc/>
    public async ValueTask<RingMemberReply> EndAsync(RingEndRequest request) =>
        Find() is { } member ? await member.EndAsync(request) : RingMemberReply.Gone;

    /// <inheritdoc/>
    public async ValueTask<RingMemberReply> ValidateMembersAsync(RingValidateRequest request) =>
        Find() is { } member ? await member.ValidateAsync(request) : RingMemberReply.Gone;

    /// <inheritdoc/>
    public ValueTask<MulticastStatus?> GetStatusAsync() => new(Find()?.GetStatus());

    private HostedRingMember? Find() =>
        PinnedKey.TryParse(this.GetPrimaryKeyString(), out var key) && key.Silo.Equals(groups.Network.Silo)
            ? clients.FindRingMember(key.Id)
            : null;
}
