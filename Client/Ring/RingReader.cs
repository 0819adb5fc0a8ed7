using System.Diagnostics.CodeAnalysis;

namespace Orleans.Groups.ClientProgram;

/// <summary>
/// Keeps several members of one ring alive, on different silos as far as there are, and feeds what they get into one
/// stream. When a silo dies, its member is replaced, and the stream goes on without a gap meanwhile.
/// </summary>
/// <param name="cluster">The cluster.</param>
/// <param name="group">The ring.</param>
/// <param name="places">How many members.</param>
/// <param name="patience">How long there may be no member at all.</param>
/// <param name="say">Tells people what happens.</param>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without wait handle has nothing to dispose of.")]
internal sealed class RingReader(
    ICluster cluster,
    GroupName group,
    int places,
    TimeSpan patience,
    Action<string> say)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan JoinLimit = TimeSpan.FromSeconds(10);
    private readonly RingFeed _feed = new();
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _opening = new(1);
    private readonly List<string> _silos = [];
    private readonly List<Task> _closing = [];
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _tried;
    private int _present;

    /// <summary>What the ring delivers.</summary>
    internal RingFeed Feed => _feed;

    /// <summary>Completes when every member has joined, or cannot because there are too few silos: from then on
    /// everything comes.</summary>
    internal Task Joined => _joined.Task;

    /// <summary>Runs until it is cancelled, the ring is shut down, or nothing can be joined any more.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = Enumerable.Range(0, places).Select(_ => KeepAsync(stop)).ToArray();
        try
        {
            await WatchAsync(stop.Token);
        }
        catch (ClientException error)
        {
            _feed.Complete(error);
            _joined.TrySetException(error);
        }

        await stop.CancelAsync();
        await Task.WhenAll(running);
        await Task.WhenAll(_closing);
        _feed.Complete();
        _joined.TrySetResult();
    }

    /// <summary>Returns when it is all over; gives up when there has been no member for too long.</summary>
    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Pause);
        var alone = TimeSpan.Zero;
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                alone = Volatile.Read(ref _present) == 0 ? alone + Pause : TimeSpan.Zero;
                if (alone >= patience)
                {
                    throw new ClientException(
                        ClientExitCode.Unavailable,
                        $"the ring {group} could not be joined within {patience.TotalSeconds} s");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }

    private async Task KeepAsync(CancellationTokenSource stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var pause = Pause;
            try
            {
                if (await OpenAsync(stop.Token) is { } place)
                {
                    try
                    {
                        await StayAsync(place, stop);
                    }
                    finally
                    {
                        lock (_lock)
                        {
                            _closing.Add(place.CloseAsync());
                        }
                    }
                }
                else
                {
                    // Another member is on the only silo there is: a second one there would be of no use.
                    pause = LongPause;
                    Count();
                }
            }
            catch (Exception error) when (error is GroupException or ClientException or TimeoutException)
            {
                say($"cannot join {group}: {error.Message.ReplaceLineEndings(" ")}");
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(pause, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<IPlace?> OpenAsync(CancellationToken cancellationToken)
    {
        // One at a time, or two would choose the same silo.
        await _opening.WaitAsync(cancellationToken);
        try
        {
            string[] avoid;
            lock (_lock)
            {
                avoid = [.. _silos];
            }

            var place = await cluster.OpenPlaceAsync(avoid, cancellationToken);
            if (avoid.Contains(place.Silo))
            {
                await place.CloseAsync();
                return null;
            }

            lock (_lock)
            {
                _silos.Add(place.Silo);
            }

            return place;
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task StayAsync(IPlace place, CancellationTokenSource stop)
    {
        var member = _feed.Add();
        try
        {
            var options = new MulticastJoinOptions { MemberName = "tail", Timeout = JoinLimit };
            var ring = await place.Multicast.JoinAsync(group, member, options, stop.Token);
            say($"joined {group} at {place.Silo}");
            Interlocked.Increment(ref _present);
            Count();
            await Task.WhenAny(ring.Completion, Task.Delay(Timeout.Infinite, stop.Token));
            Interlocked.Decrement(ref _present);
            if (!ring.Completion.IsCompleted)
            {
                await ring.LeaveQuietlyAsync();
                return;
            }

            var ending = await ring.Completion;
            say($"the place at {place.Silo} is lost: {ending.Reason} {ending.Detail}".TrimEnd());
            if (ending.Reason is TerminationReason.GroupShutDown or TerminationReason.Forgotten)
            {
                await stop.CancelAsync();
            }
        }
        finally
        {
            lock (_lock)
            {
                _silos.Remove(place.Silo);
            }

            await member.EndAsync();
        }
    }

    private void Count()
    {
        if (Interlocked.Increment(ref _tried) >= places)
        {
            _joined.TrySetResult();
        }
    }
}
