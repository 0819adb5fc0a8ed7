namespace Orleans.Groups.ClientProgram;

/// <summary>
/// Sends batches of lines into a ring, one after the other, each of them until it is known to have arrived: when the
/// silo on which the sender's member lives dies, it joins through another one and sends again what was not confirmed.
/// </summary>
/// <param name="cluster">The cluster.</param>
/// <param name="group">The ring.</param>
/// <param name="level">When a batch has arrived.</param>
/// <param name="patience">How long a batch may take.</param>
/// <param name="say">Tells people what happens.</param>
internal sealed class LineSender(
    ICluster cluster,
    GroupName group,
    ConfirmLevel level,
    TimeSpan patience,
    Action<string> say) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan JoinLimit = TimeSpan.FromSeconds(10);
    private readonly List<Task> _closing = [];
    private IPlace? _place;
    private IMulticastGroup? _ring;

    /// <summary>How often the sender had to join anew.</summary>
    internal int Rejoined { get; private set; }

    /// <summary>How many members the ring has, this one included, as far as is known.</summary>
    internal int Members => _ring?.GetStatus().Members.Count(member => member.IsAlive) ?? 0;

    /// <summary>Joins the ring.</summary>
    /// <exception cref="ClientException">It takes too long.</exception>
    internal async Task JoinAsync(CancellationToken cancellationToken) =>
        await TryAsync(_ => Task.FromResult<string?>(null), "the ring cannot be joined", cancellationToken);

    /// <summary>Sends a batch; completes when it has arrived.</summary>
    /// <exception cref="ClientException">It takes too long, or can never be sent.</exception>
    internal async Task SendAsync(LineBatch batch, CancellationToken cancellationToken)
    {
        var payload = batch.ToPayload();
        await TryAsync(
            async ring =>
            {
                var outcome = await ring.ConfirmedBroadcastAsync(payload, level, patience, cancellationToken);
                return outcome.IsOk ? null : $"{outcome.Reason}";
            },
            $"lines {batch.First} to {batch.Last} are not known to have arrived",
            cancellationToken);
    }

    /// <summary>Leaves the ring, when everything has reached everybody.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_ring is not null)
        {
            await _ring.LeaveQuietlyAsync();
        }

        ClosePlace();
        await Task.WhenAll(_closing);
    }

    /// <summary>Does something with the ring until it succeeds, and joins as often as needed for that.</summary>
    private async Task TryAsync(
        Func<IMulticastGroup, Task<string?>> action,
        string complaint,
        CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        var trouble = "no answer";
        try
        {
            while (true)
            {
                try
                {
                    _ring ??= await OpenAsync(limit.Token);
                    if (await action(_ring).WaitAsync(limit.Token) is not { } reason)
                    {
                        return;
                    }

                    trouble = reason;
                }
                catch (GroupException error) when (error.Code != GroupErrorCode.PayloadTooLarge)
                {
                    trouble = error.Message;
                }
                catch (ClientException error) when (error.Code == ClientExitCode.Unavailable)
                {
                    trouble = error.Message;
                }

                // A member that is still in the ring keeps its place; whatever ended has to be left behind.
                if (_ring is not null && (_ring.Completion.IsCompleted || MeansTheEnd(trouble)))
                {
                    say($"the place at {_place?.Silo} is lost ({trouble}); joining again");
                    ClosePlace();
                    Rejoined++;
                }

                await Task.Delay(Pause, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ClientException(
                ClientExitCode.Failed,
                $"{complaint} within {patience.TotalSeconds} s: {trouble}");
        }
        catch (PayloadTooLargeException error)
        {
            throw new ClientException(ClientExitCode.Failed, error.Message, error);
        }
    }

    /// <summary>The answer that a member has ended may come a little before its end.</summary>
    private static bool MeansTheEnd(string trouble) =>
        trouble is nameof(BroadcastReason.Terminated) or nameof(BroadcastReason.LostMembership)
            or nameof(BroadcastReason.Leaving);

    private async Task<IMulticastGroup> OpenAsync(CancellationToken cancellationToken)
    {
        string[] avoid = _place is null ? [] : [_place.Silo];
        ClosePlace();
        _place = await cluster.OpenPlaceAsync(avoid, cancellationToken);
        return await _place.Multicast.JoinAsync(
            group,
            new Deaf(),
            new MulticastJoinOptions { MemberName = "broadcast", Timeout = JoinLimit },
            cancellationToken);
    }

    /// <summary>Does not wait: a dead silo takes its time, and nothing depends on it.</summary>
    private void ClosePlace()
    {
        _ring = null;
        if (_place is { } place)
        {
            _closing.Add(place.CloseAsync());
        }
    }

    /// <summary>A sender has no use for what others send.</summary>
    private sealed class Deaf : IMulticastHandler
    {
        public ValueTask<HandlerReply> OnJoinedAsync(MulticastJoined joined) => default;

        public ValueTask<HandlerReply> OnMembersChangedAsync(MembersChanged change) => default;

        public ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message) => default;

        public ValueTask OnTerminatedAsync(MulticastTermination termination) => default;
    }
}
