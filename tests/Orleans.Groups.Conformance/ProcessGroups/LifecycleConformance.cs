namespace Orleans.Groups.Conformance;

/// <summary>Nodes and scopes that stop, die and come back.</summary>
public abstract class LifecycleConformance<TEngine> : ConformanceTest<TEngine>
    where TEngine : IGroupsEngine, new()
{
    private static readonly ScopeName Scope = "scope";

    // design §3, P5: a stopping node says goodbye; calls on it are answered with a status.
    [Fact]
    public async Task StopNode_WithMembers_SaysGoodbyeAndRefusesJoins()
    {
        var nodes = await StartAsync("a", "b");
        var (member, remote) = (nodes[0].CreateMember("m"), nodes[1].CreateMember("r"));
        await nodes[0].Groups().JoinedAsync("g", member);
        await nodes[1].Groups().JoinedAsync("g", remote);
        await nodes[0].Groups().SeesAsync("g", member, remote);
        await using var log = await MonitorLog.StartAsync(nodes[0].Groups(), "g");
        var groups = nodes[1].Groups();
        await Fixture.StopNodeAsync(nodes[1]).WithinAsync("the node stops");

        var change = await log.NextAsync();
        Assert.True(change.Reason is ChangeReason.ScopeStopped or ChangeReason.NodeDown, $"{change.Reason}");
        Assert.Equal((MembershipChangeKind.Left, remote.Id), (change.Kind, Assert.Single(change.Members)));
        Assert.False(groups.IsRunning);
        Assert.Equal(new JoinResult(JoinStatus.ShuttingDown, 0), await groups.JoinAsync("g", remote.Id));
        Assert.Equal(new JoinResult(JoinStatus.ShuttingDown, 0), await groups.JoinAsync(["g"], [remote.Id]));
        Assert.Equal(LeaveStatus.ShuttingDown, (await groups.LeaveAsync("g", remote.Id)).Status);
        groups.AssertMembers("g");
        groups.AssertEmpty();
        await DrainAsync();
        nodes[0].Groups().AssertMembers("g", member);
    }

    // A killed node: its members are gone everywhere, with the reason.
    [Fact]
    [Needs(FixtureCapabilities.KillNode)]
    public async Task KillNode_WithMembers_TakesThemAwayEverywhere()
    {
        var nodes = await StartAsync("a", "b", "c");
        var victims = nodes[2].CreateMembers(2);
        await nodes[2].Groups().JoinAsync(["x", "y"], GroupExtensions.Ids(victims));
        var logs = new List<MonitorLog>();
        foreach (var node in nodes[..2])
        {
            await node.Groups().SeesAsync("x", victims);
            await node.Groups().SeesAsync("y", victims);
            logs.Add(await MonitorLog.StartAsync(node.Groups()));
        }

        await Fixture.KillNodeAsync(nodes[2]);
        foreach (var log in logs)
        {
            await log.SeesAsync("x");
            await log.SeesAsync("y");
            Assert.All(log.Changes, static change => Assert.Equal(ChangeReason.NodeDown, change.Reason));
            Assert.Equal(2, log.Changes.Count);
            log.Groups.AssertEmpty();
        }
    }

    // "Restart of a node with the same name": the old members are gone and the new ones are there.
    [Fact]
    [Needs(FixtureCapabilities.KillNode)]
    public async Task Restart_WithTheSameName_ReplacesTheOldMembers()
    {
        var a = (await StartAsync("a"))[0];
        var node = await AddNodeAsync("b");
        for (var life = 0; life < 4; life++)
        {
            var member = node.CreateMember("m");
            await node.Groups().JoinedAsync("g", member);
            await a.Groups().SeesAsync("g", member);
            Assert.Equal(SendOutcome.Delivered, await a.Groups().SendAsync(member.Id, default));
            await Fixture.KillNodeAsync(node);
            var next = await AddNodeAsync("b");
            Assert.True(next.Id.Replaces(node.Id));
            await a.Groups().SeesAsync("g");
            Assert.Equal(SendOutcome.Gone, await a.Groups().SendAsync(member.Id, default));
            node = next;
        }

        a.Groups().AssertEmpty();
    }

    // A node that stopped in order comes back, too.
    [Fact]
    public async Task Restart_AfterStopping_ReplacesTheOldMembers()
    {
        var nodes = await StartAsync("a", "b");
        var old = nodes[1].CreateMember("old");
        await nodes[1].Groups().JoinedAsync("g", old);
        await nodes[0].Groups().SeesAsync("g", old);
        await Fixture.StopNodeAsync(nodes[1]).WithinAsync("the node stops");
        var again = await AddNodeAsync("b");
        var young = again.CreateMember("young");
        await again.Groups().JoinedAsync("g", young);
        await nodes[0].Groups().SeesAsync("g", young);
        await again.Groups().SeesAsync("g", young);
    }

    // T16: a restarted scope forgets its local members and learns the others again.
    [Fact]
    [Needs(FixtureCapabilities.StopScope)]
    public async Task RestartScope_WithMembers_ForgetsOwnAndLearnsOthers()
    {
        var nodes = await StartAsync("a", "b");
        var (a, b) = (nodes[0].GetProcessGroups(Scope), nodes[1].GetProcessGroups(Scope));
        var (member, remote) = (nodes[0].CreateMember("m"), nodes[1].CreateMember("r"));
        await a.JoinedAsync("g", member, member);
        await b.JoinedAsync("g", remote);
        await a.SeesAsync("g", remote, member, member);
        await b.SeesAsync("g", remote, member, member);

        await nodes[0].StopScopeAsync(Scope);
        Assert.False(a.IsRunning);
        await b.SeesAsync("g", remote);
        await nodes[0].StartScopeAsync(Scope);
        await a.SeesAsync("g", remote);
        Assert.True(a.IsRunning);
        Assert.False(member.HasEnded);
        await a.JoinedAsync("g", member);
        await b.SeesAsync("g", remote, member);
    }

    // T17, PD7: while a scope does not run, joins and leaves are answered with a status, and every read is empty.
    [Fact]
    [Needs(FixtureCapabilities.StopScope)]
    public async Task StopScope_ThenUseIt_IsAnsweredWithAStatus()
    {
        var nodes = await StartAsync("a", "b");
        var (a, b) = (nodes[0].GetProcessGroups(Scope), nodes[1].GetProcessGroups(Scope));
        var (member, remote) = (nodes[0].CreateMember("m"), nodes[1].CreateMember("r"));
        await a.JoinedAsync("g", member);
        await b.JoinedAsync("g", remote);
        await a.SeesAsync("g", member, remote);
        await b.SeesAsync("g", member, remote);
        var handle = b["g"];
        await using var log = await MonitorLog.StartAsync(a);
        await nodes[1].StopScopeAsync(Scope);

        Assert.Equal(new JoinResult(JoinStatus.ScopeStopped, 0), await b.JoinAsync("g", remote.Id));
        Assert.Equal(new JoinResult(JoinStatus.ScopeStopped, 0), await b.JoinAsync(["g"], [remote.Id]));
        Assert.Equal(LeaveStatus.ScopeStopped, (await b.LeaveAsync("g", remote.Id)).Status);
        b.AssertMembers("g");
        b.AssertEmpty();
        Assert.Empty(handle.Members);
        MonitorLog.AssertChange(
            await log.NextAsync(),
            MembershipChangeKind.Left,
            "g",
            ChangeReason.ScopeStopped,
            remote);

        // Nothing else of the node has stopped.
        await nodes[1].Groups().JoinedAsync("g", remote);
        await nodes[0].Groups().SeesAsync("g", remote);
    }

    // T5: a scope that does not run takes no part; what peers say meanwhile is learned when it starts.
    [Fact]
    [Needs(FixtureCapabilities.StopScope)]
    public async Task StopScope_PeersChangeMeanwhile_IsLearnedAtTheStart()
    {
        var nodes = await StartAsync("a", "b");
        var (a, b) = (nodes[0].GetProcessGroups(Scope), nodes[1].GetProcessGroups(Scope));
        var (first, second) = (nodes[0].CreateMember("first"), nodes[0].CreateMember("second"));
        await a.JoinedAsync("g", first);
        await b.SeesAsync("g", first);
        await nodes[1].StopScopeAsync(Scope);
        await a.JoinedAsync("g", second);
        await a.LeftAsync("g", first);
        await DrainAsync();
        b.AssertEmpty();
        await nodes[1].StartScopeAsync(Scope);
        await b.SeesAsync("g", second);
    }

    // T19: a node on its own starts and stops its scope, again and again.
    [Fact]
    [Needs(FixtureCapabilities.StopScope)]
    public async Task StopAndStartScope_OnASingleNode_Succeeds()
    {
        var a = (await StartAsync("a"))[0];
        for (var round = 0; round < 3; round++)
        {
            await a.StopScopeAsync(Scope);
            await a.StartScopeAsync(Scope);
            var member = a.CreateMember("m");
            await a.GetProcessGroups(Scope).JoinedAsync("g", member);
            a.GetProcessGroups(Scope).AssertMembers("g", member);
        }
    }

    // H2: scopes that flap while members come and go; the last life counts.
    [Fact]
    [Needs(FixtureCapabilities.StopScope)]
    public async Task RestartScope_AgainAndAgain_LastLifeCounts()
    {
        var nodes = await StartAsync("a", "b");
        var (a, b) = (nodes[0].GetProcessGroups(Scope), nodes[1].GetProcessGroups(Scope));
        await using var log = await MonitorLog.StartAsync(b);
        IGroupMember last = null!;
        for (var life = 0; life < 10; life++)
        {
            last = nodes[0].CreateMember($"m{life}");
            await a.JoinedAsync("g", last);
            if (life < 9)
            {
                await nodes[0].StopScopeAsync(Scope);
                await nodes[0].StartScopeAsync(Scope);
            }
        }

        await b.SeesAsync("g", last);
        await DrainAsync();
        b.AssertMembers("g", last);
        log.AssertFoldIsRegistry();
    }
}
