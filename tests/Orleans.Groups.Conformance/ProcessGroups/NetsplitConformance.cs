namespace Orleans.Groups.Conformance;

/// <summary>
/// Splits and heals: both sides go on, and afterwards all see the same; monitors are told everything. H1, P1, P2, PD3.
/// </summary>
public abstract class NetsplitConformance<TEngine> : ConformanceTest<TEngine>
    where TEngine : IGroupsEngine, new()
{
    // T10: a member moves to another group while the nodes are split.
    [Fact]
    [Needs(FixtureCapabilities.Cut | FixtureCapabilities.DeclareDown)]
    public async Task Split_MemberMovesMeanwhile_IsSeenWhereItIs()
    {
        var nodes = await StartAsync("a", "b");
        var (a, b) = (nodes[0].Groups(), nodes[1].Groups());
        var remote = nodes[1].CreateMember("r");
        await b.JoinedAsync("invisible", remote);
        await a.SeesAsync("invisible", remote);

        await Fixture.SplitAsync(nodes[0], nodes[1]);
        await a.SeesAsync("invisible");
        var second = nodes[1].CreateMember("r2");
        await b.JoinedAsync("s", second);
        await b.LeftAsync("invisible", remote);
        await b.JoinedAsync("visible", remote);
        Assert.Equal([remote.Id], b.GetLocalMembers("visible"));
        var member = nodes[0].CreateMember("m");
        await a.JoinedAsync("s", member);

        await Fixture.HealAsync(nodes[0], nodes[1]);
        await b.SeesAsync("s", second, member);
        await a.SeesAsync("s", second, member);
        await a.SeesAsync("visible", remote);
        a.AssertMembers("invisible");
    }

    // T11: a third node comes after the heal.
    [Fact]
    [Needs(FixtureCapabilities.Cut | FixtureCapabilities.DeclareDown)]
    public async Task Split_ThirdNodeComesAfterwards_SeesTheResult()
    {
        var nodes = await StartAsync("a", "b");
        var remote = nodes[1].CreateMember("r");
        await nodes[1].Groups().JoinedAsync("three", remote);
        await Fixture.SplitAsync(nodes[0], nodes[1]);
        await Fixture.HealAsync(nodes[0], nodes[1]);
        await nodes[1].Groups().JoinedAsync("one", remote);

        var c = await AddNodeAsync("c");
        await c.Groups().SeesAsync("one", remote);
        await c.Groups().SeesAsync("three", remote);
        await nodes[0].Groups().SeesAsync("one", remote);
    }

    // T12: leaves of what is not joined before, during and after the split harm nothing.
    [Fact]
    [Needs(FixtureCapabilities.Cut | FixtureCapabilities.DeclareDown)]
    public async Task Split_LeavesAndAnEndMeanwhile_HarmNothing()
    {
        var nodes = await StartAsync("a", "b");
        var (a, b) = (nodes[0].Groups(), nodes[1].Groups());
        var (member, other) = (nodes[0].CreateMember("m"), nodes[1].CreateMember("other"));
        Assert.Equal(2, (await a.JoinAsync(["one", "two"], [member.Id])).Added);
        await b.JoinedAsync("other", other);
        await a.LeftAsync("one", member);
        Assert.Equal(LeaveStatus.NotJoined, (await a.LeaveAsync("three", member.Id)).Status);
        await Fixture.SplitAsync(nodes[0], nodes[1]);
        other.End();
        Assert.Equal(LeaveStatus.NotJoined, (await a.LeaveAsync("three", member.Id)).Status);
        await Fixture.HealAsync(nodes[0], nodes[1]);

        await b.SeesAsync("two", member);
        await b.SeesAsync("other");
        await a.SeesAsync("other");
        a.AssertMembers("one");
        b.AssertMembers("one");
    }

    // T13: three nodes; one is cut off, all exchange much, and heal.
    [Fact]
    [Needs(FixtureCapabilities.Cut | FixtureCapabilities.DeclareDown)]
    public async Task Split_OfOneFromTwo_ExchangesEverythingAfterwards()
    {
        var nodes = await StartAsync("a", "b", "c");
        var (a, b, c) = (nodes[0].Groups(), nodes[1].Groups(), nodes[2].Groups());
        var onB = nodes[1].CreateMembers(10);
        await b.JoinedAsync("s", onB);
        await a.SeesAsync("s", onB);
        foreach (var member in onB[..3])
        {
            member.End();
        }

        await Fixture.SplitAsync(nodes[0], nodes[1]);
        await Fixture.SplitAsync(nodes[0], nodes[2]);
        await a.SeesAsync("s");

        var (onC, others) = (nodes[2].CreateMembers(10), nodes[1].CreateMembers(10, "other"));
        foreach (var member in onC)
        {
            await c.JoinedAsync("s", member);
        }

        foreach (var member in others)
        {
            await b.JoinedAsync("second", member);
        }

        await b.JoinedAsync("third", others);
        await HealAllAsync(nodes);
        await a.SeesAsync("s", [.. onB[3..], .. onC]);
        await a.SeesAsync("second", others);
        await a.SeesAsync("third", others);

        await b.LeftAsync("third", others[..3]);
        await a.SeesAsync("third", others[3..]);
        Assert.Equal(LeaveStatus.NotJoined, (await b.LeaveAsync("left", others[3].Id)).Status);
        await b.LeftAsync("third", others[3..]);
        await a.SeesAsync("third");
    }

    // T20: a heal between nodes that know each other already changes nothing that is the same.
    [Fact]
    [Needs(FixtureCapabilities.Cut | FixtureCapabilities.DeclareDown)]
    public async Task Heal_NothingChangedMeanwhile_RestoresExactly()
    {
        var nodes = await StartAsync("a", "b");
        var (member, remote) = (nodes[0].CreateMember("m"), nodes[1].CreateMember("r"));
        await nodes[0].Groups().JoinedAsync("one", member);
        await nodes[1].Groups().JoinedAsync("one", remote, remote);
        await nodes[0].Groups().SeesAsync("one", member, remote, remote);
        for (var round = 0; round < 3; round++)
        {
            await Fixture.SplitAsync(nodes[0], nodes[1]);
            nodes[0].Groups().AssertMembers("one", member);
            nodes[1].Groups().AssertMembers("one", remote, remote);
            await Fixture.HealAsync(nodes[0], nodes[1]);
            await nodes[0].Groups().SeesAsync("one", member, remote, remote);
            await nodes[1].Groups().SeesAsync("one", member, remote, remote);
        }
    }

    // PD3: whatever changed while they were split, monitors are told: their fold is the registry.
    [Fact]
    [Needs(FixtureCapabilities.Cut | FixtureCapabilities.DeclareDown)]
    public async Task Heal_KnownGroupsChangedMeanwhile_MonitorsAreTold()
    {
        var nodes = await StartAsync("a", "b");
        var (a, b) = (nodes[0].Groups(), nodes[1].Groups());
        var remote = nodes[1].CreateMembers(4);
        await b.JoinedAsync("g", remote[0], remote[1]);
        await a.SeesAsync("g", remote[0], remote[1]);
        await using var log = await MonitorLog.StartAsync(a);
        await using var group = await MonitorLog.StartAsync(a, "g");

        await Fixture.SplitAsync(nodes[0], nodes[1]);
        MonitorLog.AssertChange(
            await group.NextAsync(),
            MembershipChangeKind.Left,
            "g",
            ChangeReason.NodeDown,
            remote[0],
            remote[1]);
        await b.LeftAsync("g", remote[0]);
        await b.JoinedAsync("g", remote[2], remote[3], remote[3]);
        await b.JoinedAsync("h", remote[0]);
        await Fixture.HealAsync(nodes[0], nodes[1]);

        await log.SeesAsync("g", remote[1], remote[2], remote[3], remote[3]);
        await log.SeesAsync("h", remote[0]);
        await group.SeesAsync("g", remote[1], remote[2], remote[3], remote[3]);
        await DrainAsync();
        log.AssertFoldIsRegistry();
    }

    // H1: frames that are held back without anybody noticing arrive in the end, in order; nobody is told of an end.
    [Fact]
    [Needs(FixtureCapabilities.Cut)]
    public async Task Cut_NobodyNotices_ChangesArriveLater()
    {
        var nodes = await StartAsync("a", "b");
        var (a, b) = (nodes[0].Groups(), nodes[1].Groups());
        var remote = nodes[1].CreateMembers(3);
        await b.JoinedAsync("g", remote[0]);
        await a.SeesAsync("g", remote[0]);
        await using var log = await MonitorLog.StartAsync(a);
        await Fixture.CutAsync(nodes[1], nodes[0]);
        await b.JoinedAsync("g", remote[1]);
        await b.LeftAsync("g", remote[0]);
        remote[1].End();
        await b.JoinedAsync("g", remote[2]);
        await b.SeesAsync("g", remote[2]);
        var member = nodes[0].CreateMember("m");
        await a.JoinedAsync("g", member);
        await b.SeesAsync("g", remote[2], member);
        a.AssertMembers("g", remote[0], member);

        await Fixture.HealAsync(nodes[0], nodes[1]);
        await log.SeesAsync("g", remote[2], member);
        Assert.DoesNotContain(
            log.Changes,
            static change => change.Reason is ChangeReason.NodeDown or ChangeReason.ScopeStopped);
    }

    // "Extra tests": asymmetric loss: A gives B up while B still hears from A for a while.
    [Theory]
    [Needs(FixtureCapabilities.Cut | FixtureCapabilities.DeclareDown)]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public async Task Split_OnlyOneSideNotices_BothAgreeAfterTheHeal(int observer, int other)
    {
        var nodes = await StartAsync("a", "b");
        var (seeing, blind) = (nodes[observer], nodes[other]);
        var (mine, theirs) = (seeing.CreateMembers(2), blind.CreateMembers(2));
        await seeing.Groups().JoinedAsync("g", mine[0]);
        await blind.Groups().JoinedAsync("g", theirs[0]);
        await seeing.Groups().SeesAsync("g", mine[0], theirs[0]);
        await blind.Groups().SeesAsync("g", mine[0], theirs[0]);

        await Fixture.CutAsync(blind, seeing);
        await Fixture.CutAsync(seeing, blind);
        await Fixture.DeclareDownAsync(seeing, blind);
        await seeing.Groups().SeesAsync("g", mine[0]);
        await seeing.Groups().JoinedAsync("g", mine[1]);
        await blind.Groups().JoinedAsync("g", theirs[1]);
        await blind.Groups().LeftAsync("g", theirs[0]);
        await Fixture.HealAsync(seeing, blind);
        await seeing.Groups().SeesAsync("g", mine[0], mine[1], theirs[1]);
        await blind.Groups().SeesAsync("g", mine[0], mine[1], theirs[1]);
    }

    // H1: without a cut, a false alarm heals by itself, as often as it happens.
    [Fact]
    [Needs(FixtureCapabilities.DeclareDown)]
    public async Task FalseAlarm_WithoutACut_HealsByItself()
    {
        var nodes = await StartAsync("a", "b", "c");
        var members = nodes.Select(static node => node.CreateMember("m")).ToArray();
        for (var index = 0; index < nodes.Length; index++)
        {
            await nodes[index].Groups().JoinedAsync("g", members[index]);
        }

        for (var round = 0; round < 6; round++)
        {
            await Fixture.DeclareDownAsync(nodes[round % 3], nodes[(round + 1) % 3]);
            var extra = nodes[(round + 1) % 3].CreateMember("extra");
            await nodes[(round + 1) % 3].Groups().JoinedAsync($"extra{round}", extra);
            foreach (var node in nodes)
            {
                await node.Groups().SeesAsync("g", members);
                await node.Groups().SeesAsync($"extra{round}", extra);
            }
        }

        await DrainAsync();
        Assert.All(nodes, static node => Assert.Equal(7, node.Groups().GroupCount));
    }

    // pg §1.3 d: a partial partition. What a third node sees is not handed on: only the owner says who its members are.
    [Fact]
    [Needs(FixtureCapabilities.Cut | FixtureCapabilities.DeclareDown)]
    public async Task Split_OfOnePairOnly_ThirdSeesBoth()
    {
        var nodes = await StartAsync("a", "b", "c");
        await Fixture.SplitAsync(nodes[0], nodes[1]);
        var (left, right) = (nodes[0].CreateMember("left"), nodes[1].CreateMember("right"));
        await nodes[0].Groups().JoinedAsync("g", left);
        await nodes[1].Groups().JoinedAsync("g", right);
        await nodes[2].Groups().SeesAsync("g", left, right);
        await DrainAsync();
        nodes[0].Groups().AssertMembers("g", left);
        nodes[1].Groups().AssertMembers("g", right);

        await Fixture.HealAsync(nodes[0], nodes[1]);
        await nodes[0].Groups().SeesAsync("g", left, right);
        await nodes[1].Groups().SeesAsync("g", left, right);
    }

    // H2, "two incarnations of one node overlapping": frames of the old life arrive after the new one is there.
    [Fact]
    [Needs(FixtureCapabilities.Cut | FixtureCapabilities.KillNode)]
    public async Task Restart_FramesOfTheOldLifeStillOnTheirWay_AreNotTaken()
    {
        var nodes = await StartAsync("a", "b");
        var seen = nodes[1].CreateMember("seen");
        await nodes[1].Groups().JoinedAsync("g", seen);
        await nodes[0].Groups().SeesAsync("g", seen);
        await using var log = await MonitorLog.StartAsync(nodes[0].Groups());
        await Fixture.CutAsync(nodes[1], nodes[0]);
        var late = nodes[1].CreateMember("late");
        await nodes[1].Groups().JoinedAsync("g", late);
        await Fixture.KillNodeAsync(nodes[1]);
        var again = await AddNodeAsync("b");
        Assert.True(again.Id.Replaces(nodes[1].Id));
        var young = again.CreateMember("young");
        await again.Groups().JoinedAsync("g", young);
        await Fixture.HealAsync(nodes[0], again);

        await nodes[0].Groups().SeesAsync("g", young);
        await DrainAsync();
        nodes[0].Groups().AssertMembers("g", young);
        log.AssertFoldIsRegistry();
        Assert.DoesNotContain(log.Changes, change => change.Members.Contains(late.Id));
    }

    // max-au/spg: any pair is cut and healed at random while members come and go; in the end all see the union.
    [Theory]
    [Needs(FixtureCapabilities.Cut | FixtureCapabilities.DeclareDown)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task SplitsAndHeals_AtRandom_ConvergeInTheEnd(int seed)
    {
        var random = new Random(seed);
        var nodes = await StartAsync("a", "b", "c");
        var logs = await Task.WhenAll(nodes.Select(static node => MonitorLog.StartAsync(node.Groups())));
        var members = nodes.Select(static node => node.CreateMembers(3)).ToArray();
        for (var step = 0; step < 150; step++)
        {
            var (here, there) = (random.Next(3), random.Next(1, 3));
            var (left, right) = (nodes[here], nodes[(here + there) % 3]);
            GroupName group = $"g{random.Next(4)}";
            var member = members[here][random.Next(3)];
            switch (random.Next(12))
            {
                case 0:
                    await Fixture.SplitAsync(left, right);
                    break;
                case 1:
                    await Fixture.CutAsync(left, right);
                    break;
                case 2:
                    await Fixture.DeclareDownAsync(left, right);
                    break;
                case 3 or 4:
                    await Fixture.HealAsync(left, right);
                    break;
                case < 9:
                    await left.Groups().JoinAsync(group, member.Id);
                    break;
                default:
                    await left.Groups().LeaveAsync(group, member.Id);
                    break;
            }
        }

        await HealAllAsync(nodes);
        await ConvergeAsync();
        await DrainAsync();
        foreach (var group in Enumerable.Range(0, 4).Select(static number => (GroupName)$"g{number}"))
        {
            var expected = nodes.SelectMany(node => node.Groups().GetLocalMembers(group)).ToArray();
            Assert.All(nodes, node => node.Groups().AssertMembers(group, expected));
        }

        Assert.All(logs, static log => log.AssertFoldIsRegistry());
    }
}
