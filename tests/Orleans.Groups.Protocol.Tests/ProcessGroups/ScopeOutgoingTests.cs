using static Orleans.Groups.Protocol.Tests.ScopeIds;
using static Orleans.Groups.Protocol.Tests.ScopeText;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>What a machine sends: gathered updates (P1, P3), snapshots (P2), peers without room (H5).</summary>
public sealed class ScopeOutgoingTests
{
    private static readonly MemberId M1 = Member(A, 1);
    private static readonly MemberId M2 = Member(A, 2);
    private readonly ScopeProbe _a = new(A);

    [Fact]
    public void Changes_AreGathered_AndAFlushIsAskedForOnce()
    {
        InStep(_a, B, C);
        _a.Join("g", M1);
        Assert.True(_a.IsFlushWanted);
        Assert.Empty(_a.SentTo());
        _a.Join("h", M1, M2);
        _a.Join("g", M2);
        _a.Flush();
        Assert.Equal("0>3 g Joined(a1*1,a2*1) h Joined(a1*1,a2*1)", Update(B));
        Assert.Same(_a.SentTo(B).Single(), _a.SentTo(C).Single());
        _a.Flush();
        Assert.Empty(_a.Effects);
    }

    [Fact]
    public void Changes_WithNobodyInStep_AskForNothing()
    {
        _a.Join("g", M1);
        _a.Up(B);
        _a.Join("g", M1);
        Assert.False(_a.IsFlushWanted);
        Assert.Equal(0, _a.Status.GatheredChanges);
        _a.Receive(new ScopeMessage.Discover(new(B, 1), 0));
        Assert.Equal("@2 g(a1*2)", Snapshot(B));
    }

    [Fact]
    public void P1_Snapshot_ResetsTheBaseForEverybody()
    {
        InStep(_a, B);
        _a.Join("g", M1);
        InStep(_a, C); // c gets a snapshot at version 1, and b the update up to there first.
        Assert.Equal("0>1 g Joined(a1*1)", Update(B));
        Assert.Equal("@1 g(a1*1)", Snapshot(C));
        _a.Join("g", M2);
        _a.Flush();
        Assert.Equal("1>2 g Joined(a2*1)", Update(B));
        Assert.Equal("1>2 g Joined(a2*1)", Update(C));
    }

    [Fact]
    public void P1_SnapshotRequested_WhileChangesAreGathered_IsNotFollowedByThem()
    {
        InStep(_a, B, C);
        _a.Join("g", M1);
        _a.Receive(new ScopeMessage.SnapshotRequest(new(B, 1)));
        Assert.Equal("@1 g(a1*1)", Snapshot(B));
        Assert.Equal("0>1 g Joined(a1*1)", Update(C));
        _a.Flush();
        Assert.Empty(_a.SentTo());
    }

    [Fact]
    public void P3_JoinAndLeave_CancelEachOther_AndOnlyTheVersionMoves()
    {
        InStep(_a, B);
        _a.Join("g", M1);
        _a.Leave("g", M1);
        Assert.Equal(0, _a.Status.GatheredChanges);
        _a.Flush();
        Assert.Equal("0>2 ", Update(B));
    }

    [Fact]
    public void P3_GroupThatEndedAndCameBack_CancelsToo()
    {
        _a.Join("g", M1);
        InStep(_a, B);
        _a.Leave("g", M1);
        _a.Join("g", M1);
        _a.Flush();
        Assert.Equal("1>3 ", Update(B));
    }

    [Fact]
    public void P3_MergedChanges_CarryTheLastCause()
    {
        InStep(_a, B);
        _a.Step(new ScopeInput.Join(["g", "h", "i"], [M1, M1, M2]));
        _a.Leave("g", M1);
        _a.Flush();
        Assert.Equal("0>2 g Left(a1*1) g Joined(a2*1) h Joined(a1*2,a2*1) i Joined(a1*2,a2*1)", Update(B));
        _a.Leave("h", M1);
        _a.End(M1);
        _a.Flush();
        Assert.Equal("2>4 h Ended(a1*-2) g Ended(a1*-1) i Ended(a1*-2)", Update(B));
    }

