namespace Orleans.Groups.Conformance;

/// <summary>Joining and leaving on one node: exact results, multiset counting, atomic operations.</summary>
public abstract class MembershipConformance<TEngine> : ConformanceTest<TEngine>
    where TEngine : IGroupsEngine, new()
{
    // T1, T6: a node is not its own peer.
    [Fact]
    public async Task JoinLeave_OneMember_GroupComesAndGoes()
    {
        var a = (await StartAsync("a"))[0];
        var member = a.CreateMember("m");
        Assert.Equal(new JoinResult(JoinStatus.Joined, 1), await a.Groups().JoinAsync("g", member.Id));
        a.Groups().AssertMembers("g", member);
        Assert.Equal(["g"], a.Groups().GetGroups());
        Assert.Equal(["g"], a.Groups().GetLocalGroups());

        var left = await a.Groups().LeaveAsync("g", member.Id);
        Assert.Equal(LeaveStatus.Left, left.Status);
        Assert.Equal([new Membership("g", member.Id)], left.Removed);
        a.Groups().AssertMembers("g");
        a.Groups().AssertEmpty();
    }

    // T4: k joins take k leaves.
    [Fact]
    public async Task Join_Repeatedly_CountsEachMembership()
    {
        var a = (await StartAsync("a"))[0];
        var member = a.CreateMember("m");
        await a.Groups().JoinedAsync("g", member);
        await a.Groups().JoinedAsync("g", member, member);
        a.Groups().AssertMembers("g", member, member, member);

        Assert.Equal(LeaveStatus.NotJoined, (await a.Groups().LeaveAsync("missing", member.Id)).Status);
        await a.Groups().LeftAsync("g", member, member);
        a.Groups().AssertMembers("g", member);
        await a.Groups().LeftAsync("g", member);
        a.Groups().AssertEmpty();
        Assert.Equal(LeaveStatus.NotJoined, (await a.Groups().LeaveAsync("g", member.Id)).Status);
    }

    // T4, second part: the end of one member leaves the other in place.
    [Fact]
    public async Task End_OfOneOfTwoMembers_LeavesTheOther()
    {
        var a = (await StartAsync("a"))[0];
        var (stays, ends) = (a.CreateMember("stays"), a.CreateMember("ends"));
        await a.Groups().JoinedAsync("g", stays);
        await a.Groups().JoinedAsync("g", ends);
        a.Groups().AssertMembers("g", stays, ends);

        ends.End();
        await a.Groups().SeesAsync("g", stays);
        Assert.True(ends.HasEnded);
        Assert.False(stays.HasEnded);
        ends.End();
        await a.Groups().LeftAsync("g", stays);
        a.Groups().AssertEmpty();
    }

    // T3, PD6, P5: join, leave and join again race with the end of the member.
    [Fact]
    public async Task JoinAndLeave_RacingWithTheEnd_LeaveNothingBehind()
    {
        var a = (await StartAsync("a"))[0];
        var witness = a.CreateMember("witness");
        await a.Groups().JoinedAsync("g", witness);
        for (var round = 0; round < 200; round++)
        {
            var member = a.CreateMember("short");
            if (round % 2 == 0)
            {
                await a.Groups().JoinAsync("g", member.Id);
            }

            var ending = Task.Run(member.End);
            await a.Groups().LeaveAsync("g", member.Id);
            await a.Groups().JoinAsync("g", member.Id);
            await ending;
        }

        await DrainAsync();
        a.Groups().AssertMembers("g", witness);
        await a.Groups().LeftAsync("g", witness);
        a.Groups().AssertEmpty();
    }

    // P5: whoever has ended before it joins is gone at once.
    [Fact]
    public async Task Join_MemberThatHasEnded_LeavesNothingBehind()
    {
        var a = (await StartAsync("a"))[0];
        var member = a.CreateMember("m");
        await member.DisposeAsync();
        Assert.True(member.HasEnded);
        await a.Groups().JoinAsync("g", member.Id);
        await DrainAsync();
        a.Groups().AssertEmpty();
    }

    // PD1: an empty join makes no group, an empty leave is not joined.
    [Fact]
    public async Task Join_NobodyOrNowhere_ChangesNothing()
    {
        var a = (await StartAsync("a"))[0];
        var member = a.CreateMember("m");
        await using var log = await MonitorLog.StartAsync(a.Groups());
        Assert.Equal(new JoinResult(JoinStatus.Joined, 0), await a.Groups().JoinAsync(["g"], []));
        Assert.Equal(new JoinResult(JoinStatus.Joined, 0), await a.Groups().JoinAsync([], [member.Id]));
        Assert.Equal(LeaveStatus.NotJoined, (await a.Groups().LeaveAsync(["g"], [])).Status);
        Assert.Equal(LeaveStatus.NotJoined, (await a.Groups().LeaveAsync([], [member.Id])).Status);
        await DrainAsync();
        a.Groups().AssertEmpty();
        Assert.Empty(log.ReadAvailable());
    }

    // PD2: a leave reports exactly what it took away.
    [Fact]
    public async Task Leave_PartlyJoined_ReportsWhatWasThere()
    {
        var a = (await StartAsync("a"))[0];
        var (joined, stranger) = (a.CreateMember("joined"), a.CreateMember("stranger"));
        await a.Groups().JoinedAsync("g", joined, joined);
        await using var log = await MonitorLog.StartAsync(a.Groups());

        var partly = await a.Groups().LeaveAsync(["g"], [stranger.Id, joined.Id]);
        Assert.Equal(LeaveStatus.Left, partly.Status);
        Assert.Equal([new Membership("g", joined.Id)], partly.Removed);
        MonitorLog.AssertChange(await log.NextAsync(), MembershipChangeKind.Left, "g", ChangeReason.Left, joined);

        var tooOften = await a.Groups().LeaveAsync(["g"], [joined.Id, joined.Id, joined.Id]);
        Assert.Equal([new Membership("g", joined.Id)], tooOften.Removed);
        MonitorLog.AssertChange(await log.NextAsync(), MembershipChangeKind.Left, "g", ChangeReason.Left, joined);

        var nothing = await a.Groups().LeaveAsync(["g"], [stranger.Id, joined.Id]);
        Assert.Equal((LeaveStatus.NotJoined, 0), (nothing.Status, nothing.Removed.Length));
        await DrainAsync();
        Assert.Empty(log.ReadAvailable());
    }

    // design §3: several members and several groups, one step, events back to back.
    [Fact]
    public async Task JoinLeave_SeveralGroupsAndMembers_IsOneStep()
    {
        var a = (await StartAsync("a"))[0];
        var members = a.CreateMembers(3);
        GroupName[] groups = ["x", "y", "z"];
        await using var log = await MonitorLog.StartAsync(a.Groups());
        Assert.Equal(
            new JoinResult(JoinStatus.Joined, 9),
            await a.Groups().JoinAsync(groups, GroupExtensions.Ids(members)));
        Assert.All(groups, group => a.Groups().AssertMembers(group, members));
        foreach (var change in log.ReadAvailable())
        {
            MonitorLog.AssertChange(change, MembershipChangeKind.Joined, change.Group, ChangeReason.Joined, members);
        }

        Assert.Equal(groups, log.Changes.Select(static change => change.Group).Order());
        await a.Groups().LeftAsync("y", members[1]);
        var left = await a.Groups().LeaveAsync(["z", "y"], [members[2].Id, members[1].Id]);
        Assert.Equal(3, left.Removed.Length);
        Assert.Equal(
            new HashSet<Membership> { new("z", members[2].Id), new("z", members[1].Id), new("y", members[2].Id) },
            [.. left.Removed]);
        a.Groups().AssertMembers("y", members[0]);
        a.Groups().AssertMembers("z", members[0]);
        log.AssertFoldIsRegistry();
    }

    // IProcessGroups.JoinAsync: a group listed twice is joined twice.
    [Fact]
    public async Task Join_GroupListedTwice_JoinsTwice()
    {
        var a = (await StartAsync("a"))[0];
        var member = a.CreateMember("m");
        Assert.Equal(new JoinResult(JoinStatus.Joined, 2), await a.Groups().JoinAsync(["g", "g"], [member.Id]));
        a.Groups().AssertMembers("g", member, member);
        var left = await a.Groups().LeaveAsync(["g", "g", "g"], [member.Id]);
        Assert.Equal(2, left.Removed.Length);
        a.Groups().AssertEmpty();
    }

    // pg §1.2: groups exist while they have members; a handle stays valid meanwhile.
    [Fact]
    public async Task Handle_OfAGroupThatComesAndGoes_StaysValid()
    {
        var a = (await StartAsync("a"))[0];
        var handle = a.Groups()["g"];
        Assert.Equal("g", handle.Name);
        for (var round = 0; round < 3; round++)
        {
            Assert.Empty(handle.Members);
            var member = a.CreateMember("m");
            await a.Groups().JoinedAsync("g", member);
            Assert.Equal([member.Id], handle.Members);
            Assert.Equal([member.Id], handle.LocalMembers);
            await a.Groups().LeftAsync("g", member);
        }

        Assert.Empty(handle.LocalMembers);
    }

    // design §6: reading an unchanged group gives the same list.
    [Fact]
    public async Task Read_UnchangedGroup_GivesTheSameList()
    {
        var a = (await StartAsync("a"))[0];
        var members = a.CreateMembers(10);
        await a.Groups().JoinedAsync("g", members);
        var first = a.Groups().GetMembers("g");
        Assert.True(first == a.Groups().GetMembers("g"));
        await a.Groups().LeftAsync("g", members[0]);
        Assert.Equal(10, first.Length);
        Assert.Equal(9, a.Groups().GetMembers("g").Length);
    }

    // "Extra tests": readers during writes see no torn list: the two members of a pair come and go together.
    [Fact]
    public async Task Read_WhileAnotherThreadWrites_IsNeverTorn()
    {
        var a = (await StartAsync("a"))[0];
        var pair = a.CreateMembers(2);
        var writing = Task.Run(async () =>
        {
            for (var round = 0; round < 2000; round++)
            {
                await a.Groups().JoinAsync(["g"], GroupExtensions.Ids(pair));
                await a.Groups().LeaveAsync(["g"], GroupExtensions.Ids(pair));
            }
        });
        var handle = a.Groups()["g"];
        while (!writing.IsCompleted)
        {
            Assert.True(a.Groups().GetMembers("g").Length is 0 or 2);
            Assert.True(a.Groups().GetLocalMembers("g").Length is 0 or 2);
            Assert.True(handle.Members.Length is 0 or 2);
            Assert.True(a.Groups().CountMembers("g") is 0 or 2);
            Assert.True(a.Groups().GroupCount is 0 or 1);
        }

        await writing;
        a.Groups().AssertEmpty();
    }

    // IProcessGroups: all members may be called from any thread.
    [Fact]
    public async Task JoinLeave_FromManyThreads_AddUp()
    {
        var a = (await StartAsync("a"))[0];
        var members = a.CreateMembers(8);
        await Task.WhenAll(members.Select((member, index) => Task.Run(async () =>
        {
            for (var round = 0; round < 300; round++)
            {
                await a.Groups().JoinedAsync("shared", member);
                await a.Groups().JoinedAsync($"own{index}", member);
                await a.Groups().LeftAsync("shared", member);
            }
        }))).WithinAsync("all threads are done");

        a.Groups().AssertMembers("shared");
        Assert.Equal(8, a.Groups().GroupCount);
        Assert.All(Enumerable.Range(0, 8), index => Assert.Equal(300, a.Groups().CountMembers($"own{index}")));
    }

    // style §3: caller misuse throws before any effect; a cancelled call does nothing.
    [Fact]
    public async Task Join_MisuseOrCancelled_ChangesNothing()
    {
        var a = (await StartAsync("a"))[0];
        var groups = a.Groups();
        var member = a.CreateMember("m");
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await groups.JoinAsync(default(GroupName), member.Id));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await groups.JoinAsync("g", null!));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await groups.JoinAsync(["g", default], [member.Id]));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await groups.JoinAsync(["g"], [member.Id, null!]));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await groups.LeaveAsync(["g"], [null!]));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await groups.JoinAsync("g", member.Id, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await groups.JoinAsync(["g"], [member.Id], cancelled));
        groups.AssertEmpty();
    }
}
