using static Orleans.Groups.Protocol.Tests.ScopeIds;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>
/// What a machine makes of a peer's updates, snapshots and digests: next, old, gap (P1), whole or not at all (P2),
/// healed by comparing. Lost, doubled, reordered and late frames do not happen within a session of a correct host; they
/// must not harm either.
/// </summary>
public sealed class ScopeIncomingTests
{
    private readonly ScopeProbe _a = new(A);

    public ScopeIncomingTests()
    {
        _a.Up(B);
        Receive(Snapshot(5, ("g", 1, 1)));
        Assert.Equal("b1", _a.Members("g"));
    }

    [Fact]
    public void Update_ThatFollows_IsApplied()
    {
        Receive(Update(5, 7, ("g", 1, 1), ("h", 2, 3)));
        Assert.Equal("g: b1 b1; h: b2 b2 b2", _a.Everything);
        Receive(Update(7, 8, ("h", 2, -3)));
        Assert.Equal("g: b1 b1", _a.Everything);
        Assert.Equal(8, _a.Status.Peers[0].Version);
    }

    [Fact]
    public void P1_UpdateThatOverlaps_IsNeitherNextNorOld()
    {
        // Coalesced across a snapshot: half of it is in version 5 already.
        Receive(Update(3, 7, ("g", 1, 1), ("h", 1, 1)), ScopeTrace.Gap);
        Assert.Equal("g: b1", _a.Everything);
        AssertAsked();
        Receive(Snapshot(7, ("g", 1, 1), ("h", 1, 1)));
        Assert.Equal("g: b1; h: b1", _a.Everything);
    }

    [Fact]
    public void UpdateThatCancelsOut_MovesTheVersionAndTellsNobody()
    {
        _a.Watch();
        Receive(Update(5, 9));
        Assert.Empty(_a.Effects);
        Assert.Equal(9, _a.Status.Peers[0].Version);
    }

    [Fact]
    public void DoubledUpdate_IsAppliedOnce()
    {
        var update = Update(5, 6, ("g", 1, 1));
        Receive(update);
        Receive(update, ScopeTrace.OldUpdate);
        Assert.Equal("b1 b1", _a.Members("g"));
        Assert.Empty(_a.SentTo());
    }

    [Fact]
    public void LateUpdate_FromBeforeTheSnapshot_IsOld()
    {
        Receive(Update(2, 4, ("h", 1, 1)), ScopeTrace.OldUpdate);
        Receive(Update(4, 5, ("h", 1, 1)), ScopeTrace.OldUpdate);
        Assert.Equal("g: b1", _a.Everything);
    }

    [Fact]
    public void LostUpdate_IsFoundByTheNext_AndAskedForOnce()
    {
        Receive(Update(6, 7, ("h", 1, 1)), ScopeTrace.Gap);
        AssertAsked();
        Receive(Update(7, 8, ("h", 1, 1)), ScopeTrace.Gap);
        Assert.Empty(_a.SentTo());
        Receive(Snapshot(8, ("h", 1, 3)));
        Assert.Equal("h: b1 b1 b1", _a.Everything);
        Receive(Update(8, 9, ("h", 1, -1)));
        Assert.Equal("h: b1 b1", _a.Everything);
    }

    [Fact]
    public void LostLastUpdate_IsFoundByTheDigest()
    {
        Receive(Digest(6, 123));
        AssertAsked();
        Receive(Snapshot(6, ("h", 1, 1)));
        Assert.Equal("h: b1", _a.Everything);
    }

    [Fact]
    public void LostRequestOrAnswer_DoesNotBlockForEver()
    {
        Receive(Update(6, 7, ("h", 1, 1)), ScopeTrace.Gap);
        AssertAsked();
        Receive(Digest(7, 123)); // May have crossed the request.
        Assert.Empty(_a.SentTo());
        Receive(Digest(7, 123));
        AssertAsked();
        Receive(Digest(7, 123));
        Assert.Empty(_a.SentTo());
        Receive(Digest(8, 456));
        AssertAsked();
    }

    [Fact]
    public void ReorderedUpdates_CostASnapshot_AndNothingElse()
    {
        Receive(Update(6, 7, ("g", 1, -1)), ScopeTrace.Gap);
        Receive(Update(5, 6, ("g", 1, 1)));
        Assert.Equal("b1 b1", _a.Members("g"));
        Receive(Snapshot(7, ("g", 1, 1)));
        Assert.Equal("b1", _a.Members("g"));
    }

