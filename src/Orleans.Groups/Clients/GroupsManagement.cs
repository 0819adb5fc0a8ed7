using System.Collections.Immutable;

namespace Orleans.Groups;

/// <summary>Asks whichever silo gets the call.</summary>
internal sealed class GroupsManagement(IGrainFactory grains) : IGroupsManagement
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private IGroupsGatewayGrain Gateway => grains.GetGrain<IGroupsGatewayGrain>(Random.Shared.Next());

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<ScopeName>> GetScopesAsync(CancellationToken cancellationToken = default)
    {
        var names = await AskAsync("The scopes are not known", Gateway.GetScopesAsync().AsTask(), cancellationToken)
            .ConfigureAwait(false);
        return [.. names.Select(static name => new ScopeName(name))];
    }

    /// <inheritdoc/>
    public async ValueTask<RingReport> GetRingAsync(GroupName group, CancellationToken cancellationToken = default)
    {
        if (group.IsDefault)
        {
            throw new ArgumentException("default(GroupName) names no group.", nameof(group));
        }

        var reply = await AskAsync(
            $"What ring {group} does is not known",
            Gateway.GetRingAsync(group.Value).AsTask(),
            cancellationToken).ConfigureAwait(false);
        return reply.Error is { } error
            ? throw error.ToException($"Asking for ring {group}")
            : new RingReport(group, [.. reply.Members], [.. reply.Silent]);
    }

    private static async Task<T> AskAsync<T>(string failure, Task<T> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call.WaitAsync(Limit, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new GroupException(
                GroupErrorCode.Timeout,
                isTransient: true,
                $"{failure}: no silo answered. See whether the cluster runs, with Orleans.Groups on its silos.",
                exception);
        }
    }
}
