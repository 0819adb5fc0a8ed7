using Orleans.Groups.Protocol.Tests.Links;
using static Orleans.Groups.Protocol.Tests.ScopeIds;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>Rule H5: what has several parts is sent part by part, as there is room; P1 and P2 hold meanwhile.</summary>
public sealed class ScopeShipmentTests
{
    private static readonly MemberId M1 = Member(A, 1);
    private readonly ScopeProbe _a = new(A, settings: Settings(maxMembershipsPerFrame: 2));

    [Fact]
    public void H5_Parts_GoWhileThereIsRoom_AndGoOnWhenThereIsAgain()
    {
        JoinAll("g1", "g2", "g3", "g4", "g5");
        Meet(B);
        Assert.Empty(_a.SentTo());
        Assert.True(_a.IsFlushWanted);
        _a.Flush();
        Assert.Equal("@5 0/3 g1(a1*1) g2(a1*1)", SentTo(B));
        Assert.True(_a.IsFlushWanted);
        Room(B, false);
        _a.Flush();
        Assert.Empty(_a.SentTo());
        Assert.False(_a.IsFlushWanted);
        Room(B, true);
        Assert.True(_a.IsFlushWanted);
        _a.Flush();
        Assert.Equal("@5 1/3 g3(a1*1) g4(a1*1)", SentTo(B));
        Assert.Equal(PeerSync.Sending, SyncOf(B));
        _a.Flush();
        Assert.Equal("@5 2/3 g5(a1*1)", SentTo(B));
        Assert.False(_a.IsFlushWanted);
        Assert.Equal(PeerSync.Clean, SyncOf(B));
    }

    /// <summary>
    /// The buffer of the link holds a tenth of the snapshot, which used to end one session after the other.
    /// </summary>
    [Fact]
    public void H5_SnapshotLargerThanTheBufferOfTheLink_IsNeverRefused()
    {
        var pair = LinkPair.InSession(new LinkSettings
        {
            ChannelCreditBytes = 150,
            MaxChannelWaitingBytes = 100,
            MaxWaitingBytes = 100,
            MaxBatchBytes = 64,
        });
        JoinAll([.. Enumerable.Range(1, 40).Select(i => $"group {i}")]);
        Meet(B);
        List<string> sent = [];
        var text = new string('x', 100);
        for (var round = 0; SyncOf(B) != PeerSync.Clean; round++)
        {
            Assert.InRange(round, 0, 40);
            while (_a.IsFlushWanted)
            {
                _a.Flush();
                foreach (var message in _a.SentTo(B).ToList())
                {
                    sent.Add(ScopeText.Of(message));
                    Assert.Equal(LinkSendOutcome.Accepted, pair.A.Send(LinkProbe.Scope, text));
                    if (!pair.A.Machine.HasRoom(LinkProbe.Scope))
                    {
                        Room(B, false);
                    }
                }
            }

            pair.A.Flush();
            pair.Flow();
            var arrived = pair.B.TakeLog().Split(", ").Count(line => line.EndsWith(text, StringComparison.Ordinal));
            pair.B.Consume(LinkProbe.Scope, [.. Enumerable.Repeat(text, arrived)]);
            pair.B.Flush();
            pair.Flow();
            if (pair.A.TakeLog().EndsWith("has room", StringComparison.Ordinal))
            {
                Room(B, true);
            }
        }

        Assert.Equal(20, sent.Count);
        Assert.Equal(20, sent.Distinct().Count());
        Assert.Equal(1, pair.A.Status.Session);
    }

