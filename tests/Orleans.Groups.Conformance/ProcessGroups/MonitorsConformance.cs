namespace Orleans.Groups.Conformance;

/// <summary>What monitors say: an exact snapshot, then every change once, in order, with its reason.</summary>
public abstract class MonitorsConformance<TEngine> : ConformanceTest<TEngine>
    where TEngine : IGroupsEngine, new()
{
    // T23: the snapshot is exact, and monitoring changes nothing.
    [Fact]
    public async Task Snapshot_OfAScopeInUse_IsExact()
    {
        var nodes = await StartAsync("a", "b");
        var (member, remote) = (nodes[0].CreateMember("m"), nodes[1].CreateMember("r"));
        await nodes[0].Groups().JoinedAsync("one", member);
        await nodes[1].Groups().JoinedAsync("one", remote, remote);
        await nodes[0].Groups().SeesAsync("one", member, remote, remote);
        for (var round = 0; round < 2; round++)
        {
            await using var scope = await nodes[0].Groups().MonitorScopeAsync();
            await using var group = await nodes[0].Groups().MonitorGroupAsync("one");
            await using var other = await nodes[0].Groups().MonitorGroupAsync("other");
            var expected = GroupExtensions.Ids(member, remote, remote).Order();
            Assert.Equal(expected, Assert.Single(scope.Snapshot.Groups).Members.Order());
            Assert.Equal(expected, scope.Snapshot.GetMembers("one").Order());
            Assert.Equal(expected, Assert.Single(group.Snapshot.Groups).Members.Order());
            Assert.Empty(scope.Snapshot.GetMembers("other"));
            Assert.Empty(other.Snapshot.Groups);
            Assert.Empty(group.Snapshot.GetMembers("other"));
        }
    }

    // T24, T25: the monitor script, with a scope monitor and a group monitor side by side. The third monitor of the
    // original watches from another node; a monitor here belongs to its node, so that one watches node B's own view.
    [Fact]
    public async Task Script_OfJoinsLeavesAndANodeThatGoes_IsToldInOrder()
    {
        var a = (await StartAsync("a"))[0];
        await using var scope = await MonitorLog.StartAsync(a.Groups());
        await using var group = await MonitorLog.StartAsync(a.Groups(), "g");
        var self = a.CreateMember("self");
        await a.Groups().JoinedAsync("g", self);
        await using var second = await MonitorLog.StartAsync(a.Groups());
        Assert.Equal([self.Id], second.Monitor.Snapshot.GetMembers("g"));

        var b = await AddNodeAsync("b");
        await b.Groups().SeesAsync("g", self);
        var third = await MonitorLog.StartAsync(b.Groups(), "g");
        var remote = b.CreateMember("r");
        await b.Groups().JoinedAsync("g", remote, remote);
        await scope.SeesAsync("g", self, remote, remote);
        await a.Groups().LeftAsync("g", self);
        await third.SeesAsync("g", remote, remote);
        await b.Groups().LeftAsync("g", remote);
        await scope.SeesAsync("g", remote);
        await third.SeesAsync("g", remote);
        await Fixture.StopNodeAsync(b).WithinAsync("the node stops");
        await scope.UntilAsync("the script is told", static log => log.Changes.Count == 5);
        await group.UntilAsync("the script is told", static log => log.Changes.Count == 5);
        await second.UntilAsync("the script is told", static log => log.Changes.Count == 4);

        AssertScript(scope.Changes, 0);
        AssertScript(group.Changes, 0);
        AssertScript(second.Changes, 1);
        await scope.DisposeAsync();
        await a.Groups().JoinedAsync("g", self);
        await group.SeesAsync("g", self);
        Assert.Empty(scope.ReadAvailable());

        void AssertScript(IReadOnlyList<MembershipChange> changes, int skipped)
        {
            (MembershipChangeKind Kind, int Count, MemberId Member)[] script =
            [
                (MembershipChangeKind.Joined, 1, self.Id),
                (MembershipChangeKind.Joined, 2, remote.Id),
                (MembershipChangeKind.Left, 1, self.Id),
                (MembershipChangeKind.Left, 1, remote.Id),
                (MembershipChangeKind.Left, 1, remote.Id),
            ];
            Assert.Equal(
                script.Skip(skipped),
                changes.Select(
                    static change => (change.Kind, change.Members.Length, change.Members.Distinct().Single())));
        }
    }

    // P3, §1.5: every reason, on the node itself and on another one.
    [Fact]
    public async Task Reasons_OfEachChange_AreTold()
    {
        // Connected first: what is learned in the course of connecting is no news of its own.
        var nodes = await StartAsync("a", "b");
        await ConvergeAsync();
        await using var near = await MonitorLog.StartAsync(nodes[0].Groups());
        await using var far = await MonitorLog.StartAsync(nodes[1].Groups());
        MonitorLog[] logs = [near, far];
        var member = nodes[0].CreateMember("m");
        await nodes[0].Groups().JoinedAsync("g", member, member);
        foreach (var log in logs)
        {
            MonitorLog.AssertChange(
                await log.NextAsync(),
                MembershipChangeKind.Joined,
                "g",
                ChangeReason.Joined,
                member,
                member);
        }

        await nodes[0].Groups().LeftAsync("g", member);
        foreach (var log in logs)
        {
            MonitorLog.AssertChange(await log.NextAsync(), MembershipChangeKind.Left, "g", ChangeReason.Left, member);
        }

        member.End();
        foreach (var log in logs)
        {
            MonitorLog.AssertChange(await log.NextAsync(), MembershipChangeKind.Left, "g", ChangeReason.Ended, member);
        }
    }

    // §1.5: a member of several groups ends: all its memberships go in one step.
    [Fact]
    public async Task End_OfAMemberOfSeveralGroups_TakesAllAwayAtOnce()
    {
        var nodes = await StartAsync("a", "b");
        await using var near = await MonitorLog.StartAsync(nodes[0].Groups());
        await using var far = await MonitorLog.StartAsync(nodes[1].Groups());
        var member = nodes[0].CreateMember("m");
        await nodes[0].Groups().JoinAsync(["g", "g", "k"], [member.Id]);
        await far.SeesAsync("k", member);
        await far.SeesAsync("g", member, member);
        near.ReadAvailable();
        var before = (near.Changes.Count, far.Changes.Count);
        member.End();
        await near.UntilAsync("it is gone", static log => log.FoldOf("g").Count + log.FoldOf("k").Count == 0);
        await far.UntilAsync("it is gone", static log => log.FoldOf("g").Count + log.FoldOf("k").Count == 0);

        foreach (var (log, count) in new[] { (near, before.Item1), (far, before.Item2) })
        {
            var changes = log.Changes.Skip(count).ToArray();
            Assert.All(
                changes,
                static change => Assert.Equal(
                    (MembershipChangeKind.Left, ChangeReason.Ended),
                    (change.Kind, change.Reason)));
            Assert.Equal(
                2,
                changes.Where(static change => change.Group == "g").Sum(static change => change.Members.Length));
            Assert.Equal(
                1,
                changes.Where(static change => change.Group == "k").Sum(static change => change.Members.Length));
        }
    }

    // T26, PD5: somebody that monitors and is a member ends.
    [Fact]
    public async Task End_OfAMemberThatMonitors_HarmsNothing()
    {
        var a = (await StartAsync("a"))[0];
        var member = a.CreateMember("m");
        var monitor = await a.Groups().MonitorGroupAsync("g", new MonitorOptions { Owner = member.Id });
        await a.Groups().JoinedAsync("g", member);
        member.End();
        Assert.Equal(MonitorEndReason.OwnerEnded, await monitor.Completion.WithinAsync("the monitor ends"));
        await a.Groups().SeesAsync("g");
        var next = a.CreateMember("next");
        await a.Groups().JoinedAsync("g", next);
        a.Groups().AssertMembers("g", next);
    }

    // T27: several monitors of one owner; each has its own copy, and all end with it.
    [Fact]
    public async Task Monitors_OfOneOwner_EachGetsItsOwnAndEndsWithIt()
    {
        var a = (await StartAsync("a"))[0];
        var owner = a.CreateMember("owner");
        var options = new MonitorOptions { Owner = owner.Id };
        await using var one = await MonitorLog.StartAsync(a.Groups(), "one", options);
        await using var two = await MonitorLog.StartAsync(a.Groups(), "two", options);
        await using var scope = await MonitorLog.StartAsync(a.Groups(), null, options);
        await a.Groups().JoinedAsync("one", owner);
        await a.Groups().JoinedAsync("two", owner);
        MonitorLog.AssertChange(await one.NextAsync(), MembershipChangeKind.Joined, "one", ChangeReason.Joined, owner);
        MonitorLog.AssertChange(await two.NextAsync(), MembershipChangeKind.Joined, "two", ChangeReason.Joined, owner);
        MonitorLog.AssertChange(
            await scope.NextAsync(),
            MembershipChangeKind.Joined,
            "one",
            ChangeReason.Joined,
            owner);
        MonitorLog.AssertChange(
            await scope.NextAsync(),
            MembershipChangeKind.Joined,
            "two",
            ChangeReason.Joined,
            owner);

        owner.End();
        foreach (var log in new[] { one, two, scope })
        {
            Assert.Equal(MonitorEndReason.OwnerEnded, await log.Monitor.Completion.WithinAsync("the monitor ends"));
        }

        await a.Groups().SeesAsync("one");
    }

    // P5 for monitors: an owner that has ended already; and one of another node is refused.
    [Fact]
    public async Task Monitor_OfAnEndedOrForeignOwner_EndsOrIsRefused()
    {
        var nodes = await StartAsync("a", "b");
        var (ended, foreign) = (nodes[0].CreateMember("ended"), nodes[1].CreateMember("foreign"));
        ended.End();
        var monitor = await nodes[0].Groups().MonitorScopeAsync(new MonitorOptions { Owner = ended.Id });
        Assert.Equal(MonitorEndReason.OwnerEnded, await monitor.Completion.WithinAsync("the monitor ends"));
        await Assert.ThrowsAsync<MemberNotLocalException>(
            async () => await nodes[0].Groups().MonitorScopeAsync(new MonitorOptions { Owner = foreign.Id }));
    }

    // §1.6: a group monitor is told of its group alone.
    [Fact]
    public async Task GroupMonitor_OtherGroupsChange_SaysNothing()
    {
        var a = (await StartAsync("a"))[0];
        var member = a.CreateMember("m");
        await using var log = await MonitorLog.StartAsync(a.Groups(), "mine");
        await a.Groups().JoinAsync(["other", "mine", "third"], [member.Id]);
        await a.Groups().LeftAsync("other", member);
        await a.Groups().LeftAsync("mine", member);
        MonitorLog.AssertChange(
            await log.NextAsync(),
            MembershipChangeKind.Joined,
            "mine",
            ChangeReason.Joined,
            member);
        MonitorLog.AssertChange(await log.NextAsync(), MembershipChangeKind.Left, "mine", ChangeReason.Left, member);
        await DrainAsync();
        Assert.Empty(log.ReadAvailable());
    }

    // §1.3 a: when a join has completed, the node's own monitors show it.
    [Fact]
    public async Task Join_Completed_IsShownByTheNodesMonitors()
    {
        var a = (await StartAsync("a"))[0];
        var member = a.CreateMember("m");
        await using var log = await MonitorLog.StartAsync(a.Groups());
        for (var round = 1; round <= 20; round++)
        {
            await a.Groups().JoinedAsync("g", member);
            Assert.Single(log.ReadAvailable());
            Assert.Equal(round, log.FoldOf("g").Count);
        }
    }

    // fold(snapshot, changes) = registry: monitors that start in the middle of changes, on both nodes.
    [Fact]
    public async Task Snapshot_TakenDuringChanges_FitsTheChangesThatFollow()
    {
        var nodes = await StartAsync("a", "b");
        using var stop = new CancellationTokenSource();
        var changing = nodes.Select(node => Task.Run(() => ChangeUntilAsync(node, stop.Token))).ToArray();
        var logs = new List<MonitorLog>();
        for (var round = 0; round < 30; round++)
        {
            logs.Add(await MonitorLog.StartAsync(nodes[round % 2].Groups()));
            await logs[^1].NextAsync();
        }

        await stop.CancelAsync();
        await Task.WhenAll(changing).WithinAsync("the changes stop");
        await ConvergeAsync();
        await DrainAsync();
        Assert.All(logs, static log => log.AssertFoldIsRegistry());
    }

    private static async Task ChangeUntilAsync(INodeFixture node, CancellationToken stop)
    {
        var members = node.CreateMembers(3);
        for (var round = 0; !stop.IsCancellationRequested; round++)
        {
            await node.Groups().JoinAsync([$"g{round % 5}", "all"], [members[round % 3].Id], CancellationToken.None);
            await node.Groups().LeaveAsync(
                [$"g{(round + 2) % 5}", "all"],
                [members[(round + 1) % 3].Id],
                CancellationToken.None);
            await Task.Yield();
        }
    }
}