    [Fact]
    public void SnapshotThatWasOvertakenByUpdates_IsOld()
    {
        Receive(Update(5, 9, ("h", 1, 1)));
        Receive(Snapshot(8, ("x", 1, 1)), ScopeTrace.OldUpdate);
        Assert.Equal("g: b1; h: b1", _a.Everything);
    }

    [Fact]
    public void SnapshotThatOvertakesUpdates_MakesThemOld()
    {
        Receive(Snapshot(9, ("h", 1, 1)));
        Receive(Update(5, 9, ("g", 1, -1), ("h", 1, 1)), ScopeTrace.OldUpdate);
        Assert.Equal("h: b1", _a.Everything);
    }

    [Fact]
    public void P2_SnapshotOfTheSameVersion_HealsADifferentTable()
    {
        Receive(Digest(5, _a.Status.Peers[0].Hash + 1), ScopeTrace.DigestMismatch);
        AssertAsked();
        Receive(Snapshot(5, ("g", 2, 1)));
        Assert.Equal("g: b2", _a.Everything);
        Receive(Digest(5, _a.Status.Peers[0].Hash));
        Assert.Empty(_a.Effects);
    }

    [Fact]
    public void P2_DigestsOfDifferentVersions_AreNotCompared()
    {
        Receive(Digest(4, 99));
        Assert.Empty(_a.Effects);
        Receive(Digest(5, _a.Status.Peers[0].Hash));
        Assert.Empty(_a.Effects);
    }

    [Fact]
    public void DigestsThatAgree_AreCounted()
    {
        var peer = _a.Status.Peers[0];
        Assert.Equal(0, _a.Machine.CountAgreements(peer.Node));
        Receive(Digest(5, peer.Hash));
        Receive(Digest(4, peer.Hash));
        Receive(Digest(5, peer.Hash));
        Receive(Digest(5, peer.Hash + 1), ScopeTrace.DigestMismatch);
        Assert.Equal(2, _a.Machine.CountAgreements(peer.Node));
        Assert.Equal(0, _a.Machine.CountAgreements(_a.Status.Self.Node));
    }

    [Fact]
    public void P2_PartsAreAppliedWhole()
    {
        var scope = _a.Watch();
        Receive(Part(8, 0, 3, ("h", 1, 1)));
        Receive(Part(8, 1, 3, ("h", 2, 1)));
        Assert.Equal("g: b1", _a.Everything);
        Receive(Part(8, 2, 3, ("i", 1, 1)));
        Assert.Equal("+h:b1,b2 Resynced | +i:b1 Resynced | -g:b1 Resynced", _a.Events(scope));

        Receive(UpdatePart(8, 9, 0, 2, ("h", 3, 1)));
        Assert.Equal("h: b1 b2; i: b1", _a.Everything);
        Receive(UpdatePart(8, 9, 1, 2, ("h", 4, 1), ("i", 1, -1)));
        Assert.Equal("+h:b3,b4 Joined | -i:b1 Joined", _a.Events(scope));
    }

    [Fact]
    public void P2_VeryManyParts_AreAppliedWhole_OneSnapshotAfterTheOther()
    {
        const int parts = 200;
        foreach (var version in new[] { 8, 9, 20 })
        {
            var before = _a.Everything;
            for (var part = 0; part < parts; part++)
            {
                Assert.Equal(before, _a.Everything);
                Receive(Part(version, part, parts, ("h", part + version, 1)));
            }

            Assert.Equal(version, _a.Status.Peers[0].Version);
            Assert.Equal(Members(B, version, parts).Order(), _a.Registry.GetMembers("h").Order());
            Assert.Empty(_a.Members("g"));
        }
    }

    [Fact]
    public void P2_BrokenParts_AreDropped()
    {
        Receive(Part(8, 1, 2, ("h", 1, 1)), ScopeTrace.BrokenParts);
        Receive(Part(8, 0, 2, ("h", 1, 1)));
        Receive(Part(9, 1, 2, ("h", 2, 1)), ScopeTrace.BrokenParts);
        Receive(Part(8, 1, 2, ("h", 2, 1)), ScopeTrace.BrokenParts);
        Receive(Part(8, 0, 2, ("h", 1, 1)));
        Receive(Part(8, 0, 2, ("h", 1, 1)), ScopeTrace.BrokenParts);
        Receive(UpdatePart(5, 6, 0, 2, ("i", 1, 1)), ScopeTrace.BrokenParts);
        Receive(UpdatePart(5, 7, 1, 2, ("i", 2, 1)), ScopeTrace.BrokenParts);
        Assert.Equal("g: b1", _a.Everything);
        Receive(Part(8, 0, 2, ("h", 1, 1)));
        Receive(Part(8, 1, 2, ("h", 2, 1)));
        Assert.Equal("h: b1 b2", _a.Everything);
    }

