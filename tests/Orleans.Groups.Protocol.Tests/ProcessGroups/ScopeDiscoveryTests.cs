using static Orleans.Groups.Protocol.Tests.ScopeIds;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>
/// PD8: whoever begins when, both tables are exchanged once and nobody asks twice. Plus the cluster cases T8 to T16 of
/// the original's own tests, as far as machines alone can run them.
/// </summary>
public sealed class ScopeDiscoveryTests
{
    private readonly ScopeWorld _world = new(null, "a", "b");

    private ScopeNode A => _world["a"];

    private ScopeNode B => _world["b"];

    [Fact]
    public void PD8_BothKnowTheSession_OneSnapshotEachWay()
    {
        Fill();
        _world.ConnectAll();
        _world.Settle();
        AssertExchangedOnce();
    }

    [Fact]
    public void PD8_EmptyScopes_NeedNoRequestEither()
    {
        _world.ConnectAll();
        _world.Settle();
        A.Join("g", A.NewMember());
        _world.Settle();
        _world.AssertConverged();
        Assert.False(_world.Sent.ContainsKey("SnapshotRequest"));
    }

    [Fact]
    public void PD8_EveryInterleavingOfTheFirstFrames_OneSnapshotEachWay()
    {
        for (var seed = 0UL; seed < 300; seed++)
        {
            var world = new ScopeWorld(null, "a", "b", "c");
            var random = new DeterministicRandom(seed);
            foreach (var node in world.Nodes)
            {
                node.Join("g", node.NewMember());
            }

            world.ConnectAll();
            for (var i = 0; i < 40; i++)
            {
                var links = world.Links.Where(l => l.Value.Count > 0).Select(l => l.Key).ToList();
                if (links.Count > 0 && random.Next(3) > 0)
                {
                    var (from, to) = links[random.Next(links.Count)];
                    world.DeliverOne(from, to);
                }
                else
                {
                    var node = world.Nodes.ElementAt(random.Next(3));
                    node.Join($"g{random.Next(3)}", node.NewMember());
                    node.FlushIfWanted();
                }
            }

            world.Settle();
            world.AssertConverged();
            Assert.Equal(6, world.Sent["Discover"]);
            Assert.Equal(6, world.Sent["Snapshot"]);
            Assert.False(world.Sent.ContainsKey("SnapshotRequest"));
        }
    }

    [Fact]
    public void PD8_ScopeThatBeginsLate_MissedTheDiscover_AndIsLearnedByTheAnswerToItsOwn()
    {
        // As on a host where the scope does not run yet: b's frames to it are dropped, then it begins in the session.
        _world.ConnectAll();
        B.Join("g", B.NewMember());
        foreach (var link in _world.Links)
        {
            link.Value.Clear();
        }

        A.RestartScope();
        A.Join("g", A.NewMember());
        _world.Sent.Clear();
        _world.Settle();
        _world.AssertConverged();
        Assert.Equal(2, _world.Sent["Snapshot"]);
        Assert.False(_world.Sent.ContainsKey("SnapshotRequest"));
    }

    [Fact]
    public void PD8_DoubledDiscover_IsAnsweredOnce()
    {
        var a = new ScopeProbe(ScopeIds.A);
        a.Up(ScopeIds.B);
        var discover = new ScopeMessage.Discover(new(ScopeIds.B, 1), 3);
        a.Receive(discover);
        Assert.IsType<ScopeMessage.Snapshot>(Assert.Single(a.SentTo()));
        a.Receive(discover);
        Assert.Empty(a.Effects);
        a.Receive(new ScopeMessage.Snapshot(new(ScopeIds.B, 1), 3, 0, 1, []));
        Assert.Empty(a.Effects);
    }

    [Fact]
    public void PD8_RestartWithinTheSession_OneSnapshotEachWay()
    {
        foreach (var isGoodbyeSaid in new[] { true, false })
        {
            var world = new ScopeWorld(null, "a", "b");
            var (a, b) = (world["a"], world["b"]);
            a.Join("g", a.NewMember());
            b.Join("g", b.NewMember());
            world.ConnectAll();
            world.Settle();
            world.Sent.Clear();
            if (isGoodbyeSaid)
            {
                a.StopScope();
            }

            a.RestartScope();
            a.Join("h", a.NewMember());
            b.Join("h", b.NewMember());
            world.Settle();
            world.AssertConverged();
            Assert.Equal(2, world.Sent["Snapshot"]);
            Assert.False(world.Sent.ContainsKey("SnapshotRequest"));
        }
    }

