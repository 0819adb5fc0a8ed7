using System.Collections.Immutable;
using static Orleans.Groups.Protocol.Tests.ScopeIds;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>The bounded queue between a machine and the consumer of a monitor (rule P4).</summary>
public sealed class MonitorQueueTests
{
    private static readonly MembershipSnapshot Fresh = new([]);

    [Fact]
    public void Changes_AreNumberedWithoutAGap()
    {
        var queue = new MonitorQueue(10);
        queue.Enqueue(Operation("a", "b"));
        queue.Enqueue(Operation("c"));
        Assert.Equal(["1 Joined a", "2 Joined b", "3 Joined c"], ReadAll(queue));
        Assert.False(queue.NeedsRestart);
        Assert.False(queue.TryRead(out _));
    }

    [Fact]
    public void P4_Overflow_CutsAtAnOperation_AndRestartsWhenRead()
    {
        var queue = new MonitorQueue(3);
        queue.Enqueue(Operation("a", "b"));
        queue.Enqueue(Operation("c", "d"));
        queue.Enqueue(Operation("e")); // Would fit, but must not follow a gap.
        Assert.False(queue.NeedsRestart);
        Assert.Equal(["1 Joined a", "2 Joined b"], ReadAll(queue));
        Assert.True(queue.NeedsRestart);
        queue.Enqueue(Operation("f"));
        Assert.False(queue.TryRead(out _));
        queue.Restart(Fresh);
        Assert.False(queue.NeedsRestart);
        queue.Enqueue(Operation("g", "h", "i"));
        Assert.Equal(["3 Restarted ", "4 Joined g", "5 Joined h", "6 Joined i"], ReadAll(queue));
    }

    [Fact]
    public void P4_OperationLargerThanTheQueue_IsInTheSnapshot()
    {
        var queue = new MonitorQueue(2);
        queue.Enqueue(Operation("a"));
        for (var i = 0; i < 3; i++)
        {
            queue.Enqueue(Operation("b", "c", "d"));
            ReadAll(queue);
            Assert.True(queue.NeedsRestart);
            queue.Restart(Fresh);
            Assert.Equal([$"{i + 2} Restarted "], ReadAll(queue));
        }

        queue.Enqueue(Operation("e", "f"));
        Assert.Equal(["5 Joined e", "6 Joined f"], ReadAll(queue));
    }

    [Fact]
    public void Restart_WhenNothingIsMissing_ChangesNothing()
    {
        var queue = new MonitorQueue(2);
        queue.Enqueue(Operation("a"));
        queue.Restart(Fresh);
        Assert.Equal(["1 Joined a"], ReadAll(queue));
    }

    [Fact]
    public void Overflow_BeforeTheRestartMarkIsRead_RestartsAgain()
    {
        var queue = new MonitorQueue(1);
        queue.Enqueue(Operation("a", "b"));
        queue.Restart(Fresh);
        queue.Enqueue(Operation("c", "d"));
        Assert.Equal(1, queue.Count);
        Assert.Equal(["1 Restarted "], ReadAll(queue));
        Assert.True(queue.NeedsRestart);
    }

    [Fact]
    public void AnyPace_OfConsumerAndMachine_NeverLosesAChange()
    {
        for (var seed = 0UL; seed < 200; seed++)
        {
            var random = new DeterministicRandom(seed);
            var probe = new ScopeProbe(A);
            var monitor = probe.Watch();
            var queue = new MonitorQueue(1 + random.Next(12));
            var fold = new MonitorFold(null, Fresh);
            var last = 0L;
            for (var i = 0; i < 300; i++)
            {
                if (random.Next(3) > 0)
                {
                    ScopeSteps.Random(probe, random);
                    Offer(probe, queue, monitor);
                }
                else
                {
                    Consume(probe, queue, monitor, fold, ref last, 1 + random.Next(4));
                }
            }

            Consume(probe, queue, monitor, fold, ref last, int.MaxValue);
            fold.AssertShows(probe.Registry);
        }
    }

    private static void Offer(ScopeProbe probe, MonitorQueue queue, long monitor)
    {
        foreach (var notify in probe.Effects.OfType<ScopeEffect.Notify>().Where(n => n.Monitor == monitor))
        {
            queue.Enqueue(notify.Events);
        }
    }

    private static void Consume(
        ScopeProbe probe, MonitorQueue queue, long monitor, MonitorFold fold, ref long last, int most)
    {
        for (var i = 0; i < most; i++)
        {
            if (queue.NeedsRestart)
            {
                probe.Step(new ScopeInput.RestartMonitor(monitor));
                queue.Restart(Assert.IsType<ScopeEffect.MonitorRestarted>(Assert.Single(probe.Effects)).Snapshot);
            }

            if (!queue.TryRead(out var change))
            {
                return;
            }

            Assert.Equal(++last, change.Number);
            if (change.Snapshot is { } snapshot)
            {
                Assert.Equal(ChangeReason.MonitorOverflow, change.Reason);
                fold.Restart(snapshot);
            }
            else
            {
                var joined = change.Kind == MembershipChangeKind.Joined;
                fold.Apply([new ScopeEvent(change.Group, joined, change.Members, change.Reason)]);
            }
        }
    }

    private static ImmutableArray<ScopeEvent> Operation(params string[] groups) =>
        [.. groups.Select(g => new ScopeEvent(g, true, [Member(A, 1)], ChangeReason.Joined))];

    private static List<string> ReadAll(MonitorQueue queue)
    {
        var read = new List<string>();
        while (queue.TryRead(out var change))
        {
            read.Add($"{change.Number} {change.Kind} {change.Group}");
        }

        return read;
    }
}
