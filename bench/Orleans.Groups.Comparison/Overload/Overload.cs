using System.Buffers.Binary;
using System.Diagnostics;
using Orleans.Groups.InMemory;

namespace Orleans.Groups.Comparison;

/// <summary>Rings with a member that is too slow.</summary>
internal static class Overload
{
    private const int Members = 5;
    private const int SlowPerSecond = 500;
    private const int TooFast = 10;
    private const long Allowance = 100_000_000;
    private static readonly TimeSpan Sample = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortSample = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromMinutes(2);

    /// <summary>One member takes a tenth of what is offered, and everybody waits for it.</summary>
    internal static async Task<ToleratedResult> TolerateAsync(int bytes, TimeSpan duration)
    {
        var options = new InMemoryClusterOptions { EncodeMessages = true };
        var bound = (Members * (long)options.Multicast.WindowBytes) + Allowance;
        await using var cluster = new InMemoryCluster(options);
        var handlers = Enumerable.Range(0, Members)
            .Select(index => index == Members / 2 ? new OverloadHandler(SlowPerSecond) : new OverloadHandler())
            .ToArray();
        var sender = (await JoinAsync(cluster, handlers))[0];

        using var stop = new CancellationTokenSource(duration);
        var sampling = Task.Run(() => SampleMemoryAsync(stop.Token));
        var (offered, accepted, refused) = await OfferAsync(sender, bytes, stop.Token);
        var live = await sampling;
        var last = await sender.ConfirmedBroadcastAsync(
            Payload(bytes, accepted + 1), ConfirmLevel.ProcessedByAll, DrainLimit);
        last.ThrowIfNotOk();
        return new ToleratedResult(
            bytes,
            duration.TotalSeconds,
            offered,
            accepted,
            refused,
            live,
            bound,
            handlers.Max(handler => accepted + 1 - handler.Received),
            handlers.Select(handler => handler.Fault).FirstOrDefault(fault => fault is not null));
    }

    /// <summary>
    /// After three seconds one member stands still, or takes a tenth of what it took before, and is ejected; the sender
    /// sends all the time.
    /// </summary>
    internal static async Task<EjectedResult> EjectAsync(bool standsStill)
    {
        const double blockAt = 3;
        const double endAt = 9;
        await using var cluster = new InMemoryCluster(new InMemoryClusterOptions
        {
            EncodeMessages = true,
            Multicast = { SlowMembers = SlowMemberPolicy.Eject, EjectAfter = TimeSpan.FromSeconds(0.5) },
        });
        var handlers = Enumerable.Range(0, Members).Select(_ => new OverloadHandler()).ToArray();
        var places = await JoinAsync(cluster, handlers);
        var slow = Members / 2;
        using var stop = new CancellationTokenSource();
        var accepted = 0L;
        var sending = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                (await places[0].BroadcastAsync(Payload(1_000, accepted + 1))).ThrowIfNotOk();
                Interlocked.Increment(ref accepted);
            }
        });

        var counts = new List<(double Second, long Count)>();
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed.TotalSeconds < endAt)
        {
            counts.Add((watch.Elapsed.TotalSeconds, Interlocked.Read(ref accepted)));
            if (watch.Elapsed.TotalSeconds >= blockAt && standsStill)
            {
                handlers[slow].Block();
            }
            else if (watch.Elapsed.TotalSeconds >= blockAt)
            {
                handlers[slow].SlowDown(RateBetween(counts, 1, blockAt) / TooFast);
            }

            await Task.Delay(ShortSample);
        }

        await stop.CancelAsync();
        await sending;
        var last = await places[0].ConfirmedBroadcastAsync(Payload(1_000, accepted + 1), ConfirmLevel.ProcessedByAll);
        last.ThrowIfNotOk();
        handlers[slow].Free();
        var end = places[slow].Completion;
        await Task.WhenAny(end, Task.Delay(Sample)); // It may not have been ejected.
        var rates = counts.Zip(counts.Skip(1), (from, to) =>
            (to.Second, (to.Count - from.Count) / (to.Second - from.Second))).ToList();
        return new EjectedResult(
            rates,
            RateBetween(counts, 1, blockAt),
            RateBetween(counts, blockAt + 2, endAt),
            LongestPause(counts),
            end.IsCompletedSuccessfully ? (await end).Reason : null,
            handlers.Where((_, index) => index != slow).Max(handler => accepted + 1 - handler.Received));
    }

    private static async Task<IMulticastGroup[]> JoinAsync(InMemoryCluster cluster, OverloadHandler[] handlers)
    {
        var places = new List<IMulticastGroup>();
        foreach (var handler in handlers)
        {
            places.Add(await cluster.AddNode($"node-{places.Count}").Multicast.JoinAsync("ring", handler));
        }

        await cluster.WaitForConvergenceAsync();
        return [.. places];
    }

    /// <summary>Ten times as many as the slow one takes; what finds no room at once is withdrawn.</summary>
    private static async Task<(long Offered, long Accepted, long Refused)> OfferAsync(
        IMulticastGroup sender,
        int bytes,
        CancellationToken stop)
    {
        var (offered, accepted, refused) = (0L, 0L, 0L);
        var watch = Stopwatch.StartNew();
        while (!stop.IsCancellationRequested)
        {
            if (offered > watch.Elapsed.TotalSeconds * SlowPerSecond * TooFast)
            {
                await Task.Delay(1, CancellationToken.None);
                continue;
            }

            offered++;
            using var patience = new CancellationTokenSource();
            var taken = sender.BroadcastAsync(Payload(bytes, accepted + 1), patience.Token);
            if (!taken.IsCompleted)
            {
                await patience.CancelAsync();
            }

            try
            {
                (await taken).ThrowIfNotOk();
                accepted++;
            }
            catch (OperationCanceledException)
            {
                refused++;
            }
        }

        return (offered, accepted, refused);
    }

    private static async Task<List<(double Second, long Bytes)>> SampleMemoryAsync(CancellationToken stop)
    {
        var samples = new List<(double, long)>();
        var watch = Stopwatch.StartNew();
        while (!stop.IsCancellationRequested)
        {
            samples.Add((watch.Elapsed.TotalSeconds, GC.GetTotalMemory(forceFullCollection: true)));
            await Task.Delay(Sample, CancellationToken.None);
        }

        return samples;
    }

    private static byte[] Payload(int bytes, long number)
    {
        var payload = new byte[bytes];
        BinaryPrimitives.WriteInt64LittleEndian(payload, number);
        return payload;
    }

    private static double RateBetween(List<(double Second, long Count)> counts, double from, double to)
    {
        var first = counts.First(sample => sample.Second >= from);
        var last = counts.Last(sample => sample.Second <= to);
        return (last.Count - first.Count) / (last.Second - first.Second);
    }

    private static double LongestPause(List<(double Second, long Count)> counts)
    {
        var longest = 0.0;
        var since = counts[0];
        foreach (var sample in counts)
        {
            if (sample.Count != since.Count)
            {
                since = sample;
            }

            longest = Math.Max(longest, sample.Second - since.Second);
        }

        return longest;
    }
}