    [Fact]
    public void P1_WhatChangesMeanwhile_FollowsTheLastPart_AndDelaysNobody()
    {
        Meet(C);
        JoinAll("g1", "g2", "g3");
        _a.Flush();
        _a.Flush();
        Meet(B);
        _a.Flush();
        Assert.Equal("@3 0/2 g1(a1*1) g2(a1*1)", SentTo(B));
        Room(B, false);
        _a.Leave("g3", M1);
        _a.Flush();
        Assert.Equal("3>4 g3 Left(a1*-1)", SentTo(C));
        _a.Join("g4", M1);
        _a.Join("g3", M1);
        _a.Flush();
        Assert.Equal("4>6 g4 Joined(a1*1) g3 Joined(a1*1)", SentTo(C));
        Assert.Empty(_a.SentTo(B));
        Room(B, true);
        _a.Flush();
        Assert.Equal("@3 1/2 g3(a1*1)", SentTo(B));
        _a.Flush();
        Assert.Equal("3>6 g4 Joined(a1*1)", SentTo(B));
        Assert.Equal(PeerSync.Clean, SyncOf(B));
        _a.Join("g5", M1);
        _a.Flush();
        Assert.Equal("6>7 g5 Joined(a1*1)", SentTo(B));
        Assert.Equal("6>7 g5 Joined(a1*1)", SentTo(C));
    }

    [Fact]
    public void P1_WhatFollowsInParts_IsFollowedToo()
    {
        JoinAll("g1", "g2", "g3", "g4", "g5", "g6", "g7", "g8");
        Meet(B);
        _a.Flush();
        _a.Step(new ScopeInput.Leave(["g1", "g2", "g3"], [M1]));
        FlushAll();
        Assert.Equal(PeerSync.Clean, SyncOf(B));
        _a.Join("g1", M1);
        _a.Step(new ScopeInput.Leave(["g6", "g7", "g8"], [M1]));
        _a.Flush();
        Assert.Equal("9>11 0/2 g1 Joined(a1*1) g6 Left(a1*-1)", SentTo(B));
        Room(B, false);
        _a.Leave("g1", M1);
        _a.Flush();
        Room(B, true);
        Assert.Equal(["9>11 1/2 g7 Left(a1*-1) g8 Left(a1*-1)", "11>12 g1 Left(a1*-1)"], FlushAll());
    }

    [Fact]
    public void P3_WhatCancelsOutMeanwhile_MovesTheVersionOnly()
    {
        TellHalf();
        _a.Leave("g1", M1);
        _a.Join("g1", M1);
        Assert.Equal(["@3 1/2 g3(a1*1)", "3>5 "], FlushAll());
    }

    [Fact]
    public void H5_MoreChangesThanATableHas_AreASnapshotAgain()
    {
        TellHalf();
        Room(B, false);
        for (var i = 2; i <= 6; i++)
        {
            _a.Leave($"g{i - 1}", Member(A, i - 1));
            _a.Leave("g1", M1);
            _a.Leave("g2", M1);
            _a.Leave("g3", M1);
            _a.Join($"g{i}", Member(A, i));
            _a.Flush();
        }

        Room(B, true);
        Assert.Equal(["@3 1/2 g3(a1*1)", $"@{_a.Status.Version} g6(a6*1)"], FlushAll());
        Assert.Equal(PeerSync.Clean, SyncOf(B));
    }

    [Fact]
    public void P2_Newcomers_ShareTheCopyThatIsOnItsWay()
    {
        TellHalf();
        var first = _a.SentTo(B).Single();
        _a.Join("g4", M1);
        Meet(C);
        Room(B, false);
        _a.Flush();
        Assert.Same(first, _a.SentTo(C).Single());
        Assert.Equal(["@3 1/2 g3(a1*1)", "3>4 g4 Joined(a1*1)"], FlushAll());
    }

    [Fact]
    public void P2_WhoWasToldMore_GetsANewerSnapshot()
    {
        Meet(C);
        JoinAll("g1", "g2", "g3");
        FlushAll();
        Meet(B);
        _a.Flush();
        Room(B, false);
        _a.Join("g4", M1);
        FlushAll();
        _a.Receive(new ScopeMessage.SnapshotRequest(new(C, 1)));
        Assert.Equal(["@4 0/2 g1(a1*1) g2(a1*1)", "@4 1/2 g3(a1*1) g4(a1*1)"], FlushAll());
    }

