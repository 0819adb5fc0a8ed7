namespace Orleans.Groups.Conformance;

/// <summary>What a handler may answer, and what its slowness or failure does to others: nothing.</summary>
public abstract class HandlersConformance<TEngine> : MulticastTest<TEngine>
    where TEngine : IGroupsEngine, new()
{
    // gm §1.5: become, in the middle of a batch; the successor gets everything from the next call on.
    [Fact]
    public async Task Become_InTheMiddleOfABatch_SuccessorGoesOn()
    {
        var nodes = await StartAsync("a", "b");
        var first = await JoinAsync(nodes[0], "a");
        RecordingHandler successor = null!;
        var second = await JoinAsync(nodes[1], "b", handler =>
        {
            successor = NewHandler("successor of b", handler);
            handler.WhenMessage = message =>
                ValueTask.FromResult(message.Number == 10 ? HandlerReply.Become(successor) : HandlerReply.Ok);
        });

        await first.PublishManyAsync(30);
        await successor.ReceivesAsync(first.Id, 30);
        Assert.Equal(10, second.Handler.Messages.Length);
        Assert.Equal(20, successor.Messages.Length);
        Assert.Equal(11, successor.Messages[0].Number);
        await second.LeaveAsync();
        Assert.IsType<RingEvent.Terminated>(successor.Events[^1]);
        Assert.Empty(second.Handler.Events.OfType<RingEvent.Terminated>());
    }

    // gm §1.5: become is also an answer to joined and to a change of members.
    [Fact]
    public async Task Become_FromJoinedAndFromAChange_SuccessorGoesOn()
    {
        var nodes = await StartAsync("a", "b");
        RecordingHandler second = null!;
        RecordingHandler third = null!;
        var member = await JoinAsync(nodes[0], "a", handler =>
        {
            second = NewHandler("second", handler);
            third = NewHandler("third", handler);
            handler.WhenJoined = _ => ValueTask.FromResult(HandlerReply.Become(second));
            second.WhenChanged = _ => ValueTask.FromResult(HandlerReply.Become(third));
        });
        var other = await JoinAsync(nodes[1], "b");
        await other.PublishAsync();
        await third.ReceivesAsync(other.Id, 1);

        Assert.Single(member.Handler.Events);
        Assert.Single(second.Events);
        Assert.Single(third.Events);
    }

    // gm T7: stop in the middle of a batch; nothing more is delivered.
    [Fact]
    public async Task Stop_InTheMiddleOfABatch_DeliversNothingMore()
    {
        var nodes = await StartAsync("a", "b", "c");
        var first = await JoinAsync(nodes[0], "a");
        var second = await JoinAsync(nodes[1], "b", static handler => handler.WhenMessage = static message =>
            ValueTask.FromResult(message.Number == 10 ? HandlerReply.Stop("ten is enough") : HandlerReply.Ok));
        var third = await JoinAsync(nodes[2], "c");

        await first.PublishManyAsync(30);
        var end = await second.EndsAsync();
        Assert.Equal((TerminationReason.HandlerStopped, "ten is enough"), (end.Reason, end.Detail));
        await AssertSettledAsync(first, third);
        await AllReceiveAsync(first, 30, first, third);
        Assert.Equal(10, second.Handler.Messages.Length);
        Assert.Equal(
            TerminationReason.HandlerStopped,
            Assert.IsType<RingEvent.Terminated>(second.Handler.Events[^1]).Value.Reason);
    }

    // gm T1, §1.5: stop as the answer to joined.
    [Fact]
    public async Task Stop_FromJoined_EndsTheMember()
    {
        var nodes = await StartAsync("a", "b");
        var first = await JoinAsync(nodes[0], "a");
        var handler = NewHandler("b");
        handler.WhenJoined = static _ => ValueTask.FromResult(HandlerReply.Stop("not for me"));
        var place = await nodes[1].Multicast.JoinAsync(Ring, handler).WithinAsync("it joins");
        var end = await place.Completion.WithinAsync("it ends");
        Assert.Equal((TerminationReason.HandlerStopped, "not for me"), (end.Reason, end.Detail));
        await AssertSettledAsync(first);
    }

    // HandlerFailurePolicy.Skip, R12: the message counts as processed, and the next call follows.
    [Fact]
    public async Task Throw_UnderSkip_GoesOnWithTheNextCall()
    {
        var nodes = await StartAsync("a", "b");
        var first = await JoinAsync(nodes[0], "a");
        var second = await JoinAsync(nodes[1], "b", static handler =>
        {
            handler.WhenJoined = static _ => throw new InvalidOperationException("A handler that fails at once.");
            handler.WhenChanged =
                static _ => ValueTask.FromException<HandlerReply>(new InvalidOperationException("Later."));
            handler.WhenMessage = static async message =>
            {
                await Task.Yield();
                return message.Number % 2 == 1
                    ? throw new InvalidOperationException("Odd numbers fail.")
                    : HandlerReply.Ok;
            };
        });
        var third = await JoinAsync(nodes[0], "c");

        await first.PublishManyAsync(9);
        await first.ConfirmAsync(ConfirmLevel.ProcessedByAll);
        Assert.Equal(10, second.Handler.MessagesOf(first.Id).Length);
        await AssertSettledAsync(first, second, third);
    }

    // HandlerFailurePolicy.Stop: the member goes without draining, and harms nobody else.
    [Fact]
    public async Task Throw_UnderStop_EndsThisMemberOnly()
    {
        var nodes = await StartAsync(
            static options => options.Multicast.OnHandlerFailure = HandlerFailurePolicy.Stop, "a", "b", "c");
        var first = await JoinAsync(nodes[0], "a");
        var second = await JoinAsync(nodes[1], "b", static handler => handler.WhenMessage = static message =>
            message.Number == 3
                ? throw new InvalidOperationException("Three is too much.")
                : ValueTask.FromResult(HandlerReply.Ok));
        var third = await JoinAsync(nodes[2], "c");

        await first.PublishManyAsync(10);
        Assert.Equal(TerminationReason.HandlerFailed, (await second.EndsAsync()).Reason);
        Assert.Equal(3, second.Handler.Messages.Length);
        await AssertSettledAsync(first, third);
        await AllReceiveAllAsync(first, third);
    }

    // "To add", GD6: a slow callback does not stall others, neither their messages nor news of members.
    [Fact]
    public async Task Slow_OneHandlerBlocked_OthersGoOn()
    {
        using var gate = new Gate();
        var nodes = await StartAsync("a", "b", "c");
        var first = await JoinAsync(nodes[0], "a");
        var slow = await JoinAsync(nodes[1], "b", handler => handler.WhenMessage = async _ =>
        {
            await gate.PassAsync();
            return HandlerReply.Ok;
        });
        var third = await JoinAsync(nodes[2], "c");
        await AllKnowAsync(first, slow, third);

        await first.PublishAsync();
        await gate.ReachedAsync();
        await first.PublishManyAsync(100);
        await third.PublishManyAsync(100);
        await third.Handler.ReceivesAsync(first.Id, 101);
        await first.Handler.ReceivesAsync(third.Id, 100);
        var newcomer = await JoinAsync(nodes[2], "d");
        await first.Handler.SeesBirthAsync(newcomer.Id);
        await newcomer.LeaveAsync();
        await first.Handler.SeesDeathAsync(newcomer.Id);
        Assert.Single(slow.Handler.Messages);

        gate.Open();
        await AllReceiveAllAsync(first, slow, third);
        await AssertSettledAsync(first, slow, third);
    }

    // A death in the queue behind messages: R10, G5. A blocked handler gets first what the dead left, then its death.
    [Fact]
    public async Task Slow_DeathQueuedBehindMessages_StaysBehindThem()
    {
        using var gate = new Gate();
        var nodes = await StartAsync("a", "b");
        var slow = await JoinAsync(nodes[0], "a", handler => handler.WhenMessage = async _ =>
        {
            await gate.PassAsync();
            return HandlerReply.Ok;
        });
        var leaver = await JoinAsync(nodes[1], "b");
        var third = await JoinAsync(nodes[1], "c");
        await leaver.PublishManyAsync(20);
        await gate.ReachedAsync();
        await leaver.LeaveAsync();
        await third.Handler.SeesDeathAsync(leaver.Id);

        gate.Open();
        await slow.Handler.SeesDeathAsync(leaver.Id);
        Assert.Equal(20, slow.Handler.MessagesOf(leaver.Id).Length);
    }

    // A handler that publishes what it receives: a chain of callbacks through the whole ring.
    [Fact]
    public async Task Message_ThatMakesTheNextOne_GoesRoundAndRound()
    {
        const int laps = 20;
        var nodes = await StartAsync("a", "b", "c");
        var members = new List<RingMember>();
        for (var index = 0; index < nodes.Length; index++)
        {
            var mine = index;
            RingMember member = null!;
            member = await JoinAsync(nodes[index], nodes[index].Name, handler => handler.WhenMessage = async message =>
            {
                var turn = int.Parse(Payloads.TextOf(message.Payload));
                if (turn % 3 == mine && turn < 3 * laps)
                {
                    Assert.True((await member.Group.BroadcastAsync(Payloads.Text($"{turn + 1}"))).IsOk);
                }

                return HandlerReply.Ok;
            });
            members.Add(member);
        }

        await AllKnowAsync([.. members]);
        Assert.True((await members[2].Group.BroadcastAsync(Payloads.Text("0"))).IsOk);
        foreach (var member in members)
        {
            await member.Handler.ReceivesAsync(members[2].Id, laps + 1);
        }
    }
}
