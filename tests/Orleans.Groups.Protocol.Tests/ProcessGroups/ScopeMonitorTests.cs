using static Orleans.Groups.Protocol.Tests.ScopeIds;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>
/// Monitors in the machine (rule P4, spec/pg.md section 1.6). That folding them gives the registry is checked in every
/// step.
/// </summary>
public sealed class ScopeMonitorTests
{
    private static readonly MemberId M1 = Member(A, 1);
    private static readonly MemberId M2 = Member(A, 2);
    private static readonly MemberId R = Member(B, 1);
    private readonly ScopeProbe _a = new(A);

    [Fact]
    public void T23_ScopeMonitor_StartsWithWhatIsThere()
    {
        Fill();
        _a.Watch();
        AssertStartedWithBoth();
        _a.Step(new ScopeInput.StopMonitor(1));
        Assert.Empty(_a.Effects);
        _a.Watch();
        AssertStartedWithBoth();

        void AssertStartedWithBoth()
        {
            var snapshot = Assert.IsType<ScopeEffect.MonitorStarted>(Assert.Single(_a.Effects)).Snapshot;
            Assert.Equal([(GroupName)"one"], snapshot.Groups.Select(g => g.Group));
            Assert.Equal("a1 b1", Sorted(snapshot.GetMembers("one")));
        }
    }

    [Fact]
    public void T24_T25_Script_IsSeenByScopeAndGroupMonitors()
    {
        var monitors = new[] { _a.Watch(), _a.Watch("g"), 0 };
        AssertAll("+g:a1 Joined", () => _a.Join("g", M1));
        monitors[2] = _a.Watch("g");
        _a.Up(B);
        AssertAll("+g:b1,b1 Resynced", () => _a.Receive(Snapshot(1, "g", 2)));
        AssertAll("-g:a1 Left", () => _a.Leave("g", M1));
        AssertAll("-g:b1 Left", () => _a.Receive(Delta(1, 2, "g", -1, ChangeReason.Left)));
        AssertAll("-g:b1 NodeDown", () => _a.Down(B));
        foreach (var monitor in monitors)
        {
            _a.Step(new ScopeInput.StopMonitor(monitor));
            _a.Step(new ScopeInput.StopMonitor(monitor));
        }

        _a.Join("g", M1);
        Assert.Empty(_a.Effects.OfType<ScopeEffect.Notify>());

        void AssertAll(string expected, Action act)
        {
            act();
            Assert.All(monitors.Where(m => m > 0), m => Assert.Equal(expected, _a.Events(m)));
        }
    }

    [Fact]
    public void T27_SeveralMonitors_GetTheirOwnCopies_ScopeFirst()
    {
        var one = _a.Watch("one");
        var scope = _a.Watch();
        var two = _a.Watch("two");
        _a.Step(new ScopeInput.Join(["one", "two"], [M1]));
        Assert.Equal([scope, one, two], _a.Effects.OfType<ScopeEffect.Notify>().Select(n => n.Monitor));
        _a.Join("two", M1);
        Assert.Equal([scope, two], _a.Effects.OfType<ScopeEffect.Notify>().Select(n => n.Monitor));
    }

    [Fact]
    public void Notify_ComesBeforeTheAnswer_AndAfterTheWatch()
    {
        _a.Watch();
        _a.Join("g", M1);
        Assert.IsType<ScopeEffect.Watch>(_a.Effects[0]);
        Assert.IsType<ScopeEffect.Notify>(_a.Effects[1]);
        Assert.IsType<ScopeEffect.JoinAnswered>(_a.Effects[^1]);
    }

    [Fact]
    public void PD3_SnapshotOfAKnownGroup_IsAnnounced()
    {
        var scope = _a.Watch();
        _a.Up(B);
        _a.Receive(new ScopeMessage.Discover(new(B, 1), 0));
        _a.Receive(Delta(0, 1, "g", 1, ChangeReason.Joined, number: 2));
        _a.Receive(new ScopeMessage.Snapshot(new(B, 1), 1, 0, 1, [new("g", [new(Member(B, 2), 1), new(R, 1)])]));
        Assert.Equal("+g:b1 Resynced", _a.Events(scope));
        _a.Receive(new ScopeMessage.Snapshot(new(B, 1), 2, 0, 1, [new("g", [new(R, 3)])]));
        Assert.Equal("-g:b2 Resynced | +g:b1,b1 Resynced", _a.Events(scope));
    }

