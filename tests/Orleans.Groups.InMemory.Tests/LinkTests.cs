using System.Text;

namespace Orleans.Groups.InMemory.Tests;

/// <summary>Links: holding back, overflowing, ending and beginning sessions.</summary>
public sealed class LinkTests
{
    [Fact]
    public async Task Cut_ThenHeal_DeliversWhatWasHeldInOrder()
    {
        await using var cluster = new InMemoryCluster();
        var (a, b) = (cluster.AddNode("a"), cluster.AddNode("b"));
        var got = new List<string>();
        var receiver = b.CreateMember<string>("r", (_, text) => got.Add(text));
        cluster.Cut(a, b);
        var sends = Enumerable.Range(0, 100)
            .Select(number => a.ProcessGroups.SendAsync(receiver.Id, $"{number}").AsTask())
            .ToArray();
        await cluster.DrainedAsync();
        Assert.Empty(got);
        Assert.All(sends, static send => Assert.False(send.IsCompleted));
        cluster.Heal(a, b);
        Assert.All(await Task.WhenAll(sends).Soon(), static outcome => Assert.Equal(SendOutcome.Delivered, outcome));
        await cluster.DrainedAsync();
        Assert.Equal(Enumerable.Range(0, 100).Select(static number => $"{number}"), got);
    }

    [Fact]
    public async Task Cut_OneWay_LeavesTheOtherOpen()
    {
        await using var cluster = new InMemoryCluster();
        var (a, b) = (cluster.AddNode("a"), cluster.AddNode("b"));
        await cluster.ConvergedAsync();
        cluster.Cut(a, b);
        await a.ProcessGroups.JoinAsync("g", a.CreateMember("m").Id);
        await b.ProcessGroups.JoinAsync("g", b.CreateMember("m").Id);
        await cluster.DrainedAsync();
        Assert.Equal((2, 1), (a.ProcessGroups.CountMembers("g"), b.ProcessGroups.CountMembers("g")));
        cluster.HealAll();
        await cluster.ConvergedAsync();
        Assert.Equal(2, b.ProcessGroups.CountMembers("g"));
    }

    [Fact]
    public async Task Cut_MoreFramesThanItHolds_EndsTheSessionAndLogsIt()
    {
        var log = new LogRecorder();
        await using var cluster = new InMemoryCluster(
            new InMemoryClusterOptions { MaxHeldFramesPerLink = 20, LoggerFactory = log });
        var (a, b) = (cluster.AddNode("a"), cluster.AddNode("b"));
        var (near, far) = (new Recorder(), new Recorder());
        var stays = await a.JoinAsync(near);
        await b.JoinAsync(far);
        await cluster.ConvergedAsync();
        cluster.Cut(a, b);
        for (var number = 0; !near.Told.Contains("deaths b"); number++)
        {
            Assert.True((await stays.SayAsync($"{number}")).IsOk);
            await cluster.DrainedAsync();
            Assert.InRange(number, 0, 1_000);
        }

        Assert.Contains(1103, log.Ids);
        Assert.Contains(1102, log.Ids);
        Assert.Equal(1, near.Told.Count(static line => line == "deaths b"));
        cluster.Heal(a, b);
        await far.UntilToldAsync("end LostMembership");
        await cluster.ConvergedAsync();
        Assert.Equal([stays.Self], stays.GetStatus().Members.Select(static member => member.Id));
    }

    [Fact]
    public async Task Cut_MorePayloadsThanItHolds_AreOverloadedAndTheSessionLives()
    {
        var log = new LogRecorder();
        await using var cluster = new InMemoryCluster(
            new InMemoryClusterOptions { MaxHeldFramesPerLink = 3, LoggerFactory = log });
        var (a, b) = (cluster.AddNode("a"), cluster.AddNode("b"));
        var receiver = b.CreateMember("r");
        await b.ProcessGroups.JoinAsync("g", receiver.Id);
        await cluster.ConvergedAsync();
        cluster.Cut(a, b);
        var held = Enumerable.Range(0, 3).Select(_ => a.ProcessGroups.SendAsync(receiver.Id, "x").AsTask()).ToArray();
        Assert.Equal(SendOutcome.Overloaded, await a.ProcessGroups.SendAsync(receiver.Id, "x").Soon());
        Assert.Equal(new PublishResult(1, 0, 1), await a.ProcessGroups.PublishAsync("g", "x"));
        cluster.Heal(a, b);
        Assert.All(await Task.WhenAll(held).Soon(), static outcome => Assert.Equal(SendOutcome.Delivered, outcome));
        Assert.DoesNotContain(1103, log.Ids);
        Assert.DoesNotContain(1102, log.Ids);
    }