    [Fact]
    public void T16_ScopeRestart_LosesItsOwnMembersAndLearnsTheOthersAgain()
    {
        var (m, r) = (A.NewMember(), B.NewMember());
        A.Join("g", m, m);
        B.Join("g", r);
        _world.ConnectAll();
        _world.Settle();
        Assert.Equal("a1 a1 b1", A.Probe.Members("g"));
        A.StopScope();
        _world.Settle();
        Assert.Equal("b1", B.Probe.Members("g"));
        A.RestartScope();
        _world.Settle();
        Assert.Equal("b1", A.Probe.Members("g"));
        _world.AssertConverged();
    }

    [Fact]
    public void T10_Split_IsHealedWithoutReplayingIt()
    {
        var (m, r, r2) = (A.NewMember(), B.NewMember(), B.NewMember());
        B.Join("invisible", r);
        _world.ConnectAll();
        _world.Settle();
        Assert.Equal("b1", A.Probe.Members("invisible"));
        _world.Cut(A, B);
        Assert.Equal("", A.Probe.Everything);
        B.Join("s", r2);
        B.Leave("invisible", r);
        B.Join("visible", r);
        A.Join("s", m);
        _world.ConnectAll();
        _world.Settle();
        Assert.Equal("s: a1 b2; visible: b1", A.Probe.Everything);
        _world.AssertConverged();
    }

    [Fact]
    public void T11_ThirdNode_SeesWhatHappenedBeforeIt()
    {
        var r = B.NewMember();
        B.Join("three", r);
        _world.ConnectAll();
        _world.Settle();
        _world.Cut(A, B);
        _world.ConnectAll();
        B.Join("one", r);
        _world.Start(Node("c"));
        _world.ConnectAll();
        _world.Settle();
        Assert.Equal("one: b1; three: b1", _world["c"].Probe.Everything);
        _world.AssertConverged();
    }

    [Fact]
    public void NotTransitive_OnlyConnectedNodesAreSeen()
    {
        var c = _world.Start(Node("c"));
        foreach (var node in _world.Nodes)
        {
            node.Join("g", node.NewMember());
        }

        _world.Connect(A, B);
        _world.Connect(B, c);
        _world.Settle();
        Assert.Equal("a1 b1", A.Probe.Members("g"));
        Assert.Equal("a1 b1 c1", B.Probe.Members("g"));
        _world.AssertConverged();
    }

    [Fact]
    public void AsymmetricLoss_OneEndLosesTheSession_AndBothConvergeInTheNext()
    {
        Fill();
        _world.ConnectAll();
        _world.Settle();
        A.EndSession(B.Id); // b does not notice.
        B.Join("h", B.NewMember());
        _world.Settle();
        Assert.Equal("a1", A.Probe.Members("g"));
        Assert.Equal("a1 b1", B.Probe.Members("g"));
        var session = _world.NewSession(A.Id, B.Id);
        A.Begin(B.Id, session);
        A.Join("h", A.NewMember());
        _world.Settle();
        B.Begin(A.Id, session);
        _world.Settle();
        _world.AssertConverged();
    }

    [Fact]
    public void OverlappingLivesOfANode_EndInTheLater()
    {
        _world.ConnectAll();
        B.Join("g", B.NewMember());
        _world.Settle();
        var old = B;
        _world.Kill(old);
        var young = _world.Start(Node("b", 2));
        young.Join("h", young.NewMember());
        _world.Connect(A, young); // a still believes in the old life.
        _world.Settle();
        Assert.Equal("h: b1", A.Probe.Everything);
        A.EndSession(old.Id);
        Assert.Equal("h: b1", A.Probe.Everything);
        _world.AssertConverged();
    }

    [Fact]
    public void T28_DiscoverOfAnyVersion_IsAnsweredByASnapshot()
    {
        foreach (var version in new[] { 0, 1, long.MaxValue })
        {
            var a = new ScopeProbe(ScopeIds.A);
            a.Join("g", Member(ScopeIds.A, 1));
            a.Up(ScopeIds.B);
            a.Receive(new ScopeMessage.Discover(new(ScopeIds.B, 1), version));
            var snapshot = Assert.IsType<ScopeMessage.Snapshot>(Assert.Single(a.SentTo()));
            Assert.Equal([(GroupName)"g"], snapshot.Groups.Select(g => g.Group));
        }
    }

    private void Fill()
    {
        A.Join("g", A.NewMember());
        B.Join("g", B.NewMember());
    }

    private void AssertExchangedOnce()
    {
        _world.AssertConverged();
        Assert.Equal(2, _world.Sent["Discover"]);
        Assert.Equal(2, _world.Sent["Snapshot"]);
        Assert.Equal(2, _world.Sent.Count);
    }
}