    [Fact]
    public void PD5_T26_MemberThatOwnsAMonitor_EndsBoth()
    {
        var owned = _a.Watch("g", M1);
        Assert.IsType<ScopeEffect.Watch>(_a.Effects[0]);
        var other = _a.Watch("g", M2);
        _a.Join("g", M1, M2);
        Assert.Empty(_a.Effects.OfType<ScopeEffect.Watch>());
        _a.End(M1);
        Assert.Equal(new ScopeEffect.MonitorEnded(owned, MonitorEndReason.OwnerEnded), _a.Effects[0]);
        Assert.Equal("", _a.Events(owned));
        Assert.Equal("-g:a1 Ended", _a.Events(other));
        _a.End(M2);
        Assert.Equal(0, _a.Status.MonitorCount);
        Assert.Equal("", _a.Everything);
    }

    [Fact]
    public void Owner_IsWatchedAsLongAsAnythingDependsOnIt()
    {
        var first = _a.Watch(null, M1);
        var second = _a.Watch(null, M1);
        _a.Join("g", M1);
        _a.Leave("g", M1);
        Assert.Contains(M1, _a.Watched);
        _a.Step(new ScopeInput.StopMonitor(first));
        Assert.Contains(M1, _a.Watched);
        _a.Step(new ScopeInput.StopMonitor(second));
        Assert.Equal(new ScopeEffect.Unwatch(M1), Assert.Single(_a.Effects));
    }

    [Fact]
    public void OwnerOfAMonitorOnly_Ends_WithoutAVersionStep()
    {
        _a.Watch(null, M1);
        _a.End(M1);
        Assert.Equal(0, _a.Status.Version);
        Assert.Equal(0, _a.Status.LocalMemberCount);
    }

    [Fact]
    public void RestartMonitor_GivesAFreshSnapshot()
    {
        Fill();
        var scope = _a.Watch();
        var group = _a.Watch("none");
        _a.Join("two", M2);
        _a.Step(new ScopeInput.RestartMonitor(scope));
        var restarted = Assert.IsType<ScopeEffect.MonitorRestarted>(Assert.Single(_a.Effects));
        Assert.Equal("one two", Sorted(restarted.Snapshot.Groups.Select(g => g.Group)));
        _a.Step(new ScopeInput.RestartMonitor(group));
        Assert.Empty(Assert.IsType<ScopeEffect.MonitorRestarted>(Assert.Single(_a.Effects)).Snapshot.Groups);
        _a.Step(new ScopeInput.RestartMonitor(99));
        Assert.Empty(_a.Effects);
    }

    [Fact]
    public void P4_RemoteUpdate_IsOneNotification()
    {
        var scope = _a.Watch();
        _a.Up(B);
        _a.Receive(new ScopeMessage.Discover(new(B, 1), 0));
        _a.Receive(new ScopeMessage.Update(
            new(B, 1),
            0,
            5,
            0,
            1,
            [
                new("g", ChangeReason.Joined, [new(R, 2), new(Member(B, 2), 1)]),
                new("h", ChangeReason.Joined, [new(R, 1)]),
            ]));
        Assert.Equal("+g:b1,b1,b2 Joined | +h:b1 Joined", _a.Events(scope));
        _a.Receive(new ScopeMessage.Update(
            new(B, 1),
            5,
            9,
            0,
            1,
            [
                new("g", ChangeReason.Left, [new(R, -1)]),
                new("g", ChangeReason.Joined, [new(Member(B, 3), 1)]),
                new("g", ChangeReason.Ended, [new(Member(B, 2), -1)]),
            ]));
        Assert.Equal("-g:b1 Left | -g:b2 Ended | +g:b3 Joined", _a.Events(scope));
    }

    private static ScopeMessage Snapshot(long version, GroupName group, int count) =>
        new ScopeMessage.Snapshot(new(B, 1), version, 0, 1, [new(group, [new(R, count)])]);

    private static ScopeMessage Delta(
        long from, long to, GroupName group, int count, ChangeReason cause, int number = 1) =>
        new ScopeMessage.Update(new(B, 1), from, to, 0, 1, [new(group, cause, [new(Member(B, number), count)])]);

    private void Fill()
    {
        _a.Up(B);
        _a.Receive(Snapshot(1, "one", 1));
        _a.Join("one", M1);
    }
}
