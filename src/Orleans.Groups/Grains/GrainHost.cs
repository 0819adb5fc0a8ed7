using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Timers;

namespace Orleans.Groups;

/// <summary>
/// What one activation has in groups: its member, its memberships, its places in rings, its monitors. A component of
/// the activation, made when it first has something; all of it ends with the activation. Any thread.
/// </summary>
#pragma warning disable CA1001 // The member is ended, which disposes it, with the activation.
internal sealed class GrainHost
#pragma warning restore CA1001
{
    private readonly Lock _gate = new();
    private readonly HashSet<GrainLane> _lanes = [];
    private readonly GrainHosts _hosts;
    private GrainMember? _member;
    private bool _hasEnded;
    private volatile bool _isBeingRevived;

    internal GrainHost(IGrainContext context, GrainHosts hosts)
    {
        Context = context;
        _hosts = hosts;
        Memberships = new GrainMemberships(context, hosts.Runtime);
        _isBeingRevived = GrainReviver.IsReviving(context.GrainId);

        // Without the caller's execution context, which would be kept for as long as the activation lives.
        context.Deactivated.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(End);
    }

    internal IGrainContext Context { get; }

    internal GrainMemberships Memberships { get; }

    internal SiloGroups Silo => _hosts.Silo;

    /// <summary>How many queues call into the activation: those of its rings and monitors.</summary>
    internal int LaneCount
    {
        get
        {
            lock (_gate)
            {
                return _lanes.Count;
            }
        }
    }

    /// <summary>That of the activation in which a grain lives.</summary>
    /// <exception cref="GroupException">The activation has ended.</exception>
    /// <exception cref="InvalidOperationException">
    /// The silo has no groups, or the grain is being constructed.
    /// </exception>
    internal static GrainHost Of(IGrainBase grain)
    {
        ArgumentNullException.ThrowIfNull(grain);
        return Of(grain.GrainContext);
    }

    /// <inheritdoc cref="Of(IGrainBase)"/>
    internal static GrainHost Of(IGrainContext context)
    {
        if (context.Deactivated.IsCompleted)
        {
            throw Ended(context);
        }

        if (context.GrainInstance is null)
        {
            throw new InvalidOperationException(
                $"Grain {context.GrainId} is being constructed, and that activation may be dropped again. Join in "
                + $"{nameof(IGrainBase.OnActivateAsync)}, or with [JoinsGroup] on the class.");
        }

        try
        {
            return context.GetComponent<GrainHost>() ?? Hosts(context).Create(context);
        }
        catch (ObjectDisposedException)
        {
            throw Ended(context); // Its services go first.
        }
    }

    /// <summary>The activation's member; a new one when it has none, or has ended the one it had.</summary>
    /// <exception cref="GroupLimitException">There are too many members on this silo.</exception>
    /// <exception cref="GroupException">The silo is stopping, or the activation has ended.</exception>
    /// <exception cref="UnsuitableGrainIdException">The grain's id does not fit into a name.</exception>
    internal GrainMember GetMember()
    {
        lock (_gate)
        {
            if (_hasEnded)
            {
                throw Ended(Context);
            }

            if (_member is { HasEnded: false } member)
            {
                return member;
            }

            var payloads = Context.GrainInstance is IGroupMessageHandler handler
                ? new GrainPayloads(Context, _hosts.Timers, handler)
                : null;
            _member = new GrainMember(
                Silo.Host.Members.Create(
                    GrainNames.ToName(Context.GrainId),
                    payloads is null ? null : payloads.HandleAsync),
                payloads,
                Memberships);
            return _member;
        }
    }

    /// <summary>Adds one membership in each of some groups.</summary>
    internal async ValueTask<JoinResult> JoinAsync(
        IProcessGroups groups,
        ImmutableArray<GroupName> names,
        GrainJoinOptions? options,
        CancellationToken cancellationToken)
    {
        var result = await groups.JoinAsync(names, [GetMember().Id], cancellationToken);
        if (result.IsJoined && options is not null)
        {
            Memberships.Joined(groups.Scope, names, options);
        }

        return result;
    }

    /// <summary>Takes away one membership in each of some groups.</summary>
    internal ValueTask<LeaveResult> LeaveAsync(
        IProcessGroups groups,
        ImmutableArray<GroupName> names,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Memberships.Left(groups.Scope, names); // Whatever the answer: it is not to be brought back there.
        MemberId? member;
        lock (_gate)
        {
            member = _member is { HasEnded: false } ? _member.Id : null;
        }

        return member is null
            ? new ValueTask<LeaveResult>(new LeaveResult(LeaveStatus.NotJoined, []))
            : groups.LeaveAsync(names, [member], cancellationToken);
    }

    /// <summary>The call has come for which the activation was made, so it is active.</summary>
    internal void HasBeenRevived() => _isBeingRevived = false;

    /// <summary>Begins to call into the activation.</summary>
    /// <param name="onEnd">What to do when it ends.</param>
    /// <exception cref="GroupException">It has ended.</exception>
    internal GrainLane<TResult> Open<TResult>(Action onEnd)
        where TResult : struct
    {
        var lane = new GrainLane<TResult>(Context, onEnd);
        lock (_gate)
        {
            if (_hasEnded)
            {
                throw Ended(Context);
            }

            _lanes.Add(lane);
        }

        return lane;
    }

    /// <summary>Nothing calls on this lane any more.</summary>
    internal void Close(GrainLane lane)
    {
        lock (_gate)
        {
            _lanes.Remove(lane);
        }
    }

    /// <summary>Forgets the lane when what it belongs to has completed.</summary>
    internal void CloseAfter(GrainLane lane, Task completion) =>
        completion.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => Close(lane));

    private static GrainHosts Hosts(IGrainContext context) =>
        context.ActivationServices.GetService<GrainHosts>()
        ?? throw new InvalidOperationException(
            $"Grain {context.GrainId} lives on a silo without groups: call siloBuilder.AddGroups() on every silo.");

    private static GroupException Ended(IGrainContext context) =>
        new(
            GroupErrorCode.Terminated,
            isTransient: false,
            $"Activation {context.ActivationId} of grain {context.GrainId} has ended, or is none: it cannot be a "
            + "member.");

    /// <summary>The activation has ended, for whatever reason.</summary>
    private void End()
    {
        GrainLane[] lanes;
        lock (_gate)
        {
            _hasEnded = true;
            lanes = [.. _lanes];
            _lanes.Clear();
        }

        // First, while it is known what there is to come back for. An activation that fails while it is being brought
        // back begins nothing: whoever brings it back tries again, or gives up.
        var rejoining = Memberships.TakeRejoining();
        if (!rejoining.IsEmpty && !_isBeingRevived)
        {
            _hosts.Reviver.Revive(Context.GrainId, rejoining);
        }

        _member?.End();
        foreach (var lane in lanes)
        {
            lane.End();
        }
    }
}

/// <summary>Makes the hosts of a silo, each once.</summary>
internal sealed class GrainHosts(
    SiloGroups silo,
    ITimerRegistry timers,
    IGrainRuntime runtime,
    GrainReviver reviver)
{
    private readonly Lock _gate = new();

    internal SiloGroups Silo { get; } = silo;

    internal ITimerRegistry Timers { get; } = timers;

    internal IGrainRuntime Runtime { get; } = runtime;

    internal GrainReviver Reviver { get; } = reviver;

    internal GrainHost Create(IGrainContext context)
    {
        lock (_gate)
        {
            if (context.GetComponent<GrainHost>() is { } made)
            {
                return made;
            }

            var host = new GrainHost(context, this);
            context.SetComponent(host);
            return host;
        }
    }
}