    [Fact]
    public void P2_HalfASnapshotOfAnEndedLife_IsForgotten()
    {
        Receive(Part(8, 0, 2, ("h", 1, 1)));
        _a.Receive(new ScopeMessage.Discover(new(B, 2), 0));
        Receive(Part(8, 1, 2, ("h", 2, 1)), ScopeTrace.OldIncarnation);
        Assert.Equal("", _a.Everything);
    }

    [Fact]
    public void P3_ReasonsOfUpdates_AreTheirCauses()
    {
        var group = _a.Watch("g");
        foreach (var cause in new[] { ChangeReason.Joined, ChangeReason.Left, ChangeReason.Ended })
        {
            var version = _a.Status.Peers[0].Version;
            _a.Receive(new ScopeMessage.Update(
                new(B, 1), version, version + 1, 0, 1, [new("g", cause, [new(Member(B, 7), 1)])]));
            Assert.Equal($"+g:b7 {cause}", _a.Events(group));
        }
    }

    [Fact]
    public void T18_LeaveOfABatchInAnotherOrder_LeavesNothingBehind()
    {
        Receive(Update(5, 6, ("g", 1, -1)));
        Assert.Equal("", _a.Everything);
        Assert.Equal(0, _a.Status.Peers[0].MembershipCount);
        Receive(Update(6, 7, ("g", 1, 1), ("g", 2, 1)));
        Assert.Equal("g: b1 b2", _a.Everything);
        Receive(Update(7, 8, ("g", 2, -1), ("g", 1, -1)));
        Assert.Equal("", _a.Everything);
        Assert.Equal(0, _a.Status.Peers[0].MembershipCount);
    }

    [Fact]
    public void T20_ForcedSync_ReplacesAndIsReplaced()
    {
        _a.Join("one", Member(A, 1));
        Receive(Snapshot(5, ("one", 1, 1)));
        Assert.Equal("one: a1 b1", _a.Everything);
        Receive(Snapshot(5, ("one", 1, 2), ("s", 1, 2)));
        Assert.Equal("one: a1 b1 b1; s: b1 b1", _a.Everything);
        Receive(Snapshot(5, ("one", 1, 1)));
        Assert.Equal("one: a1 b1", _a.Everything);
        Receive(Snapshot(5, ("one", 1, 1)));
        Assert.Empty(_a.Effects);
    }

    [Fact]
    public void T22_ManyIdenticalSnapshots_CostNoMoreThanTheirOwnSize()
    {
        for (var i = 0; i < 10_000; i++)
        {
            _a.Step(new ScopeInput.JoinOne($"group {i}", Member(A, 1)), verify: false);
        }

        var input = new ScopeInput.Received(B, 1, Snapshot(6, ("group 1", 1, 2)));
        _a.Step(input, verify: false);
        var effects = new EffectList<ScopeEffect>();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 2_000; i++)
        {
            _a.Machine.Step(input, effects);
        }

        Assert.Equal(0, effects.Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000 * 500);
        _a.Verify();
    }

    private static ScopeMessage.Snapshot Snapshot(
        long version, params (string Group, int Member, int Count)[] entries) => Part(version, 0, 1, entries);

    private static ScopeMessage.Snapshot Part(
        long version, int part, int parts, params (string Group, int Member, int Count)[] entries) =>
        new(new(B, 1), version, part, parts, [.. entries.Select(e => new GroupEntry(e.Group, [Count(e)]))]);

    private static ScopeMessage.Update Update(
        long from, long to, params (string Group, int Member, int Count)[] changes) =>
        UpdatePart(from, to, 0, 1, changes);

    private static ScopeMessage.Update UpdatePart(
        long from, long to, int part, int parts, params (string Group, int Member, int Count)[] changes) =>
        new(
            new(B, 1),
            from,
            to,
            part,
            parts,
            [.. changes.Select(c => new GroupDelta(c.Group, ChangeReason.Joined, [Count(c)]))]);

    private static ScopeMessage.Digest Digest(long version, ulong hash) => new(new(B, 1), version, hash);

    private static MemberCount Count((string Group, int Member, int Count) entry) =>
        new(Member(B, entry.Member), entry.Count);

    private void Receive(ScopeMessage message, params ScopeTrace[] traces)
    {
        _a.Receive(message);
        Assert.Equal(traces, _a.Traces);
    }

    private void AssertAsked() =>
        Assert.IsType<ScopeMessage.SnapshotRequest>(Assert.Single(_a.SentTo(B)));
}
