using static Orleans.Groups.Protocol.Tests.ScopeFrames;
using static Orleans.Groups.Protocol.Tests.ScopeIds;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>Sessions and lives: rules H1 to H3.</summary>
/// <remarks>Rule P6 (client leases) is the engine's: to this machine a lease is a member like any other.</remarks>
public sealed class ScopeSessionTests
{
    private readonly ScopeProbe _a = new(A);

    [Fact]
    public void H1_Session_EndsItsDataAndNothingElse()
    {
        var scope = _a.Watch();
        _a.Up(B, 1);
        _a.Up(C, 7);
        _a.Receive(Snapshot(B, 1), 1);
        _a.Receive(Snapshot(C, 1), 7);
        _a.Down(B, 2);
        _a.Down(C, 6);
        Assert.Equal("b1 c1", _a.Members("g"));
        _a.Down(B, 1);
        Assert.Equal("-g:b1 NodeDown", _a.Events(scope));
        AssertDropped(Snapshot(B, 2), 1, ScopeTrace.NotInSession);
        Assert.Equal("c1", _a.Members("g"));
    }

    [Fact]
    public void H1_Healing_OpensTheNextSession()
    {
        _a.Up(B, 1);
        _a.Receive(Snapshot(B, 5), 1);
        _a.Down(B, 1);
        _a.Up(B, 2);
        Assert.IsType<ScopeMessage.Discover>(Assert.Single(_a.SentTo(B)));
        AssertDropped(Snapshot(B, 6), 1, ScopeTrace.NotInSession);
        _a.Receive(Snapshot(B, 5), 2);
        Assert.Equal("b1", _a.Members("g"));
        _a.Down(B, 1);
        Assert.Equal("b1", _a.Members("g"));
    }

    [Fact]
    public void H1_NewSessionBeforeTheOldOneEnded_EndsIt()
    {
        var scope = _a.Watch();
        _a.Up(B, 1);
        _a.Receive(Snapshot(B, 1), 1);
        _a.Up(B, 2);
        Assert.Equal("-g:b1 NodeDown", _a.Events(scope));
        _a.Up(B, 1);
        _a.Up(B, 2);
        Assert.Empty(_a.Effects);
        _a.Receive(Snapshot(B, 1), 2);
        Assert.Equal("b1", _a.Members("g"));
    }

    [Fact]
    public void H2_HigherCounter_EndsTheLowerLife()
    {
        var scope = _a.Watch();
        _a.Up(B);
        _a.Receive(Snapshot(B, 3));
        _a.Receive(new ScopeMessage.Discover(new(B, 2), 0));
        Assert.Equal("-g:b1 ScopeStopped", _a.Events(scope));
        AssertDropped(new ScopeMessage.Discover(new(B, 1), 3), 1, ScopeTrace.OldIncarnation);
        AssertDropped(Snapshot(B, 4), 1, ScopeTrace.OldIncarnation);
        AssertDropped(new ScopeMessage.ScopeDown(new(B, 1)), 1, ScopeTrace.OldIncarnation);
        _a.Receive(Snapshot(B, 1, counter: 2));
        Assert.Equal("b1", _a.Members("g"));
    }

    [Fact]
    public void H2_DataOfAHigherCounter_ImpliesTheEndOfTheLower()
    {
        foreach (var first in new ScopeMessage[]
        {
            Snapshot(B, 1, counter: 2, group: "h"),
            Delta(0, 1, counter: 2, group: "h"),
            new ScopeMessage.Digest(new(B, 2), 1, 5),
            new ScopeMessage.SnapshotRequest(new(B, 2)),
            new ScopeMessage.ScopeDown(new(B, 2)),
        })
        {
            var a = new ScopeProbe(A);
            var scope = a.Watch();
            a.Up(B);
            a.Receive(Snapshot(B, 3));
            a.Receive(first);
            var old = a.Effects.OfType<ScopeEffect.Notify>().First(n => n.Monitor == scope);
            Assert.Equal("-g:b1 ScopeStopped", ScopeText.Of(Assert.Single(old.Events)));
            Assert.Empty(a.Registry.GetMembers("g"));
        }
    }

