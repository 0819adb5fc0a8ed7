using Orleans.Concurrency;

namespace Orleans.Groups;

/// <summary>Brings a grain back into its groups. A call to it activates the grain, which is what it is for.</summary>
[Alias("Orleans.Groups.IGrainRevival")]
internal interface IGrainRevival : IGrainExtension
{
    /// <summary>Joins whatever the activation before this one was a member of and this one is not.</summary>
    [Alias("Rejoin")]
    [AlwaysInterleave]
    [ResponseTimeout("00:00:05")]
    ValueTask RejoinAsync(GrainMembership[] memberships);
}

/// <summary>That of one activation.</summary>
internal sealed class GrainRevival(IGrainContextAccessor accessor, SiloGroups silo) : IGrainRevival
{
    /// <inheritdoc/>
    public async ValueTask RejoinAsync(GrainMembership[] memberships)
    {
        var host = GrainHost.Of(accessor.GrainContext);
        host.HasBeenRevived();
        foreach (var membership in memberships)
        {
            var options = new GrainJoinOptions { KeepAlive = membership.KeepAlive, Rejoin = true };
            for (var missing = host.Memberships.CountMissing(membership); missing > 0; missing--)
            {
                if (await JoinAsync(host, membership, options) == JoinStatus.ShuttingDown)
                {
                    // When this silo ends the activation, it brings the grain back elsewhere in turn.
                    host.Memberships.Joined(membership.Scope, [membership.Group], options);
                }
            }
        }
    }

    private async ValueTask<JoinStatus> JoinAsync(
        GrainHost host,
        GrainMembership membership,
        GrainJoinOptions options)
    {
        try
        {
            var groups = silo.GetProcessGroups(membership.Scope);
            return (await host.JoinAsync(groups, [membership.Group], options, CancellationToken.None)).Status;
        }
        catch (GroupException exception) when (exception.Code == GroupErrorCode.ShuttingDown)
        {
            return JoinStatus.ShuttingDown;
        }
    }
}
