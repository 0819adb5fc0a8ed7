using static Orleans.Groups.Protocol.Tests.ScopeIds;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>Joins, leaves and ends of a node's own members. Paper tests: spec/pg.md sections 1.3 and 1.5.</summary>
public sealed class ScopeLocalTests
{
    private static readonly MemberId M1 = Member(A, 1);
    private static readonly MemberId M2 = Member(A, 2);
    private readonly ScopeProbe _a = new(A);

    [Fact]
    public void Join_Twice_TakesTwoLeaves()
    {
        Assert.Equal(new JoinResult(JoinStatus.Joined, 1), _a.Join("g", M1));
        Assert.Equal(2, _a.Join("g", M1, M1).Added);
        Assert.Equal("a1 a1 a1", _a.Members("g"));
        Assert.Equal("a1 a1 a1", _a.LocalMembers("g"));
        Assert.Equal(LeaveStatus.NotJoined, _a.Leave("missing", M1).Status);
        Assert.Equal(2, _a.Leave("g", M1, M1).Removed.Length);
        Assert.Equal(LeaveStatus.Left, _a.Leave("g", M1).Status);
        Assert.Equal(LeaveStatus.NotJoined, _a.Leave("g", M1).Status);
        Assert.Empty(_a.Registry.GetGroups());
    }

    [Fact]
    public void Join_ManyToMany_IsOneStepWithItsEventsBackToBack()
    {
        var scope = _a.Watch();
        var group = _a.Watch("h");
        _a.Step(new ScopeInput.Join(["g", "h", "g"], [M1, M2]));
        Assert.Equal("+g:a1,a2,a1,a2 Joined | +h:a1,a2 Joined", _a.Events(scope));
        Assert.Equal("+h:a1,a2 Joined", _a.Events(group));
        Assert.Equal(1, _a.Status.Version);
        var answer = Assert.IsType<ScopeEffect.JoinAnswered>(_a.Effects[^1]);
        Assert.Equal(new JoinResult(JoinStatus.Joined, 6), answer.Result);

        _a.Step(new ScopeInput.Leave(["h", "g", "h"], [M1]));
        Assert.Equal("-h:a1 Left | -g:a1 Left", _a.Events(scope));
        Assert.Equal(2, _a.Status.Version);
        Assert.Equal("g: a1 a2 a2; h: a2", _a.Everything);
    }

    /// <summary>The memory of a very large operation is let go, and what comes after it is told as always.</summary>
    [Fact]
    public void Join_OfVeryMany_IsToldWhole_AndSoIsWhatFollows()
    {
        var scope = _a.Watch();
        var many = Members(A, 1, 20_000);
        _a.Step(new ScopeInput.Join(["g"], many));
        var told = Assert.Single(Assert.Single(_a.Effects.OfType<ScopeEffect.Notify>()).Events);
        Assert.Equal(many, told.Members);

        _a.Step(new ScopeInput.Join(["h", "g"], [M2, M1]));
        Assert.Equal("+h:a2,a1 Joined | +g:a2,a1 Joined", _a.Events(scope));
        _a.Step(new ScopeInput.Leave(["g"], [.. many, M1, M2]));
        Assert.Equal("h: a1 a2", _a.Everything);
    }

    [Fact]
    public void Join_Watches_BeforeAnythingElseAndOnce()
    {
        _a.Step(new ScopeInput.Join(["g", "h"], [M1, M2, M1]));
        Assert.Equal([new ScopeEffect.Watch(M1), new ScopeEffect.Watch(M2)], _a.Effects.Take(2));
        _a.Join("i", M1);
        Assert.Empty(_a.Effects.OfType<ScopeEffect.Watch>());
        _a.Step(new ScopeInput.Leave(["g", "h", "i"], [M1, M1]));
        Assert.Equal(new ScopeEffect.Unwatch(M1), Assert.Single(_a.Effects.OfType<ScopeEffect.Unwatch>()));
        Assert.Equal([M2], _a.Watched);
    }

    [Fact]
    public void Members_Snapshot_IsInTheOrderOfJoining()
    {
        foreach (var member in Members(A, 1, 40).Reverse())
        {
            _a.Join("g", member);
        }

        Assert.Equal(Members(A, 1, 40).Reverse(), _a.Registry.GetMembers("g"));
    }