    [Fact]
    public void H5_PeerWithoutRoom_IsSentNothing_ThenOneSnapshot()
    {
        InStep(_a, B, C);
        _a.Step(new ScopeInput.Writable(B, _a.Sessions[B], false));
        for (var i = 1; i <= 3; i++)
        {
            _a.Join("g", M1);
            _a.Flush();
            Assert.Empty(_a.SentTo(B));
            Assert.Equal($"{i - 1}>{i} g Joined(a1*1)", Update(C));
        }

        _a.Receive(new ScopeMessage.SnapshotRequest(new(B, 1)));
        Assert.Empty(_a.SentTo(B));
        _a.Step(ScopeInput.DigestDue.Instance);
        Assert.Empty(_a.SentTo(B));
        _a.Join("g", M2);
        _a.Step(new ScopeInput.Writable(B, _a.Sessions[B], true));
        Assert.Equal("@4 g(a1*3,a2*1)", Snapshot(B));
        Assert.Equal("3>4 g Joined(a2*1)", Update(C));
        _a.Join("g", M1);
        _a.Flush();
        Assert.Equal("4>5 g Joined(a1*1)", Update(B));
        Assert.Equal("4>5 g Joined(a1*1)", Update(C));
    }

    [Fact]
    public void H5_NewsOfAnEndedSession_SaysNothingAboutTheNext()
    {
        InStep(_a, B);
        _a.Down(B, session: 1);
        _a.Up(B, session: 2);
        _a.Receive(new ScopeMessage.Discover(new(B, 1), 0), session: 2);
        _a.Step(new ScopeInput.Writable(B, 1, false));
        _a.Join("g", M1);
        _a.Flush();
        Assert.Equal("0>1 g Joined(a1*1)", Update(B));
    }

    [Fact]
    public void H5_RoomThatIsBackBeforeTheFlush_CostsNothing()
    {
        InStep(_a, B);
        _a.Step(new ScopeInput.Writable(B, _a.Sessions[B], false));
        _a.Join("g", M1);
        _a.Step(new ScopeInput.Writable(B, _a.Sessions[B], true));
        Assert.Empty(_a.Effects);
        _a.Flush();
        Assert.Equal("0>1 g Joined(a1*1)", Update(B));
    }

    [Fact]
    public void H5_OnlyPeerWithoutRoom_KeepsNoLog()
    {
        InStep(_a, B);
        _a.Step(new ScopeInput.Writable(B, _a.Sessions[B], false));
        _a.Join("g", M1);
        _a.Flush();
        Assert.Empty(_a.SentTo());
        _a.Join("g", M2);
        Assert.Equal(0, _a.Status.GatheredChanges);
        Assert.False(_a.IsFlushWanted);
    }

    [Fact]
    public void H5_RequestOfOurs_WaitsForRoom()
    {
        _a.Up(B);
        _a.Receive(new ScopeMessage.Snapshot(new(B, 1), 1, 0, 1, []));
        _a.Step(new ScopeInput.Writable(B, _a.Sessions[B], false));
        _a.Receive(new ScopeMessage.Update(new(B, 1), 2, 3, 0, 1, []));
        _a.Receive(new ScopeMessage.Update(new(B, 1), 3, 4, 0, 1, []));
        Assert.Empty(_a.SentTo(B));
        _a.Step(new ScopeInput.Writable(B, _a.Sessions[B], true));
        Assert.IsType<ScopeMessage.SnapshotRequest>(Assert.Single(_a.SentTo(B)));
    }