    /// <summary>A copy never goes back, not even from one session to the next.</summary>
    [Fact]
    public void P2_WhoHadASessionBefore_GetsASnapshotOfThePresentVersion()
    {
        Meet(C);
        JoinAll("g1", "g2", "g3");
        FlushAll();
        Meet(B);
        _a.Flush();
        Room(B, false);
        _a.Join("g4", M1);
        FlushAll();
        _a.Down(C);
        _a.Up(C, 2);
        _a.Receive(new ScopeMessage.Discover(new(C, 1), 0), session: 2);
        Assert.Equal(["@4 0/2 g1(a1*1) g2(a1*1)", "@4 1/2 g3(a1*1) g4(a1*1)"], FlushAll());
    }

    [Fact]
    public void P2_ARequestForWhatIsOnItsWay_SendsItOnce()
    {
        TellHalf();
        _a.Receive(new ScopeMessage.SnapshotRequest(new(B, 1)));
        Assert.Equal(["@3 1/2 g3(a1*1)"], FlushAll());
        _a.Receive(new ScopeMessage.SnapshotRequest(new(B, 1)));
        Assert.Equal(["@3 0/2 g1(a1*1) g2(a1*1)", "@3 1/2 g3(a1*1)"], FlushAll());
    }

    [Fact]
    public void P2_NoDigestBeforeAllIsSent()
    {
        TellHalf();
        _a.Step(ScopeInput.DigestDue.Instance);
        Assert.Empty(_a.SentTo(B));
        FlushAll();
        _a.Step(ScopeInput.DigestDue.Instance);
        Assert.IsType<ScopeMessage.Digest>(Assert.Single(_a.SentTo(B)));
    }

    [Fact]
    public void H1_ANewSession_OrANewLife_BeginsWithTheFirstPart()
    {
        TellHalf();
        _a.Receive(new ScopeMessage.Discover(new(B, 2), 0));
        Assert.Equal(["@3 0/2 g1(a1*1) g2(a1*1)", "@3 1/2 g3(a1*1)"], FlushAll());
        _a.Receive(new ScopeMessage.SnapshotRequest(new(B, 2)));
        _a.Flush();
        _a.Down(B);
        _a.Flush();
        Assert.Empty(_a.SentTo());
        _a.Up(B, 2);
        _a.Receive(new ScopeMessage.Discover(new(B, 2), 0), session: 2);
        Assert.Equal(["@3 0/2 g1(a1*1) g2(a1*1)", "@3 1/2 g3(a1*1)"], FlushAll());
    }

    [Fact]
    public void P5_AGoodbye_OvertakesWhatIsLeft()
    {
        TellHalf();
        _a.Step(ScopeInput.Stop.Instance);
        Assert.IsType<ScopeMessage.ScopeDown>(Assert.Single(_a.SentTo(B)));
        _a.Flush();
        Assert.Empty(_a.Effects);
    }

    private void Meet(NodeId node)
    {
        _a.Up(node);
        _a.Receive(new ScopeMessage.Discover(new(node, 1), 0));
    }

    /// <summary>The first of two parts of three groups has gone to B.</summary>
    private void TellHalf()
    {
        JoinAll("g1", "g2", "g3");
        Meet(B);
        _a.Flush();
    }

    private void JoinAll(params string[] groups)
    {
        foreach (var group in groups)
        {
            _a.Join(group, M1);
        }
    }

    private void Room(NodeId node, bool hasRoom) =>
        _a.Step(new ScopeInput.Writable(node, _a.Sessions[node], hasRoom));

    private PeerSync SyncOf(NodeId node) => _a.Status.Peers.Single(peer => peer.Node == node).Sync;

    /// <summary>Flushes as long as that is asked for; what was sent, to whomever.</summary>
    private List<string> FlushAll()
    {
        List<string> sent = [];
        while (_a.IsFlushWanted)
        {
            _a.Flush();
            sent.AddRange(_a.SentTo().Select(ScopeText.Tail));
        }

        return sent;
    }

    private string SentTo(NodeId node) => ScopeText.Tail(Assert.Single(_a.SentTo(node)));
}
