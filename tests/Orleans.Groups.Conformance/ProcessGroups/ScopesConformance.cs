namespace Orleans.Groups.Conformance;

/// <summary>Scopes that do not mix, scopes that stay on their node, and the limits of the options.</summary>
public abstract class ScopesConformance<TEngine> : ConformanceTest<TEngine>
    where TEngine : IGroupsEngine, new()
{
    // pg §1.1: scopes never interact.
    [Fact]
    public async Task Scopes_OfOneCluster_DoNotMix()
    {
        var nodes = await StartAsync("a", "b");
        var (red, blue) = (nodes[0].GetProcessGroups("red"), nodes[0].GetProcessGroups("blue"));
        Assert.Equal(("red", nodes[0].Id), (red.Scope.Value, red.Node));
        var member = nodes[0].CreateMember("m");
        await red.JoinedAsync("g", member);
        blue.AssertEmpty();
        nodes[0].Groups().AssertEmpty();
        Assert.Equal(LeaveStatus.NotJoined, (await blue.LeaveAsync("g", member.Id)).Status);

        await blue.JoinedAsync("h", member);
        await nodes[1].GetProcessGroups("red").SeesAsync("g", member);
        await nodes[1].GetProcessGroups("blue").SeesAsync("h", member);
        Assert.Equal(["g"], nodes[1].GetProcessGroups("red").GetGroups());
        Assert.Equal(["h"], nodes[1].GetProcessGroups("blue").GetGroups());

        member.End();
        await nodes[1].GetProcessGroups("red").SeesAsync("g", Array.Empty<MemberId>());
        await nodes[1].GetProcessGroups("blue").SeesAsync("h", Array.Empty<MemberId>());
    }

    // The same name is the same scope, and the default one has the name that the options give it.
    [Fact]
    public async Task Scope_NamedAndDefault_IsTheSame()
    {
        var a = (await StartAsync(static options => options.ProcessGroups.DefaultScope = "main", "a"))[0];
        Assert.Equal("main", a.Groups().Scope.Value);
        var member = a.CreateMember("m");
        await a.Groups().JoinedAsync("g", member);
        a.GetProcessGroups("main").AssertMembers("g", member);
        Assert.True(a.Groups().IsRunning);
    }

    // design §3: a scope that was first used on one node is seen from the other as soon as it looks.
    [Fact]
    public async Task Scope_FirstUsedLater_KnowsWhatWasThereBefore()
    {
        var nodes = await StartAsync("a", "b");
        var member = nodes[0].CreateMember("m");
        await nodes[0].GetProcessGroups("late").JoinedAsync("g", member);
        await DrainAsync();
        await nodes[1].GetProcessGroups("late").SeesAsync("g", member);
        var other = nodes[1].CreateMember("other");
        await nodes[1].GetProcessGroups("late").JoinedAsync("g", other);
        await nodes[0].GetProcessGroups("late").SeesAsync("g", member, other);
    }

    // OTP PR #6357: a local scope stays on its node.
    [Fact]
    public async Task LocalScope_OfEveryNode_StaysThere()
    {
        var nodes = await StartAsync(static options => options.ProcessGroups.LocalScopes.Add("mine"), "a", "b");
        var (left, right) = (nodes[0].CreateMember("left"), nodes[1].CreateMember("right"));
        await nodes[0].GetProcessGroups("mine").JoinedAsync("g", left);
        await nodes[1].GetProcessGroups("mine").JoinedAsync("g", right);
        await nodes[0].Groups().JoinedAsync("seen", left);
        await nodes[1].Groups().SeesAsync("seen", left);
        await DrainAsync();
        nodes[0].GetProcessGroups("mine").AssertMembers("g", left);
        nodes[1].GetProcessGroups("mine").AssertMembers("g", right);

        left.End();
        await nodes[0].GetProcessGroups("mine").SeesAsync("g", Array.Empty<MemberId>());
        await nodes[1].Groups().SeesAsync("seen", Array.Empty<MemberId>());
    }

    // design §3: with a list of scopes any other is refused.
    [Fact]
    public async Task Scope_NotListed_IsUnknown()
    {
        var a = (await StartAsync(
            static options =>
            {
                options.ProcessGroups.Scopes.Add("default");
                options.ProcessGroups.Scopes.Add("known");
            },
            "a"))[0];
        var member = a.CreateMember("m");
        await a.Groups().JoinedAsync("g", member);
        await a.GetProcessGroups("known").JoinedAsync("g", member);
        var unknown = await Assert.ThrowsAsync<UnknownScopeException>(
            async () => await a.GetProcessGroups("other").JoinAsync("g", member.Id));
        Assert.Equal(("other", GroupErrorCode.UnknownScope), (unknown.Scope.Value, unknown.Code));
    }

    // ProcessGroupsOptions.MaxScopes
    [Fact]
    public async Task Limit_OfScopes_IsKept()
    {
        var a = (await StartAsync(static options => options.ProcessGroups.MaxScopes = 2, "a"))[0];
        var member = a.CreateMember("m");
        await a.Groups().JoinedAsync("g", member);
        await a.GetProcessGroups("second").JoinedAsync("g", member);
        var refused = await Assert.ThrowsAsync<GroupLimitException>(
            async () => await a.GetProcessGroups("third").JoinAsync("g", member.Id));
        Assert.Equal((nameof(ProcessGroupsOptions.MaxScopes), 2), (refused.Limit, refused.Value));
    }

    // ProcessGroupsOptions.MaxMembersPerGroup; all or nothing.
    [Fact]
    public async Task Limit_OfMembersPerGroup_IsKept()
    {
        var a = (await StartAsync(static options => options.ProcessGroups.MaxMembersPerGroup = 3, "a"))[0];
        var members = a.CreateMembers(4);
        await a.Groups().JoinedAsync("g", members[0], members[1]);
        await AssertRefusedAsync(
            nameof(ProcessGroupsOptions.MaxMembersPerGroup), 3, a, ["g", "other"], [members[2].Id, members[3].Id]);
        a.Groups().AssertMembers("g", members[0], members[1]);
        a.Groups().AssertMembers("other");

        await a.Groups().JoinedAsync("g", members[2]);
        await AssertRefusedAsync(nameof(ProcessGroupsOptions.MaxMembersPerGroup), 3, a, ["g"], [members[3].Id]);
        await a.Groups().LeftAsync("g", members[0]);
        await a.Groups().JoinedAsync("g", members[3]);
    }

    // ProcessGroupsOptions.MaxGroups
    [Fact]
    public async Task Limit_OfGroups_IsKept()
    {
        var a = (await StartAsync(static options => options.ProcessGroups.MaxGroups = 2, "a"))[0];
        var member = a.CreateMember("m");
        await AssertRefusedAsync(nameof(ProcessGroupsOptions.MaxGroups), 2, a, ["x", "y", "z"], [member.Id]);
        a.Groups().AssertEmpty();
        Assert.Equal(2, (await a.Groups().JoinAsync(["x", "y"], [member.Id])).Added);
        await AssertRefusedAsync(nameof(ProcessGroupsOptions.MaxGroups), 2, a, ["z"], [member.Id]);
        await a.Groups().JoinedAsync("x", member);
        await a.Groups().LeftAsync("y", member);
        await a.Groups().JoinedAsync("z", member);
    }

    // ProcessGroupsOptions.MaxMembershipsPerMember
    [Fact]
    public async Task Limit_OfMembershipsPerMember_IsKept()
    {
        var a = (await StartAsync(static options => options.ProcessGroups.MaxMembershipsPerMember = 2, "a"))[0];
        var (member, other) = (a.CreateMember("m"), a.CreateMember("other"));
        await a.Groups().JoinedAsync("g", member, member);
        await AssertRefusedAsync(
            nameof(ProcessGroupsOptions.MaxMembershipsPerMember),
            2,
            a,
            ["h"],
            [other.Id, member.Id]);
        a.Groups().AssertMembers("h");
        await a.Groups().LeftAsync("g", member);
        await a.Groups().JoinedAsync("h", member);
    }

    // ProcessGroupsOptions.MaxMonitors
    [Fact]
    public async Task Limit_OfMonitors_IsKept()
    {
        var a = (await StartAsync(static options => options.ProcessGroups.MaxMonitors = 2, "a"))[0];
        await using var first = await a.Groups().MonitorScopeAsync();
        var second = await a.Groups().MonitorGroupAsync("g");
        var refused = await Assert.ThrowsAsync<GroupLimitException>(async () => await a.Groups().MonitorScopeAsync());
        Assert.Equal((nameof(ProcessGroupsOptions.MaxMonitors), 2), (refused.Limit, refused.Value));
        await second.DisposeAsync();
        await using var third = await a.Groups().MonitorScopeAsync();
    }

    // ProcessGroupsOptions.MaxMembers
    [Fact]
    public async Task Limit_OfMembers_IsKept()
    {
        var a = (await StartAsync(static options => options.ProcessGroups.MaxMembers = 2, "a"))[0];
        var members = a.CreateMembers(2);
        var refused = Assert.Throws<GroupLimitException>(() => a.CreateMember("third"));
        Assert.Equal((nameof(ProcessGroupsOptions.MaxMembers), 2), (refused.Limit, refused.Value));
        await members[0].DisposeAsync();
        Assert.NotEqual(members[0].Id, a.CreateMember("third").Id);
    }

    // The limits of one node do not refuse what other nodes tell it.
    [Fact]
    public async Task Limit_OfOneNode_DoesNotBindOthersMembers()
    {
        var nodes = await StartAsync(static options => options.ProcessGroups.MaxMembersPerGroup = 2, "a", "b");
        var (left, right) = (nodes[0].CreateMembers(2), nodes[1].CreateMembers(2));
        await nodes[0].Groups().JoinedAsync("g", left);
        await nodes[1].Groups().SeesAsync("g", left);
        await nodes[1].Groups().JoinedAsync("g", right);
        await nodes[0].Groups().SeesAsync("g", [.. left, .. right]);
    }

    private static async Task AssertRefusedAsync(
        string limit,
        long value,
        INodeFixture node,
        GroupName[] groups,
        MemberId[] members)
    {
        var refused =
            await Assert.ThrowsAsync<GroupLimitException>(async () => await node.Groups().JoinAsync(groups, members));
        Assert.Equal((limit, value, GroupErrorCode.LimitExceeded), (refused.Limit, refused.Value, refused.Code));
    }
}