    [Fact]
    public void Digest_FollowsWhatWasGathered()
    {
        InStep(_a, B);
        _a.Join("g", M1);
        _a.Step(ScopeInput.DigestDue.Instance);
        Assert.Equal(["Update", "Digest"], _a.SentTo(B).Select(m => m.GetType().Name));
        var digest = Assert.IsType<ScopeMessage.Digest>(_a.SentTo(B).Last());
        Assert.Equal((1, _a.Status.Hash), (digest.Version, digest.Hash));
    }

    [Fact]
    public void Digest_DependsOnContent_NotOnHistory()
    {
        _a.Step(new ScopeInput.Join(["g", "h"], [M1, M1, M2]));
        _a.Leave("g", M1);
        var other = new ScopeProbe(A);
        other.Join("h", M2);
        other.Step(new ScopeInput.Join(["h"], [M1, M1]));
        other.Step(new ScopeInput.Join(["g"], [M2, M1]));
        Assert.Equal(_a.Status.Hash, other.Status.Hash);
        other.Leave("g", M1);
        Assert.NotEqual(_a.Status.Hash, other.Status.Hash);
        other.Step(new ScopeInput.Leave(["g", "h"], [M1, M1, M2]));
        Assert.Equal(0UL, other.Status.Hash);
    }

    [Fact]
    public void T22_IdenticalRequests_AreAnsweredFromOneCopy()
    {
        for (var i = 0; i < 10_000; i++)
        {
            _a.Step(new ScopeInput.JoinOne($"group {i}", M1), verify: false);
        }

        InStep(_a, B);
        var first = FlushAll(_a);
        Assert.Equal(4, first.Count); // Of 3 072 groups at most.
        var request = new ScopeInput.Received(B, 1, new ScopeMessage.SnapshotRequest(new(B, 1)));
        var effects = new EffectList<ScopeEffect>();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 2_000; i++)
        {
            effects.Clear();
            _a.Machine.Step(request, effects);
            for (var part = 0; part < first.Count; part++)
            {
                _a.Machine.Step(ScopeInput.Flush.Instance, effects);
            }
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000 * 500);
        _a.Step(request);
        Assert.Equal(first, FlushAll(_a), ReferenceEqualityComparer.Instance);
    }

    [Fact]
    public void SnapshotsAndUpdates_LargerThanAFrame_TravelInParts()
    {
        var a = new ScopeProbe(A, settings: Settings(maxMembershipsPerFrame: 3));
        a.Join("g", [.. Members(A, 1, 5)]);
        a.Join("h", M1);
        InStep(a, B);
        Assert.Equal(
            ["@2 0/2 g(a1*1,a2*1,a3*1)", "@2 1/2 g(a4*1,a5*1) h(a1*1)"],
            FlushAll(a).Select(Tail));
        a.End([.. Members(A, 1, 5)]);
        Assert.Equal(
            ["2>3 0/2 g Ended(a1*-1,a2*-1,a3*-1)", "2>3 1/2 g Ended(a4*-1,a5*-1) h Ended(a1*-1)"],
            FlushAll(a).Select(Tail));
    }

    /// <summary>Flushes as long as that is asked for; what was sent.</summary>
    private static List<ScopeMessage> FlushAll(ScopeProbe probe)
    {
        List<ScopeMessage> sent = [];
        while (probe.IsFlushWanted)
        {
            probe.Flush();
            sent.AddRange(probe.SentTo());
        }

        return sent;
    }

    private static void InStep(ScopeProbe probe, params NodeId[] nodes)
    {
        foreach (var node in nodes)
        {
            probe.Up(node);
            probe.Receive(new ScopeMessage.Discover(new(node, 1), 0));
        }
    }

    private string Update(NodeId node) => Tail(Assert.Single(_a.SentTo(node).OfType<ScopeMessage.Update>()));

    private string Snapshot(NodeId node) => Tail(Assert.Single(_a.SentTo(node).OfType<ScopeMessage.Snapshot>()));
}
