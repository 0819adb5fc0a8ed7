namespace Orleans.Groups.Conformance;

/// <summary>Sending to one member: what the answer means, order, limits.</summary>
public abstract class SendingConformance<TEngine> : ConformanceTest<TEngine>
    where TEngine : IGroupsEngine, new()
{
    // design §3: one found member, on this node or on another.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Send_ToAFoundMember_IsDelivered(int home)
    {
        var nodes = await StartAsync("a", "b");
        var inbox = new Inbox();
        var (receiver, sender) =
            (nodes[home].CreateMember("receiver", inbox.HandleAsync), nodes[0].CreateMember("sender"));
        await nodes[home].Groups().JoinedAsync("g", receiver);
        await nodes[0].Groups().SeesAsync("g", receiver);

        var found = Assert.Single(nodes[0].Groups().GetMembers("g"));
        Assert.Equal(SendOutcome.Delivered, await SendAsync(nodes[0], found, "hello", sender.Id));
        Assert.Equal(SendOutcome.Delivered, await SendAsync(nodes[0], found, "nobody"));
        await inbox.ReceivesAsync(2);
        Assert.Equal(["hello", "nobody"], inbox.Texts);
        Assert.Equal([sender.Id, null], inbox.Messages.Select(static message => message.From));
        Assert.All(inbox.Messages, static message => Assert.Equal((null, 0L), (message.Group, message.Missed)));
    }

    // Order: what one node sends to one member arrives in order; published and sent alike.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Send_ManyWithoutWaiting_ArriveInOrder(int home)
    {
        const int count = 500;
        var nodes = await StartAsync("a", "b");
        var inbox = new Inbox();
        var receiver = nodes[home].CreateMember("receiver", inbox.HandleAsync);
        await nodes[home].Groups().JoinedAsync("g", receiver);
        await nodes[0].Groups().SeesAsync("g", receiver);
        var outcomes = new List<Task<SendOutcome>>();
        for (var index = 0; index < count; index++)
        {
            if (index % 3 == 2)
            {
                Assert.Equal(
                    new PublishResult(1, 1, 0),
                    await nodes[0].Groups().PublishAsync("g", Payloads.Text($"{index}")));
            }
            else
            {
                outcomes.Add(nodes[0].Groups().SendAsync(receiver.Id, Payloads.Text($"{index}")).AsTask());
            }
        }

        Assert.All(
            await Task.WhenAll(outcomes).WithinAsync("all are answered"),
            static outcome => Assert.Equal(SendOutcome.Delivered, outcome));
        await inbox.ReceivesAsync(count);
        Assert.Equal(Enumerable.Range(0, count).Select(static index => $"{index}"), inbox.Texts);
    }

    // design §3: "gone" if it has ended; it is never started again.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Send_ToAnEndedMember_IsGone(int home)
    {
        var nodes = await StartAsync("a", "b");
        var inbox = new Inbox();
        var receiver = nodes[home].CreateMember("receiver", inbox.HandleAsync);
        Assert.Equal(SendOutcome.Delivered, await SendAsync(nodes[0], receiver.Id, "first"));
        await inbox.ReceivesAsync(1);
        receiver.End();
        Assert.Equal(SendOutcome.Gone, await SendAsync(nodes[0], receiver.Id, "second"));
        var never = new MemberId(nodes[home].Id, long.MaxValue, "never");
        Assert.Equal(SendOutcome.Gone, await SendAsync(nodes[0], never, "third"));
        await DrainAsync();
        Assert.Equal(["first"], inbox.Texts);
    }

    // IGroupMember.End: its handler is not called again, whatever waits in its queue.
    [Fact]
    public async Task End_WithMessagesWaiting_HandlesNoneOfThem()
    {
        using var gate = new Gate();
        var a = (await StartAsync("a"))[0];
        var inbox = new Inbox { WhenMessage = async _ => await gate.PassAsync() };
        var receiver = a.CreateMember("receiver", inbox.HandleAsync);
        for (var index = 0; index < 5; index++)
        {
            Assert.Equal(SendOutcome.Delivered, await SendAsync(a, receiver.Id, $"{index}"));
        }

        await gate.ReachedAsync();
        receiver.End();
        gate.Open();
        await DrainAsync();
        Assert.Equal(["0"], inbox.Texts);
    }

    // A member without a handler takes what is sent to it.
    [Fact]
    public async Task Send_ToAMemberWithoutHandler_IsDelivered()
    {
        var nodes = await StartAsync("a", "b");
        var receiver = nodes[1].CreateMember("receiver");
        Assert.Equal(SendOutcome.Delivered, await SendAsync(nodes[0], receiver.Id, "hello"));
    }

    // SendOutcome.Gone: the node is known to be dead.
    [Fact]
    [Needs(FixtureCapabilities.KillNode)]
    public async Task Send_ToAMemberOfADeadNode_IsGone()
    {
        var nodes = await StartAsync("a", "b");
        var receiver = nodes[1].CreateMember("receiver");
        await nodes[1].Groups().JoinedAsync("g", receiver);
        await nodes[0].Groups().SeesAsync("g", receiver);
        await Fixture.KillNodeAsync(nodes[1]);
        await nodes[0].Groups().SeesAsync("g");
        Assert.Equal(SendOutcome.Gone, await SendAsync(nodes[0], receiver.Id, "hello"));
    }

    // SendOutcome.NotConnected: nothing was sent.
    [Fact]
    [Needs(FixtureCapabilities.Cut | FixtureCapabilities.DeclareDown)]
    public async Task Send_WithoutConnection_IsNotConnected()
    {
        var nodes = await StartAsync("a", "b");
        var inbox = new Inbox();
        var receiver = nodes[1].CreateMember("receiver", inbox.HandleAsync);
        await Fixture.SplitAsync(nodes[0], nodes[1]);
        Assert.Equal(SendOutcome.NotConnected, await SendAsync(nodes[0], receiver.Id, "lost"));
        await Fixture.HealAsync(nodes[0], nodes[1]);
        await nodes[1].Groups().JoinedAsync("g", receiver);
        await nodes[0].Groups().SeesAsync("g", receiver);
        Assert.Equal(SendOutcome.Delivered, await SendAsync(nodes[0], receiver.Id, "found"));
        await inbox.ReceivesAsync(1);
        Assert.Equal(["found"], inbox.Texts);
    }

    // SendOutcome.Unknown: the time runs out, or the connection is lost, before the answer comes.
    [Theory]
    [Needs(FixtureCapabilities.Cut | FixtureCapabilities.DeclareDown)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Send_AnswerDoesNotCome_IsUnknown(bool connectionIsLost)
    {
        var limit = connectionIsLost ? TimeSpan.FromMinutes(10) : TimeSpan.FromMilliseconds(50);
        var nodes = await StartAsync(options => options.ProcessGroups.SendTimeout = limit, "a", "b");
        var inbox = new Inbox();
        var receiver = nodes[1].CreateMember("receiver", inbox.HandleAsync);
        await Fixture.CutAsync(nodes[1], nodes[0]);
        var sending = nodes[0].Groups().SendAsync(receiver.Id, Payloads.Text("hello")).AsTask();
        await inbox.ReceivesAsync(1);
        if (connectionIsLost)
        {
            Assert.False(sending.IsCompleted);
            await Fixture.SplitAsync(nodes[0], nodes[1]);
        }

        Assert.Equal(SendOutcome.Unknown, await sending.WithinAsync("it is answered"));
    }

    // The cancellation ends the wait, not the sending.
    [Fact]
    [Needs(FixtureCapabilities.Cut)]
    public async Task Send_Cancelled_EndsTheWaitOnly()
    {
        var nodes = await StartAsync("a", "b");
        var inbox = new Inbox();
        var receiver = nodes[1].CreateMember("receiver", inbox.HandleAsync);
        await Fixture.CutAsync(nodes[1], nodes[0]);
        using var cancel = new CancellationTokenSource();
        var sending = nodes[0].Groups().SendAsync(receiver.Id, Payloads.Text("hello"), null, cancel.Token).AsTask();
        await inbox.ReceivesAsync(1);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending).WithinAsync("the wait ends");
        await Fixture.HealAsync(nodes[0], nodes[1]);
        Assert.Equal(SendOutcome.Delivered, await SendAsync(nodes[0], receiver.Id, "again"));
    }

    // ProcessGroupsOptions.MaxQueuedPayloads: a full queue of the member.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Send_ToAFullQueue_IsOverloaded(int home)
    {
        using var gate = new Gate();
        var nodes = await StartAsync(static options => options.ProcessGroups.MaxQueuedPayloads = 3, "a", "b");
        var inbox = new Inbox { WhenMessage = async _ => await gate.PassAsync() };
        var receiver = nodes[home].CreateMember("receiver", inbox.HandleAsync);
        Assert.Equal(SendOutcome.Delivered, await SendAsync(nodes[0], receiver.Id, "first"));
        await gate.ReachedAsync();
        var delivered = 1;
        SendOutcome outcome;
        while ((outcome = await SendAsync(nodes[0], receiver.Id, $"{delivered}")) == SendOutcome.Delivered)
        {
            delivered++;
        }

        Assert.Equal(SendOutcome.Overloaded, outcome);
        Assert.InRange(delivered, 3, 4);
        gate.Open();
        await inbox.ReceivesAsync(delivered);
        await DrainAsync();
        Assert.Equal(delivered, inbox.Messages.Length);
        Assert.Equal(SendOutcome.Delivered, await SendAsync(nodes[0], receiver.Id, "again"));
    }

    // ProcessGroupsOptions.MaxPendingSends: too many that wait for their answer.
    [Fact]
    [Needs(FixtureCapabilities.Cut)]
    public async Task Send_TooManyUnanswered_IsOverloaded()
    {
        var nodes = await StartAsync(static options => options.ProcessGroups.MaxPendingSends = 2, "a", "b");
        var inbox = new Inbox();
        var receiver = nodes[1].CreateMember("receiver", inbox.HandleAsync);
        await Fixture.CutAsync(nodes[1], nodes[0]);
        var first = nodes[0].Groups().SendAsync(receiver.Id, default).AsTask();
        var second = nodes[0].Groups().SendAsync(receiver.Id, default).AsTask();
        Assert.Equal(SendOutcome.Overloaded, await SendAsync(nodes[0], receiver.Id, "third"));
        await Fixture.HealAsync(nodes[0], nodes[1]);
        Assert.Equal(SendOutcome.Delivered, await first.WithinAsync("it is answered"));
        Assert.Equal(SendOutcome.Delivered, await second.WithinAsync("it is answered"));
        await inbox.ReceivesAsync(2);
        await DrainAsync();
        Assert.Equal(2, inbox.Messages.Length);
    }

    // A throwing handler loses its message and nothing else; a slow one delays nobody else.
    [Fact]
    public async Task Send_ToThrowingAndSlowMembers_HarmsNobodyElse()
    {
        using var gate = new Gate();
        var nodes = await StartAsync("a", "b");
        var (throwing, slow, other) = (
            new Inbox { WhenMessage = static _ => throw new InvalidOperationException("This handler fails.") },
            new Inbox { WhenMessage = async _ => await gate.PassAsync() },
            new Inbox());
        var members = new[] { throwing, slow, other }
            .Select((inbox, index) => nodes[1].CreateMember($"m{index}", inbox.HandleAsync)).ToArray();
        for (var index = 0; index < 10; index++)
        {
            foreach (var member in members)
            {
                Assert.Equal(SendOutcome.Delivered, await SendAsync(nodes[0], member.Id, $"{index}"));
            }
        }

        await throwing.ReceivesAsync(10);
        await other.ReceivesAsync(10);
        Assert.InRange(slow.Messages.Length, 0, 1);
        gate.Open();
        await slow.ReceivesAsync(10);
        Assert.Equal(other.Texts, slow.Texts);
    }

    // design §4 for payloads: empty, the largest, and too large.
    [Fact]
    public async Task Send_EmptyLargestAndTooLarge_AreWhatTheyAre()
    {
        const int limit = 100_000;
        var nodes = await StartAsync(static options => options.ProcessGroups.MaxPayloadBytes = limit, "a", "b");
        var inbox = new Inbox();
        var receiver = nodes[1].CreateMember("receiver", inbox.HandleAsync);
        var largest = Payloads.Numbered(1, limit);
        Assert.Equal(
            SendOutcome.Delivered,
            await nodes[0].Groups().SendAsync(receiver.Id, default).WithinAsync("it is answered"));
        Assert.Equal(
            SendOutcome.Delivered,
            await nodes[0].Groups().SendAsync(receiver.Id, largest).WithinAsync("it is answered"));
        var sent = await Assert.ThrowsAsync<PayloadTooLargeException>(
            async () => await nodes[0].Groups().SendAsync(receiver.Id, new byte[limit + 1]));
        var published = await Assert.ThrowsAsync<PayloadTooLargeException>(
            async () => await nodes[0].Groups().PublishAsync("g", new byte[limit + 1]));
        Assert.Equal((limit + 1, limit), (sent.Bytes, sent.Limit));
        Assert.Equal((limit + 1, limit), (published.Bytes, published.Limit));

        await inbox.ReceivesAsync(2);
        await DrainAsync();
        Assert.Equal(2, inbox.Messages.Length);
        Assert.Equal(0, inbox.Messages[0].Payload.Length);
        Assert.Equal(largest, inbox.Messages[1].Payload.ToArray());
    }

    // A handler may send on, even to itself.
    [Fact]
    public async Task Send_FromAHandler_DoesNotWaitForItself()
    {
        var a = (await StartAsync("a"))[0];
        var inbox = new Inbox();
        IGroupMember receiver = null!;
        inbox.WhenMessage = async message =>
        {
            if (Payloads.TextOf(message.Payload) == "first")
            {
                Assert.Equal(
                    SendOutcome.Delivered,
                    await a.Groups().SendAsync(receiver.Id, Payloads.Text("second"), receiver.Id));
            }
        };
        receiver = a.CreateMember("receiver", inbox.HandleAsync);
        Assert.Equal(SendOutcome.Delivered, await SendAsync(a, receiver.Id, "first"));
        await inbox.ReceivesAsync("second");
        Assert.Equal(receiver.Id, inbox.Messages[1].From);
    }

    private static Task<SendOutcome> SendAsync(
        INodeFixture node,
        MemberId member,
        string text,
        MemberId? from = null) =>
        node.Groups().SendAsync(member, Payloads.Text(text), from).WithinAsync($"'{text}' is answered");
}
