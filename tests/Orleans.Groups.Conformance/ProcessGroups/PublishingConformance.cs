namespace Orleans.Groups.Conformance;

/// <summary>Publishing to a group: whom it reaches, once each, and what happens to those that are slow.</summary>
public abstract class PublishingConformance<TEngine> : ConformanceTest<TEngine>
    where TEngine : IGroupsEngine, new()
{
    // design §3: once per member, whatever its number of memberships; one frame per node.
    [Fact]
    public async Task Publish_ToMembersOfThreeNodes_ReachesEachOnce()
    {
        var nodes = await StartAsync("a", "b", "c");
        var inboxes = Enumerable.Range(0, 6).Select(static _ => new Inbox()).ToArray();
        var members =
            inboxes.Select((inbox, index) => nodes[index % 3].CreateMember($"m{index}", inbox.HandleAsync)).ToArray();
        var outsider = new Inbox();
        await nodes[1].Groups().JoinedAsync("other", nodes[1].CreateMember("outsider", outsider.HandleAsync));
        foreach (var member in members)
        {
            await nodes.Single(node => node.Id == member.Id.Node).Groups().JoinedAsync("g", member, member);
        }

        await nodes[0].Groups().SeesAsync("g", [.. members, .. members]);
        Assert.Equal(new PublishResult(6, 3, 0), await PublishAsync(nodes[0], "g", "hello", members[0].Id));
        foreach (var inbox in inboxes)
        {
            await inbox.ReceivesAsync(1);
        }

        await DrainAsync();
        foreach (var inbox in inboxes)
        {
            var message = Assert.Single(inbox.Messages);
            Assert.Equal((members[0].Id, "g", 0L), (message.From, message.Group?.Value, message.Missed));
            Assert.Equal("hello", Payloads.TextOf(message.Payload));
        }

        Assert.Empty(outsider.Messages);
    }

    // IProcessGroups.PublishAsync: an empty group is fine; a cancelled call sends nothing.
    [Fact]
    public async Task Publish_ToNobodyOrCancelled_SendsNothing()
    {
        var nodes = await StartAsync("a", "b");
        Assert.Equal(new PublishResult(0, 0, 0), await PublishAsync(nodes[0], "nobody", "hello"));
        var inbox = new Inbox();
        var receiver = nodes[1].CreateMember("receiver", inbox.HandleAsync);
        await nodes[1].Groups().JoinedAsync("g", receiver);
        await nodes[0].Groups().SeesAsync("g", receiver);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await nodes[0].Groups().PublishAsync("g", default, null, new CancellationToken(canceled: true)));
        Assert.Equal(new PublishResult(1, 1, 0), await PublishAsync(nodes[0], "g", "hello"));
        await inbox.ReceivesAsync(1);
        Assert.Equal(["hello"], inbox.Texts);
    }

    // Order per sender and receiver, with two senders.
    [Fact]
    public async Task Publish_FromTwoNodes_KeepsEachOnesOrder()
    {
        const int count = 300;
        var nodes = await StartAsync("a", "b", "c");
        var inboxes = nodes.Select(static _ => new Inbox()).ToArray();
        for (var index = 0; index < nodes.Length; index++)
        {
            await nodes[index].Groups().JoinedAsync("g", nodes[index].CreateMember("m", inboxes[index].HandleAsync));
        }

        await ConvergeAsync();
        await Task.WhenAll(nodes[..2].Select(async node =>
        {
            for (var index = 0; index < count; index++)
            {
                Assert.Equal(new PublishResult(3, 3, 0), await PublishAsync(node, "g", $"{node.Name} {index}"));
            }
        })).WithinAsync("all is published");
        foreach (var inbox in inboxes)
        {
            await inbox.ReceivesAsync(2 * count);
            foreach (var name in new[] { "a", "b" })
            {
                Assert.Equal(
                    Enumerable.Range(0, count).Select(index => $"{name} {index}"),
                    inbox.Texts.Where(text => text.StartsWith(name, StringComparison.Ordinal)));
            }
        }
    }

    // MemberMessage.Missed: a slow member's full queue drops publications, and the next message says how many.
    [Fact]
    public async Task Publish_ToASlowMember_CountsWhatItMissed()
    {
        const int queue = 4;
        const int count = 20;
        using var gate = new Gate();
        var nodes = await StartAsync(static options => options.ProcessGroups.MaxQueuedPayloads = queue, "a", "b");
        var (slow, fast) = (new Inbox { WhenMessage = async _ => await gate.PassAsync() }, new Inbox());
        var members =
            new[] { nodes[1].CreateMember("slow", slow.HandleAsync), nodes[1].CreateMember("fast", fast.HandleAsync) };
        await nodes[1].Groups().JoinedAsync("g", members);
        await nodes[0].Groups().SeesAsync("g", members);
        for (var index = 0; index < count; index++)
        {
            Assert.Equal(new PublishResult(2, 1, 0), await PublishAsync(nodes[0], "g", $"{index}"));
            await fast.ReceivesAsync(index + 1);
            await gate.ReachedAsync();
        }

        gate.Open();
        await DrainAsync();
        Assert.Equal(new PublishResult(2, 1, 0), await PublishAsync(nodes[0], "g", "last"));
        await slow.ReceivesAsync("last");

        Assert.All(fast.Messages, static message => Assert.Equal(0, message.Missed));
        var handled = slow.Messages;
        Assert.InRange(handled.Length, queue + 1, queue + 2); // Whether the one that is handled takes a place is open.
        Assert.All(handled[..^1], static message => Assert.Equal(0, message.Missed));
        Assert.Equal(count + 1 - handled.Length, handled[^1].Missed);
    }

    // A throwing and a blocked member delay nobody of the same group on the same node.
    [Fact]
    public async Task Publish_ToThrowingAndSlowMembers_HarmsNobodyElse()
    {
        using var gate = new Gate();
        var nodes = await StartAsync("a", "b");
        Inbox[] inboxes =
        [
            new() { WhenMessage = static _ => throw new InvalidOperationException("This handler fails.") },
            new() { WhenMessage = async _ => await gate.PassAsync() },
            new(),
        ];
        var members = inboxes.Select((inbox, index) => nodes[1].CreateMember($"m{index}", inbox.HandleAsync)).ToArray();
        await nodes[1].Groups().JoinedAsync("g", members);
        await nodes[0].Groups().SeesAsync("g", members);
        for (var index = 0; index < 10; index++)
        {
            Assert.Equal(new PublishResult(3, 1, 0), await PublishAsync(nodes[0], "g", $"{index}"));
        }

        await inboxes[0].ReceivesAsync(10);
        await inboxes[2].ReceivesAsync(10);
        gate.Open();
        await inboxes[1].ReceivesAsync(10);
        Assert.Equal(inboxes[2].Texts, inboxes[1].Texts);
    }

    // A member that left or ended gets nothing; one that joined again does.
    [Fact]
    public async Task Publish_AfterLeaveAndEnd_ReachesOnlyThoseThatAreThere()
    {
        var nodes = await StartAsync("a", "b");
        var inboxes = Enumerable.Range(0, 3).Select(static _ => new Inbox()).ToArray();
        var members = inboxes.Select((inbox, index) => nodes[1].CreateMember($"m{index}", inbox.HandleAsync)).ToArray();
        await nodes[1].Groups().JoinedAsync("g", members);
        await nodes[1].Groups().LeftAsync("g", members[0]);
        members[1].End();
        await nodes[0].Groups().SeesAsync("g", members[2]);
        Assert.Equal(new PublishResult(1, 1, 0), await PublishAsync(nodes[0], "g", "first"));
        await inboxes[2].ReceivesAsync(1); // It goes to whoever is there when it arrives.
        await nodes[1].Groups().JoinedAsync("g", members[0]);
        await nodes[0].Groups().SeesAsync("g", members[0], members[2]);
        Assert.Equal(new PublishResult(2, 1, 0), await PublishAsync(nodes[0], "g", "second"));
        await inboxes[0].ReceivesAsync(1);
        await inboxes[2].ReceivesAsync(2);
        await DrainAsync();
        Assert.Equal(["second"], inboxes[0].Texts);
        Assert.Empty(inboxes[1].Texts);
        Assert.Equal(["first", "second"], inboxes[2].Texts);
    }

    // A publication reaches those that this node sees; scopes do not mix.
    [Fact]
    public async Task Publish_InOneScope_DoesNotReachAnother()
    {
        var nodes = await StartAsync("a", "b");
        var (red, blue) = (new Inbox(), new Inbox());
        var (inRed, inBlue) =
            (nodes[1].CreateMember("red", red.HandleAsync), nodes[1].CreateMember("blue", blue.HandleAsync));
        await nodes[1].GetProcessGroups("red").JoinedAsync("g", inRed);
        await nodes[1].GetProcessGroups("blue").JoinedAsync("g", inBlue);
        await nodes[0].GetProcessGroups("red").SeesAsync("g", inRed);
        await nodes[0].GetProcessGroups("blue").SeesAsync("g", inBlue);
        await nodes[0].GetProcessGroups("red").PublishAsync("g", Payloads.Text("hello"));
        await red.ReceivesAsync(1);
        await DrainAsync();
        Assert.Empty(blue.Messages);
    }

    private static Task<PublishResult> PublishAsync(
        INodeFixture node,
        GroupName group,
        string text,
        MemberId? from = null) =>
        node.Groups().PublishAsync(group, Payloads.Text(text), from).WithinAsync($"'{text}' is published");
}
