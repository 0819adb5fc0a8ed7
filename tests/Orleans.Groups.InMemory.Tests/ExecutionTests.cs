using Orleans.Groups.Engine;

namespace Orleans.Groups.InMemory.Tests;

/// <summary>The small parts under the engine: counting work, mailboxes, deadlines, marking callbacks.</summary>
public sealed class ExecutionTests
{
    [Fact]
    public async Task WorkCounter_NothingUnderWay_IsIdleAtOnce()
    {
        var work = new WorkCounter();
        await work.WaitForIdleAsync(default).Soon();
    }

    [Fact]
    public async Task WorkCounter_UnitsOverlap_IsIdleAfterTheLast()
    {
        var work = new WorkCounter();
        work.Begin();
        work.Begin();
        var idle = work.WaitForIdleAsync(default);
        work.End();
        Assert.False(idle.IsCompleted);
        work.End();
        await idle.Soon();
    }

    [Fact]
    public async Task WorkCounter_WaitForMore_NeedsAnotherStart()
    {
        var work = new WorkCounter();
        work.Pulse();
        var starts = work.Starts;
        var more = work.WaitForIdleAsync(starts, default);
        Assert.False(more.IsCompleted);
        work.Pulse();
        await more.Soon();
    }

    [Fact]
    public async Task WorkCounter_Cancelled_EndsTheWait()
    {
        var work = new WorkCounter();
        work.Begin();
        using var cancel = new CancellationTokenSource();
        var idle = work.WaitForIdleAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => idle.Soon());
        work.End();
    }

    [Fact]
    public async Task Mailbox_ManyPosters_HandlesEachPostersItemsInOrderAndOneAtATime()
    {
        const int Posters = 8;
        const int Items = 20_000;
        var work = new WorkCounter();
        var mailbox = new Counting(work, Posters);
        await Task.WhenAll(Enumerable.Range(0, Posters).Select(poster => Task.Run(() =>
        {
            for (var item = 1; item <= Items; item++)
            {
                Assert.True(mailbox.Post((poster, item)));
            }
        })));
        await work.WaitForIdleAsync(default).Soon();
        Assert.Equal(0, mailbox.Violations);
        Assert.All(mailbox.Last, static last => Assert.Equal(Items, last));
    }

    [Fact]
    public void Mailbox_Closed_TakesNothing()
    {
        var mailbox = new Counting(new WorkCounter(), 1);
        mailbox.Shut();
        Assert.False(mailbox.Post((0, 1)));
    }

    [Fact]
    public void Deadlines_OfDifferentLengths_ExpireWhenTheyAreDue()
    {
        var time = new ManualTime();
        var expired = new List<Expiring>();
        DeadlineList? list = null;
        list = new DeadlineList(time, () => expired.AddRange(list!.TakeExpired()));
        var (early, late, removed) = (new Item(), new Item(), new Item());
        list.Add(late, TimeSpan.FromSeconds(3));
        list.Add(removed, TimeSpan.FromSeconds(1));
        list.Add(early, TimeSpan.FromSeconds(2));
        list.Remove(removed);
        time.Advance(TimeSpan.FromSeconds(2.5));
        Assert.Equal([early], expired);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([early, late], expired);
        list.Remove(late);
        list.Dispose();
    }

    [Fact]
    public void CallbackScope_OutsideOfCallbacks_IsNotInside()
    {
        Assert.False(CallbackScope.IsInside(this));
        Assert.False(CallbackScope.IsInsideAnyOf(this));
        Assert.Null(CallbackScope.OwnerOf<ExecutionTests>());
    }

    [Fact]
    public async Task CallbackScope_AcrossAnAwait_StaysInsideUntilThePumpEnds()
    {
        var scope = new CallbackScope(this, this);
        var gate = new Gate();
        var result = new TaskCompletionSource<(bool During, bool After)>();
        var left = new TaskCompletionSource();
        ThreadPool.UnsafeQueueUserWorkItem(
            _ =>
            {
                scope.Enter();
                scope.Run(async _ =>
                {
                    await gate.PassAsync();
                    var during = CallbackScope.IsInside(this);
                    scope.Exit();
                    result.SetResult((during, CallbackScope.IsInside(this)));
                }, this);
                left.SetResult();
            },
            null);
        await left.Task.Soon();
        gate.Open();
        Assert.Equal((true, false), await result.Task.Soon());
    }

    private sealed class Item : Expiring;

    private sealed class Counting(WorkCounter work, int posters) : Mailbox<(int Poster, int Item)>(work)
    {
        private int _running;

        internal int[] Last { get; } = new int[posters];

        internal int Violations { get; private set; }

        internal void Shut() => Close();

        protected override void Handle(List<(int Poster, int Item)> batch)
        {
            Violations += Interlocked.Exchange(ref _running, 1);
            foreach (var (poster, item) in batch)
            {
                Violations += Last[poster] == item - 1 ? 0 : 1;
                Last[poster] = item;
            }

            Interlocked.Exchange(ref _running, 0);
        }
    }
}
