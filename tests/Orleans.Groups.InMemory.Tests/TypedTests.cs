using System.Text.Json;

namespace Orleans.Groups.InMemory.Tests;

/// <summary>Codecs, and rings and members with messages of a type.</summary>
public sealed class TypedTests
{
    [Fact]
    public void Codecs_RoundTrip()
    {
        Assert.Equal("grüße", Pass(PayloadCodec.Default<string>(), "grüße"));
        Assert.Equal(new Order("x", 3), Pass(PayloadCodec.Default<Order>(), new Order("x", 3)));
        Assert.Equal(
            new Order("x", 3),
            Pass(PayloadCodec.Json<Order>(new JsonSerializerOptions(JsonSerializerDefaults.Web)), new Order("x", 3)));
        ReadOnlyMemory<byte> bytes = new byte[] { 1, 2 };
        Assert.Equal(bytes, Pass(PayloadCodec.Default<ReadOnlyMemory<byte>>(), bytes));
        Assert.Throws<JsonException>(() => PayloadCodec.Default<Order>().Decode(bytes));

        static T Pass<T>(PayloadCodec<T> codec, T message) => codec.Decode(codec.Encode(message));
    }

    [Fact]
    public async Task Ring_WithDelegates_TellsEverything()
    {
        await using var cluster = new InMemoryCluster();
        var (a, b) = (cluster.AddNode("a"), cluster.AddNode("b"));
        var told = new List<string>();
        var first = await a.Multicast.JoinAsync<Order>(
            "orders",
            (from, order) => told.Add($"{from.Node.Name} {order}"),
            new MulticastCallbacks
            {
                OnJoined = joined => Note($"joined {joined.Members.Length}"),
                OnMembersChanged = change => Note($"births {change.Births.Length} deaths {change.Deaths.Length}"),
                OnTerminated = termination => Note($"{termination.Reason}"),
            });
        var second = await b.Multicast.JoinAsync<Order>("orders", async (_, _) => await Task.Yield());
        Assert.True((await second.ConfirmedBroadcastAsync(new Order("x", 1), ConfirmLevel.ProcessedByAll).Soon()).IsOk);
        Assert.True((await first.BroadcastAsync(new Order("y", 2))).IsOk);
        await second.DisposeAsync();
        await cluster.ConvergedAsync();
        Assert.Equal(TerminationReason.Left, (await first.LeaveAsync().Soon()).Reason);
        Assert.Equal(TerminationReason.Left, (await first.Completion.Soon()).Reason);
        Assert.Equal(first.Self, first.Group.Self);
        Assert.Equal(
            [
                "joined 1", "births 1 deaths 0", "b Order { Name = x, Count = 1 }", "a Order { Name = y, Count = 2 }",
                "births 0 deaths 1", "Left",
            ],
            told);

        ValueTask Note(string line)
        {
            told.Add(line);
            return default;
        }
    }

    [Fact]
    public async Task Ring_WhatCannotBeDecoded_IsSkippedLikeAFailure()
    {
        var log = new LogRecorder();
        await using var cluster = new InMemoryCluster(new InMemoryClusterOptions { LoggerFactory = log });
        var got = new List<Order>();
        var member = await cluster.AddNode("a").Multicast.JoinAsync<Order>("orders", (_, order) => got.Add(order));
        await member.Group.SayAsync("no JSON");
        Assert.True((await member.ConfirmedBroadcastAsync(new Order("x", 1), ConfirmLevel.ProcessedByAll).Soon()).IsOk);
        Assert.Equal([new Order("x", 1)], got);
        Assert.Contains(1302, log.Ids);
    }

    [Fact]
    public async Task Handler_Derived_OverridesOnlyWhatMatters()
    {
        await using var cluster = new InMemoryCluster();
        var handler = new Summing();
        var member = await cluster.AddNode("a").JoinAsync(handler);
        var typed = new MulticastGroup<int>(member);
        foreach (var number in new[] { 1, 2, 3, 100 })
        {
            await typed.BroadcastAsync(number);
        }

        Assert.Equal(TerminationReason.HandlerStopped, (await member.Completion.Soon()).Reason);
        Assert.Equal(6, handler.Sum);
    }

    private sealed record Order(string Name, int Count);

    private sealed class Summing : MulticastHandler<int>
    {
        internal int Sum { get; private set; }

        protected override ValueTask<HandlerReply> OnMessageAsync(MemberId from, int message)
        {
            Sum += message;
            return new(Sum == 6 ? HandlerReply.Stop("six") : HandlerReply.Ok);
        }
    }
}
