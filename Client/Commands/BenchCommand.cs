using System.Diagnostics;
using System.Globalization;

namespace Orleans.Groups.ClientProgram;

/// <summary>What is measured.</summary>
/// <param name="Duration">How long each measurement takes.</param>
/// <param name="Bytes">Size of a message.</param>
internal sealed record BenchSettings(TimeSpan Duration, int Bytes);

/// <summary>Measures a cluster as this client sees it, in groups that nobody else uses.</summary>
internal static class BenchCommand
{
    private const int Window = 256;

    internal static async Task<int> RunAsync(
        CommandContext context,
        BenchSettings settings,
        CancellationToken cancellationToken)
    {
        var group = new GroupName($"bench-{Guid.NewGuid():N}");
        var scope = await context.Cluster.OpenScopeAsync(context.Scope, cancellationToken);
        var results = new List<BenchResult>();
        await MeasureGroupsAsync(context, scope, group, settings, results, cancellationToken);
        await MeasureRingAsync(context, group, settings, results, cancellationToken);
        context.Reporter.Progress("");
        context.Reporter.Show(
            [["measured", "per second", "median µs", "99 % µs", "count"], .. results.Select(Row)],
            results.Select(result => new
            {
                measured = result.Name,
                perSecond = Math.Round(result.PerSecond),
                medianMicroseconds = result.Percentile(0.5),
                percentile99Microseconds = result.Percentile(0.99),
                count = result.Count,
            }));
        return ClientExitCode.Done;
    }

    private static async Task MeasureGroupsAsync(
        CommandContext context,
        IProcessGroups scope,
        GroupName group,
        BenchSettings settings,
        List<BenchResult> results,
        CancellationToken cancellationToken)
    {
        await using var member = await context.Cluster.Groups.CreateMemberAsync("bench", null, cancellationToken);
        results.Add(await MeasureAsync(
            context,
            "join and leave a group",
            settings,
            async () =>
            {
                await scope.JoinAsync(group, member.Id, cancellationToken);
                await scope.LeaveAsync(group, member.Id, cancellationToken);
            },
            cancellationToken));
        await scope.JoinAsync(group, member.Id, cancellationToken);
        var payload = new byte[settings.Bytes];
        results.Add(await MeasureAsync(
            context,
            "send to a member, with answer",
            settings,
            async () => await scope.SendAsync(member.Id, payload, null, cancellationToken),
            cancellationToken));
        context.Reporter.Progress("reading members");
        var watch = Stopwatch.StartNew();
        var reads = 0L;
        for (; watch.Elapsed < settings.Duration; reads += 1_000)
        {
            for (var index = 0; index < 1_000; index++)
            {
                _ = scope.GetMembers(group);
            }
        }

        results.Add(new BenchResult("read the members of a group", reads, watch.Elapsed, []));
    }

    private static async Task MeasureRingAsync(
        CommandContext context,
        GroupName group,
        BenchSettings settings,
        List<BenchResult> results,
        CancellationToken cancellationToken)
    {
        // One member sends, one on another silo receives, if there is another.
        await using var first = await context.Cluster.OpenPlaceAsync([], cancellationToken);
        await using var second = await context.Cluster.OpenPlaceAsync([first.Silo], cancellationToken);
        var sender = await first.Multicast.JoinAsync(group, new Counter(), null, cancellationToken);
        var counter = new Counter();
        var receiver = await second.Multicast.JoinAsync(group, counter, null, cancellationToken);
        var payload = new byte[settings.Bytes];
        results.Add(await MeasureAsync(
            context,
            "confirmed broadcast, one at a time",
            settings,
            async () =>
            {
                var outcome = await sender.ConfirmedBroadcastAsync(payload, cancellationToken: cancellationToken);
                outcome.ThrowIfNotOk();
            },
            cancellationToken));

        var before = counter.Count;
        var watch = Stopwatch.StartNew();
        var waiting = new Queue<Task<BroadcastOutcome>>();
        var sent = 0L;
        while (watch.Elapsed < settings.Duration)
        {
            while (waiting.Count >= Window)
            {
                (await waiting.Dequeue()).ThrowIfNotOk();
            }

            waiting.Enqueue(sender.BroadcastAsync(payload, cancellationToken).AsTask());
            if (++sent % 4_096 == 0)
            {
                context.Reporter.Progress($"broadcasts: {Reporter.Text(sent)}");
            }
        }

        await Task.WhenAll(waiting);
        await counter.WaitAsync(before + sent, cancellationToken);
        results.Add(new BenchResult($"broadcast {settings.Bytes} bytes to 2 members", sent, watch.Elapsed, []));
        await receiver.LeaveQuietlyAsync();
        await sender.LeaveQuietlyAsync();
    }

    private static async Task<BenchResult> MeasureAsync(
        CommandContext context,
        string name,
        BenchSettings settings,
        Func<Task> action,
        CancellationToken cancellationToken)
    {
        await action();
        context.Reporter.Progress(name);
        var times = new List<long>();
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < settings.Duration)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var start = Stopwatch.GetTimestamp();
            await action();
            times.Add(Stopwatch.GetTimestamp() - start);
        }

        var elapsed = watch.Elapsed;
        times.Sort();
        return new BenchResult(name, times.Count, elapsed, times);
    }

    private static string[] Row(BenchResult result) =>
    [
        result.Name,
        Reporter.Text((long)result.PerSecond),
        Text(result.Percentile(0.5)),
        Text(result.Percentile(0.99)),
        Reporter.Text(result.Count),
    ];

    private static string Text(double? microseconds) =>
        microseconds is { } value ? value.ToString("N1", CultureInfo.InvariantCulture) : "-";

    private sealed record BenchResult(string Name, long Count, TimeSpan Elapsed, IReadOnlyList<long> Ticks)
    {
        internal double PerSecond => Count / Elapsed.TotalSeconds;

        internal double? Percentile(double part) => Ticks.Count == 0 ? null
            : Math.Round(Ticks[(int)(part * (Ticks.Count - 1))] * 1e6 / Stopwatch.Frequency, 1);
    }

    /// <summary>Counts messages.</summary>
    private sealed class Counter : IMulticastHandler
    {
        private readonly Lock _lock = new();
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _goal = long.MaxValue;
        private long _count;

        internal long Count => Interlocked.Read(ref _count);

        public ValueTask<HandlerReply> OnJoinedAsync(MulticastJoined joined) => default;

        public ValueTask<HandlerReply> OnMembersChangedAsync(MembersChanged change) => default;

        public ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message)
        {
            lock (_lock)
            {
                _count++;
                if (_count >= _goal)
                {
                    _reached.TrySetResult();
                }
            }

            return default;
        }

        public ValueTask OnTerminatedAsync(MulticastTermination termination)
        {
            _reached.TrySetException(new ClientException(
                ClientExitCode.Failed, $"the member of the measurement has ended: {termination.Reason}"));
            return default;
        }

        internal Task WaitAsync(long count, CancellationToken cancellationToken)
        {
            lock (_lock)
            {
                _goal = count;
                if (_count >= count)
                {
                    _reached.TrySetResult();
                }
            }

            return _reached.Task.WaitAsync(cancellationToken);
        }
    }
}