    [Fact]
    public void H2_LaterLifeOfTheNode_EndsTheEarlier_AndALateDiscoverDoesNotBringItBack()
    {
        var (old, young) = (Node("b", 1), Node("b", 2));
        var scope = _a.Watch();
        _a.Up(old, 1);
        _a.Receive(Snapshot(old, 1));
        _a.Up(young, 1);
        Assert.Equal("b1", _a.Members("g"));
        _a.Receive(new ScopeMessage.Discover(new(young, 1), 0));
        Assert.Equal("-g:b1 NodeDown", _a.Events(scope));
        _a.Receive(Snapshot(young, 1, group: "h"));
        AssertDropped(new ScopeMessage.Discover(new(old, 1), 1), 1, ScopeTrace.OldIncarnation);
        AssertDropped(Snapshot(old, 2), 1, ScopeTrace.OldIncarnation);
        AssertDropped(new ScopeMessage.Discover(new(old, 2), 0), 1, ScopeTrace.OldIncarnation);
        _a.Down(old);
        Assert.Equal("h: b1", _a.Everything);
    }

    [Fact]
    public void H2_EarlierLifeThatSpeaksSecond_IsRefused()
    {
        var (old, young) = (Node("b", 1), Node("b", 2));
        _a.Up(young);
        _a.Receive(Snapshot(young, 1));
        _a.Up(old);
        AssertDropped(new ScopeMessage.Discover(new(old, 1), 0), 1, ScopeTrace.OldIncarnation);
        AssertDropped(Snapshot(old, 2), 1, ScopeTrace.OldIncarnation);
        Assert.Equal("g: b1", _a.Everything);
    }

    [Fact]
    public void H2_EqualOrdinalWithAnotherId_IsRefusedWhileTheFirstIsThere()
    {
        var (first, second) = (Node("b", 2, id: 1), Node("b", 2, id: 2));
        _a.Up(first);
        _a.Up(second);
        _a.Receive(Snapshot(first, 1));
        AssertDropped(new ScopeMessage.Discover(new(second, 1), 0), 1, ScopeTrace.OldIncarnation);
        Assert.Equal("b1", _a.Members("g"));
        _a.Down(first);
        _a.Receive(Snapshot(second, 1));
        Assert.Equal([Member(second, 1)], _a.Registry.GetMembers("g"));
    }

    [Fact]
    public void H3_FramesOfWhoIsNotInSession_ChangeNothing()
    {
        AssertDropped(Snapshot(B, 1), 1, ScopeTrace.NotInSession);
        _a.Up(B, 2);
        AssertDropped(Snapshot(B, 1), 1, ScopeTrace.NotInSession);
        AssertDropped(Snapshot(B, 1), 3, ScopeTrace.NotInSession);
        _a.Step(new ScopeInput.Received(B, 2, Snapshot(C, 1)));
        Assert.Equal([ScopeTrace.OldIncarnation], _a.Traces);
        Assert.Equal("", _a.Everything);
    }

    [Fact]
    public void H3_FrameSentBeforeTheReceiverKnowsTheSession_IsNotLost()
    {
        var world = new ScopeWorld(null, "a", "b");
        var session = world.NewSession(world["a"].Id, world["b"].Id);
        world["a"].Join("g", world["a"].NewMember());
        world["a"].Begin(world["b"].Id, session);
        world.Settle();
        world["b"].Begin(world["a"].Id, session);
        world.Settle();
        world.AssertConverged();
    }

    [Fact]
    public void T6_OwnNode_IsNoPeer()
    {
        _a.Step(new ScopeInput.PeerUp(A, 1));
        Assert.Empty(_a.Effects);
        _a.Join("g", Member(A, 1));
        Assert.Equal("a1", _a.Members("g"));
        Assert.Empty(_a.Status.Peers);
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