    [Fact]
    public void PD1_JoinOfNobody_MakesNoGroup()
    {
        var scope = _a.Watch();
        _a.Step(new ScopeInput.Join(["g"], []));
        var answer = Assert.IsType<ScopeEffect.JoinAnswered>(Assert.Single(_a.Effects));
        Assert.Equal(new JoinResult(JoinStatus.Joined, 0), answer.Result);
        _a.Step(new ScopeInput.Join([], [M1]));
        Assert.IsType<ScopeEffect.JoinAnswered>(Assert.Single(_a.Effects));
        _a.Step(new ScopeInput.Leave(["g"], []));
        Assert.Equal("", _a.Events(scope));
        Assert.Equal(0, _a.Registry.GroupCount);
        Assert.Null(_a.Registry.Find("g"));
        Assert.Equal(0, _a.Status.Version);
    }

    [Fact]
    public void PD2_LeaveOfMoreThanThereIs_ReportsWhatWasThere()
    {
        var group = _a.Watch("g");
        _a.Join("g", M1, M1);
        var result = _a.Leave("g", M2, M1, M1, M1);
        Assert.Equal(LeaveStatus.Left, result.Status);
        Assert.Equal([new Membership("g", M1), new Membership("g", M1)], result.Removed);
        Assert.Equal("-g:a1,a1 Left", _a.Events(group));
    }

    [Fact]
    public void MembersEnded_Batch_IsOneStepWithOneEventPerGroup()
    {
        var scope = _a.Watch();
        _a.Step(new ScopeInput.Join(["g", "h"], [M1, M2]));
        _a.Join("g", M1);
        _a.End(M1, M2);
        Assert.Equal("-g:a1,a1,a2 Ended | -h:a1,a2 Ended", _a.Events(scope));
        Assert.Equal(3, _a.Status.Version);
        Assert.Empty(_a.Effects.OfType<ScopeEffect.Unwatch>());
        Assert.Equal(0, _a.Registry.GroupCount);
    }

    [Fact]
    public void PD6_EndNoticesThatComeLate_AreTrueOrAboutNobody()
    {
        _a.Join("g", M1);
        _a.Leave("g", M1);
        _a.Join("g", M1, M2);
        _a.End(M1); // Of the first watch, or of the second: the member has ended either way.
        Assert.Equal("a2", _a.Members("g"));
        _a.End(M1);
        Assert.Empty(_a.Effects);
        Assert.Equal("a2", _a.Members("g"));
        _a.End(Member(A, 99));
        Assert.Empty(_a.Effects);
    }

    [Fact]
    public void T3_LeaveAndEnd_InEitherOrder_AreHarmless()
    {
        for (var i = 1; i <= 100; i++)
        {
            var member = Member(A, i);
            _a.Join("g", member);
            if (i % 2 == 0)
            {
                _a.End(member);
                Assert.Equal(LeaveStatus.NotJoined, _a.Leave("g", member).Status);
            }
            else
            {
                Assert.Equal(LeaveStatus.Left, _a.Leave("g", member).Status);
                _a.End(member);
            }
        }

        Assert.Equal(0, _a.Registry.GroupCount);
    }

    [Fact]
    public void T7_MembersOfOtherNodes_AreRefusedBeforeAnyEffect()
    {
        var foreign = Member(B, 1);
        foreach (var input in new ScopeInput[]
        {
            new ScopeInput.JoinOne("g", foreign),
            new ScopeInput.Join(["g"], [M1, foreign]),
            new ScopeInput.LeaveOne("g", foreign),
            new ScopeInput.Leave(["g"], [M1, foreign]),
            new ScopeInput.StartMonitor(1, null, foreign),
            new ScopeInput.JoinOne("g", Member(Node("a", 2), 1)),
        })
        {
            _a.Step(input);
            Assert.IsType<ScopeEffect.NotLocal>(Assert.Single(_a.Effects));
        }

        Assert.Equal("", _a.Everything);
    }

