using System.Text;
using Orleans.Groups.ClientProgram;

namespace Orleans.Groups.Programs.Tests;

/// <summary>One stream out of what several members of a ring get.</summary>
public sealed class RingFeedTests
{
    private static readonly NodeId Node = new("n", new Incarnation(1, Guid.Empty));
    private static readonly MemberId P = new(Node, 1, "p");
    private static readonly MemberId Q = new(Node, 2, "q");
    private readonly RingFeed _feed = new();

    [Fact]
    public async Task TwoMembers_EachMessage_ComesOnceWhoeverIsFirst()
    {
        var (first, second) = (await JoinAsync(), await JoinAsync());
        await SendAsync(second, P, 1);
        await SendAsync(first, P, 1);
        await SendAsync(first, P, 2);
        await SendAsync(second, P, 2);

        Assert.Equal(["p1", "p2"], Read());
    }

    [Fact]
    public async Task LeaderEnds_TheOther_GoesOnWithoutGapOrDuplicate()
    {
        var (first, second) = (await JoinAsync(), await JoinAsync());
        await SendAsync(first, P, 1);
        await SendAsync(first, Q, 1);
        await SendAsync(second, P, 1);
        await SendAsync(second, P, 2);
        await SendAsync(second, Q, 1);
        await SendAsync(second, Q, 2);
        Assert.Equal(["p1", "q1"], Read());

        await first.EndAsync();
        await first.EndAsync();
        await SendAsync(second, P, 3);

        Assert.Equal(["p2", "q2", "p3"], Read());
    }

    [Fact]
    public async Task LeaderAhead_TheOther_DropsWhatWasShown()
    {
        var (first, second) = (await JoinAsync(), await JoinAsync());
        await SendAsync(first, P, 1);
        await SendAsync(first, P, 2);
        await first.EndAsync();
        await SendAsync(second, P, 1);
        await SendAsync(second, P, 2);
        await SendAsync(second, P, 3);

        Assert.Equal(["p1", "p2", "p3"], Read());
    }

    [Fact]
    public async Task Successor_WhoseTimeBeganLater_SaysExactlyWhatIsMissing()
    {
        var first = await JoinAsync((P, 10));
        await SendAsync(first, P, 11);
        var late = await JoinAsync((P, 15), (Q, 3));
        await SendAsync(late, P, 16);
        await first.EndAsync();

        Assert.Equal(["p11", "lost 4 of p", "lost 3 of q", "p16"], Read());
    }

    [Fact]
    public async Task Successor_OfACaughtUpLeader_MissesNothing()
    {
        var first = await JoinAsync((P, 10));
        var late = await JoinAsync((P, 12));
        await SendAsync(first, P, 11);
        await SendAsync(first, P, 12);
        await first.EndAsync();
        await SendAsync(late, P, 13);

        Assert.Equal(["p11", "p12", "p13"], Read());
    }

    [Fact]
    public async Task AllEnd_WhoeverJoinsNext_SaysWhatIsMissing()
    {
        var first = await JoinAsync();
        await SendAsync(first, P, 1);
        await first.EndAsync();
        var next = await JoinAsync((P, 4));
        await SendAsync(next, P, 5);

        Assert.Equal(["p1", "lost 3 of p", "p5"], Read());
    }

    [Fact]
    public async Task Follower_FarAhead_WaitsForTheLeader()
    {
        var (first, second) = (await JoinAsync(), await JoinAsync());
        var big = new byte[1024 * 1024];
        var number = 0L;
        Task waiting;
        do
        {
            waiting = SendAsync(second, P, ++number, big);
        }
        while (waiting.IsCompleted);

        for (var shown = 1; shown <= number; shown++)
        {
            await SendAsync(first, P, shown, big);
        }

        await waiting;
        Assert.InRange(number, 16, 18);
        Assert.Equal(number, Read().Count);
    }

    private static Task SendAsync(RingFeed.FeedMember member, MemberId from, long number, byte[]? payload = null) =>
        ((IMulticastHandler)member).OnMessageAsync(new MulticastMessage(
            from,
            number,
            payload ?? Encoding.UTF8.GetBytes($"{from.Name}{number}"))).AsTask();

    private async Task<RingFeed.FeedMember> JoinAsync(params (MemberId Publisher, long Number)[] bases)
    {
        var member = _feed.Add();
        var joined = new MulticastJoined(
            null!,
            [],
            [.. bases.Select(from => new PublisherBase(from.Publisher, from.Number))]);
        await ((IMulticastHandler)member).OnJoinedAsync(joined);
        return member;
    }

    private List<string> Read()
    {
        var items = new List<string>();
        while (_feed.Output.TryRead(out var item))
        {
            items.Add(item.Lost > 0 ? $"lost {item.Lost} of {item.From.Name}"
                : Encoding.UTF8.GetString(item.Payload.Span));
        }

        return items;
    }
}
