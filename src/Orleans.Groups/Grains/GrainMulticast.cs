namespace Orleans.Groups;

/// <summary>Multicast for one grain: the members that join here live in its activation, and end with it.</summary>
internal sealed class GrainMulticast(IMulticast multicast, GrainHost host) : IMulticast
{
    /// <inheritdoc/>
    public NodeId Node => multicast.Node;

    /// <inheritdoc/>
    public async Task<IMulticastGroup> JoinAsync(
        GroupName group,
        IMulticastHandler handler,
        MulticastJoinOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if (!Node.Equals(host.Silo.Node))
        {
            throw new ArgumentException(
                $"Grain {host.Context.GrainId} lives on {host.Silo.Node}, and this is the multicast of {Node}: a grain "
                + "joins with that of its own silo.");
        }

        GrainNames.ThrowIfGrain(options?.MemberName, nameof(options));
        var named = new MulticastJoinOptions
        {
            MemberName = options?.MemberName ?? GrainNames.ToName(host.Context.GrainId),
            Timeout = options?.Timeout,
        };
        using var joining = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var lane = host.Open<HandlerReply>(() => GiveUp(joining));
        IMulticastGroup member;
        try
        {
            member = await multicast
                .JoinAsync(group, new GrainMulticastHandler(lane, handler), named, joining.Token)
                .ConfigureAwait(false);
        }
        catch
        {
            host.Close(lane);
            throw;
        }

        if (lane.TryChangeEnd(() => Leave(member)))
        {
            host.CloseAfter(lane, member.Completion);
        }
        else
        {
            Leave(member); // The activation has ended at the last moment.
        }

        return member;
    }

    /// <inheritdoc/>
    public Task<bool> ForgetAsync(GroupName group, CancellationToken cancellationToken = default) =>
        multicast.ForgetAsync(group, cancellationToken);

    private static void GiveUp(CancellationTokenSource joining)
    {
        try
        {
            joining.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Race: joining has come to its end just now, and sees that of the activation itself.
        }
    }

    /// <summary>
    /// The member outlives its activation for as long as it takes until all that the grain has published is with
    /// everybody (rule R13). Nobody hears what it gets meanwhile.
    /// </summary>
    private static void Leave(IMulticastGroup member) => _ = member.LeaveAsync(); // Never faults.
}