    [Fact]
    public async Task Cut_ManyMembershipChanges_DoNotFillTheLink()
    {
        var log = new LogRecorder();
        await using var cluster = new InMemoryCluster(
            new InMemoryClusterOptions { MaxHeldFramesPerLink = 300, LoggerFactory = log });
        var (a, b) = (cluster.AddNode("a"), cluster.AddNode("b"));
        await cluster.ConvergedAsync();
        cluster.Cut(a, b);
        var member = a.CreateMember("m").Id;
        for (var number = 0; number < 5_000; number++)
        {
            await a.ProcessGroups.JoinAsync($"g{number}", member);
            await cluster.WaitForInputsAsync(a);
        }

        Assert.DoesNotContain(1103, log.Ids);
        cluster.Heal(a, b);
        await cluster.ConvergedAsync();
        Assert.Equal(5_000, b.ProcessGroups.GroupCount);
        Assert.DoesNotContain(1102, log.Ids);
    }

    [Fact]
    public async Task DeclareDown_NothingCut_BothLearnItAndANewSessionBegins()
    {
        var log = new LogRecorder();
        await using var cluster = new InMemoryCluster(new InMemoryClusterOptions { LoggerFactory = log });
        var (a, b) = (cluster.AddNode("a"), cluster.AddNode("b"));
        await a.ProcessGroups.JoinAsync("g", a.CreateMember("m").Id);
        await b.ProcessGroups.JoinAsync("g", b.CreateMember("m").Id);
        await cluster.ConvergedAsync();
        await using var near = await a.ProcessGroups.MonitorGroupAsync("g");
        await using var far = await b.ProcessGroups.MonitorGroupAsync("g");
        cluster.DeclareDown(a, b);
        await cluster.ConvergedAsync();
        foreach (var monitor in new[] { near, far })
        {
            Assert.True(monitor.TryRead(out var left));
            Assert.Equal((MembershipChangeKind.Left, ChangeReason.NodeDown), (left!.Kind, left.Reason));
            Assert.True(monitor.TryRead(out var joined));
            Assert.Equal(MembershipChangeKind.Joined, joined!.Kind);
        }

        Assert.Equal(2, log.Ids.Count(static id => id == 1102));
        Assert.Contains(log.Entries, static entry => entry.Text.StartsWith("Session 2 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task DeclareDown_TowardsACutLink_IsLearnedByTheOtherAfterHealing()
    {
        await using var cluster = new InMemoryCluster();
        var (a, b) = (cluster.AddNode("a"), cluster.AddNode("b"));
        await a.ProcessGroups.JoinAsync("g", a.CreateMember("m").Id);
        await b.ProcessGroups.JoinAsync("g", b.CreateMember("m").Id);
        await cluster.ConvergedAsync();
        await using var far = await b.ProcessGroups.MonitorScopeAsync();
        cluster.Cut(a, b);
        await a.ProcessGroups.JoinAsync("before", a.CreateMember("m").Id);
        await cluster.DrainedAsync();
        cluster.DeclareDown(a, b);
        cluster.DeclareDown(a, b);
        await cluster.DrainedAsync();
        Assert.Equal((1, 2), (a.ProcessGroups.CountMembers("g"), b.ProcessGroups.CountMembers("g")));
        Assert.False(far.TryRead(out _));

        cluster.Heal(a, b);
        await cluster.ConvergedAsync();
        Assert.Equal((2, 2), (a.ProcessGroups.CountMembers("g"), b.ProcessGroups.CountMembers("g")));
        var changes = new List<(MembershipChangeKind, string)>();
        while (far.TryRead(out var change))
        {
            changes.Add((change!.Kind, change.Group.Value));
        }

        // First what had been held, then the loss of all of it, then the new session.
        Assert.Equal((MembershipChangeKind.Joined, "before"), changes[0]);
        Assert.Equal(2, changes.Count(static change => change.Item1 == MembershipChangeKind.Left));
        Assert.Equal(5, changes.Count);
    }

    [Fact]
    public async Task DeclareDown_PayloadsUnderWay_AreUnknown()
    {
        await using var cluster = new InMemoryCluster();
        var (a, b) = (cluster.AddNode("a"), cluster.AddNode("b"));
        var receiver = b.CreateMember("r");
        cluster.CutBoth(a, b);
        var send = a.ProcessGroups.SendAsync(receiver.Id, "x").AsTask();
        cluster.DeclareDown(a, b);
        Assert.Equal(SendOutcome.Unknown, await send.Soon());
        Assert.Equal(SendOutcome.NotConnected, await a.ProcessGroups.SendAsync(receiver.Id, "x"));
        cluster.Heal(a, b);
        Assert.Equal(SendOutcome.Delivered, await a.ProcessGroups.SendAsync(receiver.Id, "x").Soon());
    }

    [Fact]
    public async Task DeclareDown_AgainAndAgainUnderTraffic_LosesNothingOfTheMembersThatStay()
    {
        await using var cluster = new InMemoryCluster(new InMemoryClusterOptions { EncodeMessages = true });
        var (a, b) = (cluster.AddNode("a"), cluster.AddNode("b"));
        var got = new List<string>();
        var receiver = b.CreateMember<string>("r", (_, text) => got.Add(text));
        var sent = new List<(string Text, SendOutcome Outcome)>();
        for (var number = 0; number < 500; number++)
        {
            if (number % 10 == 5)
            {
                cluster.DeclareDown(a, b);
            }

            sent.Add(($"{number}", await a.ProcessGroups.SendAsync(receiver.Id, $"{number}").Soon()));
        }

        await cluster.DrainedAsync();
        var delivered = sent
            .Where(static send => send.Outcome == SendOutcome.Delivered)
            .Select(static send => send.Text);
        Assert.Empty(delivered.Except(got));
        Assert.Equal(got.Order(Comparer<string>.Create(ByNumber)), got);

        static int ByNumber(string left, string right) => int.Parse(left).CompareTo(int.Parse(right));
    }

    [Fact]
    public async Task EncodeMessages_EveryKindOfFrame_Arrives()
    {
        await using var cluster = new InMemoryCluster(new InMemoryClusterOptions { EncodeMessages = true });
        var (a, b, c) = (cluster.AddNode("a"), cluster.AddNode("b"), cluster.AddNode("c"));
        var got = new TaskCompletionSource<MemberMessage>();
        var receiver = b.CreateMember("r", message =>
        {
            got.TrySetResult(message);
            return default;
        });
        await b.ProcessGroups.JoinAsync("g", receiver.Id);
        await cluster.ConvergedAsync();
        var sender = a.CreateMember("s");
        Assert.Equal(new PublishResult(1, 1, 0), await a.ProcessGroups.PublishAsync("g", "hällo", sender.Id));
        var message = await got.Task.Soon();
        Assert.Equal(sender.Id, message.From);
        Assert.Equal("s", message.From!.Name);
        Assert.Equal("hällo", Encoding.UTF8.GetString(message.Payload.Span));
        Assert.Equal(SendOutcome.Delivered, await c.ProcessGroups.SendAsync(receiver.Id, "x").Soon());

        var handlers = new[] { new Recorder(), new Recorder(), new Recorder() };
        var ring = await a.JoinAsync(handlers[0]);
        await b.JoinAsync(handlers[1]);
        await c.JoinAsync(handlers[2]);
        Assert.True((await ring.ProveAsync("x", ConfirmLevel.ProcessedByAll)).IsOk);
        cluster.KillNode(b);
        Assert.True((await ring.ProveAsync("y", ConfirmLevel.ProcessedByAll)).IsOk);
        Assert.All([handlers[0], handlers[2]], static handler => Assert.Equal(["a: x", "a: y"], handler.Messages));
    }
}
