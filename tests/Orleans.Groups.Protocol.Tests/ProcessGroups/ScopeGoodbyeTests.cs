using static Orleans.Groups.Protocol.Tests.ScopeFrames;
using static Orleans.Groups.Protocol.Tests.ScopeIds;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>
/// Goodbyes and what comes too early or too late: rules H4, P5 and the defects PD4, PD7 of the original.
/// </summary>
public sealed class ScopeGoodbyeTests
{
    private readonly ScopeProbe _a = new(A);

    [Fact]
    public void H4_Goodbye_IsTheLastWordToEveryPeer()
    {
        InStep(B);
        _a.Up(C);
        _a.Join("g", Member(A, 1));
        _a.Step(ScopeInput.Stop.Instance);
        Assert.IsType<ScopeMessage.ScopeDown>(_a.SentTo(B).Last());
        Assert.IsType<ScopeMessage.ScopeDown>(_a.SentTo(C).Last());
        foreach (var input in new ScopeInput[]
        {
            ScopeInput.Flush.Instance,
            ScopeInput.DigestDue.Instance,
            ScopeInput.Stop.Instance,
            new ScopeInput.Writable(B, true),
            new ScopeInput.PeerUp(Node("d"), 1),
            new ScopeInput.Received(B, 1, new ScopeMessage.SnapshotRequest(new(B, 1))),
            new ScopeInput.MembersEnded([Member(A, 1)]),
        })
        {
            _a.Step(input);
            Assert.Empty(_a.Effects);
        }
    }

    [Fact]
    public void P5_AfterGoodbye_CallersAreToldAndPeersAreNotAnswered()
    {
        var monitor = _a.Watch();
        _a.Join("g", Member(A, 1));
        _a.Up(B);
        var cell = _a.Registry.Find("g")!;
        _a.Step(ScopeInput.Stop.Instance);
        Assert.Contains(new ScopeEffect.MonitorEnded(monitor, MonitorEndReason.ScopeStopped), _a.Effects);
        Assert.Contains(new ScopeEffect.Unwatch(Member(A, 1)), _a.Effects);
        Assert.Equal(JoinStatus.ShuttingDown, _a.Join("g", Member(A, 2)).Status);
        Assert.Equal(LeaveStatus.ShuttingDown, _a.Leave("g", Member(A, 1)).Status);
        _a.Receive(new ScopeMessage.Discover(new(B, 1), 0));
        Assert.Empty(_a.Effects);
        _a.Step(new ScopeInput.StartMonitor(9, null, null));
        Assert.Equal(new ScopeEffect.MonitorEnded(9, MonitorEndReason.ScopeStopped), Assert.Single(_a.Effects));
        Assert.True(cell.IsRemoved);
        Assert.Empty(cell.Members);
    }

    [Fact]
    public void P5_MemberThatHasEnded_LeavesAtOnceWhereverItJoins()
    {
        var world = new ScopeWorld(null, "a", "b");
        world.ConnectAll();
        var member = world["a"].NewMember();
        world["a"].End(member);
        world["a"].Join("g", member);
        world.Settle();
        Assert.Equal("", world["a"].Probe.Everything);
        world.AssertConverged();
    }

    [Fact]
    public void P5_ScopeDown_EndsTheMembers_AndLateFramesAreNotHeard()
    {
        var scope = _a.Watch();
        _a.Up(B);
        _a.Receive(Snapshot(B, 1));
        _a.Receive(new ScopeMessage.ScopeDown(new(B, 1)));
        Assert.Equal("-g:b1 ScopeStopped", _a.Events(scope));
        AssertDropped(Snapshot(B, 2), 1, ScopeTrace.OldIncarnation);
        AssertDropped(new ScopeMessage.Discover(new(B, 1), 0), 1, ScopeTrace.OldIncarnation);
        AssertDropped(new ScopeMessage.ScopeDown(new(B, 1)), 1, ScopeTrace.OldIncarnation);
        _a.Join("g", Member(A, 1));
        _a.Flush();
        Assert.Empty(_a.SentTo(B));
        _a.Receive(new ScopeMessage.Discover(new(B, 2), 0));
        Assert.IsType<ScopeMessage.Snapshot>(Assert.Single(_a.SentTo(B)));
    }

    [Fact]
    public void PD4_UpdateBeforeTheFirstSnapshot_IsDroppedAndHealed()
    {
        _a.Up(B);
        _a.Receive(new ScopeMessage.Discover(new(B, 1), 4));
        AssertDropped(Delta(0, 1), 1, ScopeTrace.Gap);
        AssertDropped(Delta(4, 5, count: -1), 1, ScopeTrace.Gap);
        _a.Receive(Snapshot(B, 4));
        AssertDropped(Delta(5, 6), 1, ScopeTrace.Gap, nameof(ScopeMessage.SnapshotRequest));
        _a.Receive(Snapshot(B, 6));
        Assert.Equal("b1", _a.Members("g"));
    }

    [Fact]
    public void PD4_TakingAwayWhatIsNotThere_TakesNothingAndAsksForASnapshot()
    {
        _a.Up(B);
        _a.Receive(Snapshot(B, 1));
        _a.Receive(Delta(1, 2, count: -1, group: "h"));
        Assert.Equal([ScopeTrace.Malformed], _a.Traces);
        Assert.IsType<ScopeMessage.SnapshotRequest>(Assert.Single(_a.SentTo(B)));
        _a.Receive(Delta(2, 3, count: -5));
        Assert.Equal("", _a.Everything);
    }

    [Fact]
    public void PD7_ReadsOfAStoppedScope_AreEmpty()
    {
        _a.Join("g", Member(A, 1));
        _a.Step(ScopeInput.Stop.Instance);
        Assert.Empty(_a.Registry.GetGroups());
        Assert.Empty(_a.Registry.GetLocalGroups());
        Assert.Empty(_a.Registry.GetMembers("g"));
        Assert.Empty(_a.Registry.GetLocalMembers("g"));
        Assert.Equal(0, _a.Registry.GroupCount);
        Assert.Null(_a.Registry.Find("g"));
    }

    [Fact]
    public void T5_FramesOfAStoppedScope_AreIgnored()
    {
        _a.Join("g", Member(A, 1));
        _a.Up(B);
        AssertDropped(Delta(0, 1), 1, ScopeTrace.UnknownPeer);
        _a.Receive(Snapshot(B, 1));
        _a.Receive(new ScopeMessage.ScopeDown(new(B, 1)));
        AssertDropped(Delta(1, 2), 1, ScopeTrace.OldIncarnation);
        AssertDropped(Delta(1, 2, count: -1), 1, ScopeTrace.OldIncarnation);
        Assert.Equal("a1", _a.Members("g"));
    }

    private void InStep(NodeId node)
    {
        _a.Up(node);
        _a.Receive(new ScopeMessage.Discover(new(node, 1), 0));
    }

    private void AssertDropped(ScopeMessage message, long session, ScopeTrace trace, params string[] sent)
    {
        var before = _a.Everything;
        _a.Receive(message, session);
        Assert.Equal([trace], _a.Traces);
        Assert.Equal(sent, _a.SentTo().Select(m => m.GetType().Name));
        Assert.Equal(before, _a.Everything);
    }
}