    [Fact]
    public void Limits_Reached_RefuseTheWholeJoin()
    {
        var a = new ScopeProbe(A, settings: Settings(
            maxGroups: 2, maxMembersPerGroup: 3, maxMembershipsPerMember: 4, maxMonitors: 1));
        a.Join("g", M1, M1);
        AssertRefused(a, new ScopeInput.Join(["h", "i"], [M1]), "MaxGroups", 2);
        AssertRefused(a, new ScopeInput.Join(["h", "h"], [M1, M2]), "MaxMembersPerGroup", 3);
        AssertRefused(a, new ScopeInput.Join(["g"], [M2, M2]), "MaxMembersPerGroup", 3);
        AssertRefused(a, new ScopeInput.Join(["h"], [M1, M1, M1]), "MaxMembershipsPerMember", 4);
        a.Step(new ScopeInput.Join(["h"], [M1, M1, M2]));
        AssertRefused(a, new ScopeInput.JoinOne("i", M2), "MaxGroups", 2);
        AssertRefused(a, new ScopeInput.JoinOne("h", M2), "MaxMembersPerGroup", 3);
        AssertRefused(a, new ScopeInput.JoinOne("g", M1), "MaxMembershipsPerMember", 4);
        a.Watch();
        a.Step(new ScopeInput.StartMonitor(2, null, null));
        Assert.Equal(new ScopeEffect.LimitReached("MaxMonitors", 1), Assert.Single(a.Effects));
        Assert.Equal("g: a1 a1; h: a1 a1 a2", a.Everything);
        Assert.Equal(2, a.Status.Version);
    }

    [Fact]
    public void Limits_GroupsOfOtherNodes_DoNotCount()
    {
        var a = new ScopeProbe(A, settings: Settings(maxGroups: 1, maxMembersPerGroup: 2));
        a.Up(B);
        a.Receive(new ScopeMessage.Snapshot(
            new(B, 1), 1, 0, 1, [new("x", [new(Member(B, 1), 2)]), new("y", [new(Member(B, 1), 2)])]));
        Assert.Equal(2, a.Join("x", M1, M1).Added);
        AssertRefused(a, new ScopeInput.JoinOne("y", M1), "MaxGroups", 1);
    }

    [Fact]
    public void Limits_OfThisNode_AreNotThoseOfItsPeers()
    {
        var a = new ScopeProbe(A, settings: Settings(maxGroups: 1, maxMembersPerGroup: 1, maxMembershipsPerMember: 1));
        a.Up(B);
        a.Receive(new ScopeMessage.Snapshot(
            new(B, 1), 1, 0, 1, [new("x", [new(Member(B, 1), 5)]), new("y", [new(Member(B, 1), 5)])]));
        Assert.Equal(10, a.Registry.CountMembers("x") + a.Registry.CountMembers("y"));
    }

    [Fact]
    public void Cell_OfAGroupThatCameBack_IsLookedUpAgain()
    {
        _a.Join("g", M1);
        var cell = _a.Registry.Find("g")!;
        Assert.False(cell.IsRemoved);
        _a.Leave("g", M1);
        Assert.True(cell.IsRemoved);
        Assert.Empty(cell.Members);
        _a.Join("g", M2);
        Assert.Empty(cell.Members);
        Assert.Equal([M2], _a.Registry.Find("g")!.Members);
    }

    [Fact]
    public void Counts_AreThoseOfTheLists()
    {
        _a.Up(B);
        _a.Receive(new ScopeMessage.Snapshot(new(B, 1), 1, 0, 1, [new("g", [new(Member(B, 1), 2)])]));
        _a.Join("g", M1);
        Assert.Equal(3, _a.Registry.CountMembers("g"));
        Assert.Equal(1, _a.Registry.CountLocalMembers("g"));
        Assert.Equal(0, _a.Registry.CountMembers("h"));
        Assert.Equal([(GroupName)"g"], _a.Registry.GetLocalGroups());
        _a.Leave("g", M1);
        Assert.Empty(_a.Registry.GetLocalGroups());
        Assert.Equal([(GroupName)"g"], _a.Registry.GetGroups());
    }

    [Fact]
    public void LocalScope_KnowsNoPeers()
    {
        var a = new ScopeProbe(A, settings: Settings(isLocal: true));
        a.Step(new ScopeInput.PeerUp(B, 1));
        a.Join("g", M1);
        a.Step(ScopeInput.DigestDue.Instance);
        Assert.Empty(a.Effects);
        a.Step(new ScopeInput.Received(B, 1, new ScopeMessage.Discover(new(B, 1), 0)));
        Assert.Equal([ScopeTrace.NotInSession], a.Traces);
        a.Step(ScopeInput.Stop.Instance);
        Assert.Empty(a.SentTo());
    }

    private static void AssertRefused(ScopeProbe probe, ScopeInput join, string limit, long value)
    {
        var before = probe.Everything;
        probe.Step(join);
        Assert.Equal(new ScopeEffect.LimitReached(limit, value), Assert.Single(probe.Effects));
        Assert.Equal(before, probe.Everything);
    }
}
