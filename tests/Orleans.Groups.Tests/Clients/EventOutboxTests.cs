using Orleans.Groups.InMemory.Tests;

namespace Orleans.Groups.Tests;

/// <summary>The stream of events towards a far reader, and the sequence of its operations.</summary>
public sealed class EventOutboxTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Events_StayUntilTheyAreReceived()
    {
        var outbox = new EventOutbox<string>(_time);
        Assert.Equal([1, 2], [outbox.Add("a", 1), outbox.Add("b", 1)]);
        Assert.Equal((1, "ab"), Describe(await outbox.PollAsync(1, 0, default)));
        Assert.Equal((1, "ab"), Describe(await outbox.PollAsync(2, 0, default))); // The answer was lost.
        Assert.Equal((2, "b"), Describe(await outbox.PollAsync(3, 1, default)));
        Assert.Equal((2, ""), Describe(await outbox.PollAsync(3, 1, default))); // Doubled: nothing.
        Assert.Equal((2, ""), Describe(await outbox.PollAsync(2, 0, default))); // Late: nothing.
        Assert.Null(await outbox.PollAsync(4, 3, default)); // Never sent.
        outbox.Complete();
        Assert.False((await outbox.PollAsync(5, 1, default))!.Value.IsOver);
        Assert.True((await outbox.PollAsync(6, 2, default))!.Value.IsOver);
        Assert.Equal(0, outbox.Add("c", 1));
    }

    [Fact]
    public async Task Answers_AreBounded_AndRoomComesBack()
    {
        var outbox = new EventOutbox<string>(_time);
        var added = 0;
        while (outbox.HasRoom)
        {
            outbox.Add("x", 100_000);
            added++;
        }

        Assert.InRange(added, 10, 30);
        var room = outbox.WhenRoomAsync();
        Assert.False(room.IsCompleted);
        var answer = (await outbox.PollAsync(1, 0, default))!.Value;
        Assert.Equal(5, answer.Events.Length); // Not more than half a MiB.
        await outbox.PollAsync(2, 5, default);
        await room.LimitAsync("there is room");
        outbox.Add("huge", 10_000_000);
        Assert.Single((await outbox.PollAsync(3, added, default))!.Value.Events); // A large one travels alone.
    }

    [Fact]
    public async Task Poll_ThatWaits_GetsWhatComes()
    {
        var outbox = new EventOutbox<string>(_time);
        var waiting = outbox.PollAsync(1, 0, TimeSpan.FromSeconds(5)).AsTask();
        Assert.False(waiting.IsCompleted);
        outbox.Add("a", 1);
        Assert.Equal((1, "a"), Describe(await waiting.LimitAsync("it is answered")));
        var idle = outbox.PollAsync(2, 1, TimeSpan.FromSeconds(5)).AsTask();
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(idle.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((2, ""), Describe(await idle.LimitAsync("it is answered")));
    }

    [Fact]
    public async Task Operations_AreDoneOnceAndInOrder_HoweverTheyCome()
    {
        var sequence = new OperationSequence<string>(100);
        List<int> done = [];
        Task<string>? Say(int number, long settled = 0) => sequence.Submit(
            number,
            settled,
            () =>
            {
                done.Add(number);
                return Task.FromResult($"r{number}");
            },
            out _);
        var third = Say(3)!;
        var second = Say(2)!;
        Assert.False(third.IsCompleted);
        Assert.Same(third, Say(3));
        Assert.Equal("r1", await Say(1)!);
        Assert.Equal(("r2", "r3"), (await second, await third));
        Assert.Equal("r2", await Say(2)!); // Said again: the same result, and it is not done again.
        Assert.Equal([1, 2, 3], done);
        Assert.Equal("r4", await Say(4, settled: 2)!);
        Assert.Null(Say(2)); // Settled: nobody needs it any more.
        Assert.Null(Say(103, settled: 2)); // Too far ahead.
        Assert.NotNull(Say(102, settled: 2));
        Assert.Null(Say(50, settled: 40)); // Settled before it was done.
        var waiting = Say(7)!;
        sequence.Complete("over");
        Assert.Equal("over", await waiting);
        Assert.Equal([1, 2, 3, 4], done);
    }

    [Fact]
    public async Task Credit_BoundsWhatIsUnhandled_AndAForgedMarkGivesNoMore()
    {
        var credit = new SourceCredit(2, 1_000);
        Assert.True(await credit.WaitAsync());
        credit.Take(10);
        credit.Take(10);
        var waiting = credit.WaitAsync().AsTask();
        Assert.False(waiting.IsCompleted);
        credit.Handle(1);
        Assert.True(await waiting.LimitAsync("there is room"));
        credit.Handle(long.MaxValue); // What was never given cannot have been handled.
        credit.Take(10);
        credit.Take(10);
        Assert.False(credit.WaitAsync().AsTask().IsCompleted);
        credit.Close();
        Assert.False(await credit.WaitAsync());
    }

    private static (long First, string Events) Describe(EventOutbox<string>.Answer? answer) =>
        (answer!.Value.First, string.Concat(answer.Value.Events));
}
