namespace Orleans.Groups.Protocol.Tests.Links;

/// <summary>Rules H1 to H3: sessions, incarnations, and only the living are listened to.</summary>
public sealed class LinkSessionTests
{
    private readonly LinkPair _pair = LinkPair.InSession();

    private LinkProbe A => _pair.A;

    private LinkProbe B => _pair.B;

    [Fact]
    public void H1_AFalseAlarmAtOneEnd_EndsTheSessionAtBothAndOpensTheNext()
    {
        A.Step(new LinkInput.EndSession(1));
        Assert.Equal("down 1 GivenUp", A.TakeLog());

        _pair.Flow();

        Assert.Equal("up 2", A.TakeLog());
        Assert.Equal("down 1 PeerGaveUp, up 2", B.TakeLog());
        B.Receive(A.SendAndTake(LinkProbe.Ring, "again"));
        Assert.Equal("free 3 again", B.TakeLog());
    }

    [Fact]
    public void H1_BothEndsGiveUpAtOnce_OneSessionFollows()
    {
        A.Step(new LinkInput.EndSession(1));
        B.Step(new LinkInput.EndSession(1));
        _pair.Flow();

        Assert.Equal("down 1 GivenUp, up 2", A.TakeLog());
        Assert.Equal("down 1 GivenUp, up 2", B.TakeLog());
    }

    [Fact]
    public void H1_TheEnd_IsBehindTheLastAcceptedFrame_AndNothingComesAfterIt()
    {
        var batches = A.SendAndTake(LinkProbe.Ring, "one", "two");
        A.Flush();
        A.Fire(LinkTimer.Retry);
        var again = A.Take<LinkMessage.Batch>();
        B.Receive(batches[0]);
        A.Step(new LinkInput.EndSession(1));
        B.Receive(A.Take<LinkMessage.Open>());

        B.Receive(batches[1]); // Without the session's number, "two" would come now, or as the second of session 2.
        B.Receive(again);

        Assert.Equal("free 3 one, down 1 PeerGaveUp, up 2, trace WrongSession, trace WrongSession", B.TakeLog());
    }

    [Fact]
    public void H1_BatchesHeldForAMissingOne_GoWithTheirSession()
    {
        var batches = A.SendAndTake(LinkProbe.Ring, "one", "two");
        B.Receive(batches[1]);
        Assert.Equal(1, B.Status.Data.HeldBatches);

        A.Step(new LinkInput.EndSession(1));
        _pair.Flow();
        Assert.Equal(0, B.Status.Data.HeldBatches);
        B.Receive(A.SendAndTake(LinkProbe.Ring, "uno", "due"));

        Assert.Equal("down 1 GivenUp, up 2", WithoutFlush(A.TakeLog()));
        Assert.Equal("down 1 PeerGaveUp, up 2, free 3 uno, free 3 due", B.TakeLog());
    }

    [Fact]
    public void H1_EverythingOfAnEndedSessionComesOnceMore_NothingIsAccepted()
    {
        var old = new List<LinkMessage>();
        for (var session = 1; session <= 3; session++)
        {
            old.AddRange(A.SendAndTake(LinkProbe.Ring, $"of {session}"));
            B.Receive(old[^1]);
            old.AddRange(B.Box);
            B.SendControl("hint");
            B.Flush();
            A.Receive(B.Box);
            old.AddRange(B.Take<LinkMessage>());
            A.Step(new LinkInput.EndSession(session));
            old.AddRange(A.Box);
            _pair.Flow();
        }

        A.TakeLog();
        B.TakeLog();
        var (sessionOfA, sessionOfB) = (A.Status, B.Status);

        A.Receive(old.Where(message => message.Header.To == LinkPair.NodeA));
        B.Receive(old.Where(message => message.Header.To == LinkPair.NodeB));

        Assert.All(A.Log.Concat(B.Log), line => Assert.Equal("trace WrongSession", line));
        Assert.Equal(sessionOfA.Data, A.Status.Data);
        Assert.Equal(sessionOfB.Data, B.Status.Data);
        Assert.Equal(4, B.Status.Session);
    }

    /// <summary>A begins a session that B has left already: B never knew it, and A's ends.</summary>
    [Fact]
    public void H1_ASessionThatOnlyOneEndBegan_Ends()
    {
        var pair = new LinkPair();
        pair.A.Step(LinkInput.PeerAlive.Instance);
        pair.B.Step(LinkInput.PeerAlive.Instance);
        pair.A.Receive(pair.B.Take<LinkMessage>());
        Assert.Equal("up 1", pair.A.TakeLog());
        pair.A.Take<LinkMessage>();
        pair.B.Receive(new LinkMessage.Open(
            new LinkHeader(LinkPair.NodeA, LinkPair.NodeB, 1, 1, 2), IsHeard: false, new LinkLimits(1, 64, 64, 1)));
        Assert.Equal("up 2", pair.B.TakeLog());

        pair.Flow();

        Assert.Equal("down 1 PeerGaveUp, up 2", pair.A.TakeLog());
    }

    [Fact]
    public void H1_OpeningOvertakenByTheFirstFrames_LosesNothing()
    {
        var pair = new LinkPair();
        pair.A.Step(LinkInput.PeerAlive.Instance);
        pair.B.Step(LinkInput.PeerAlive.Instance);
        pair.A.Receive(pair.B.Take<LinkMessage>());
        var answer = pair.A.Take<LinkMessage.Open>();

        pair.B.Receive(pair.A.SendAndTake(LinkProbe.Ring, "one", "two"));
        Assert.Empty(pair.B.TakeLog());
        Assert.Empty(pair.B.Take<LinkMessage.Ack>()); // Nothing is acked before the session has begun here.
        pair.B.Receive(answer);

        Assert.Equal("up 1, free 3 one, free 3 two", pair.B.TakeLog());
        pair.Flow();
        Assert.Equal(0, pair.A.Status.Data.UnackedBatches);
    }

    [Fact]
    public void H1_NodeDead_IsFinal()
    {
        var late = A.SendAndTake(LinkProbe.Ring, "late");
        B.Step(LinkInput.PeerDead.Instance);
        Assert.Equal("down 1 PeerDead", B.TakeLog());
        Assert.Empty(B.Timers);

        B.Receive(late);
        B.Step(LinkInput.PeerAlive.Instance);
        B.Step(LinkInput.PeerDead.Instance);
        B.Receive(late);

        Assert.Equal("trace Dead, trace Dead", B.TakeLog());
        Assert.Equal(LinkSendOutcome.NotConnected, B.Send(LinkProbe.Ring, "x"));
    }

    /// <summary>Without the check of both ids, a message of the life before would be taken for one of this.</summary>
    [Fact]
    public void H2_MessagesOfAnotherLife_AreRefused()
    {
        var header = new LinkHeader(LinkPair.NodeA, LinkPair.NodeB, 1, 1, 1);
        NodeId[] others =
        [
            LinkPair.Node("a", 0, 9), // The life before.
            LinkPair.Node("a", 2, 9), // A later one: it has a machine of its own.
            LinkPair.Node("a", 1, 9), // Nobody can say which of the two is newer.
            LinkPair.Node("c", 1, 1),
        ];
        foreach (var other in others)
        {
            foreach (var wrong in new[] { header with { From = other }, header with { To = other } })
            {
                B.Receive(
                    new LinkMessage.Open(wrong with { Session = 7 }, false, new LinkLimits(1, 64, 64, 1)),
                    Batch(wrong, 1, "forged"),
                    new LinkMessage.Ack(wrong, default),
                    new LinkMessage.Over(wrong, IsAnswer: false),
                    new LinkMessage.Refused(wrong, LinkRefusal.Dead));
            }
        }

        Assert.Equal(40, B.Log.Count);
        Assert.All(B.Log, line => Assert.Equal("trace WrongNode", line));
        Assert.Empty(B.Box);
        Assert.Equal(LinkState.Open, B.Status.State);
    }

    /// <summary>
    /// Without it, updates that arrive before the news of their sender would be lost, or come from ghosts.
    /// </summary>
    [Fact]
    public void H3_FramesOfAPeerThatIsNotAliveYet_AreNotAcked_AndComeLater()
    {
        var pair = new LinkPair();
        pair.A.Step(LinkInput.PeerAlive.Instance);
        pair.B.Receive(pair.A.Take<LinkMessage>());
        pair.A.Fire(LinkTimer.Retry);
        pair.B.Receive(pair.A.Take<LinkMessage>());
        pair.B.Receive(Batch(new LinkHeader(LinkPair.NodeA, LinkPair.NodeB, 1, 1, 1), 1, "ghost"));
        Assert.Equal("trace NotAlive, trace NotAlive, trace NotAlive", pair.B.TakeLog());
        Assert.Empty(pair.B.Box);
        Assert.Empty(pair.B.Timers);

        pair.B.Step(LinkInput.PeerAlive.Instance);
        pair.Flow();

        Assert.Equal("up 1", pair.B.TakeLog());
        pair.B.Receive(pair.A.SendAndTake(LinkProbe.Ring, "real"));
        Assert.Equal("free 3 real", pair.B.TakeLog());
    }

    [Fact]
    public void H3_TheDead_AreToldSo_AndStop()
    {
        B.Step(LinkInput.PeerDead.Instance);
        B.TakeLog();

        B.Receive(A.SendAndTake(LinkProbe.Ring, "zombie"));
        _pair.Flow();

        Assert.Equal("flush, down 1 DeclaredDead, DeclaredDead", A.TakeLog());
        Assert.Empty(A.Timers);
        Assert.Equal(LinkState.Shunned, A.Status.State);
        A.Receive(new LinkMessage.Refused(new LinkHeader(LinkPair.NodeB, LinkPair.NodeA, 1, 1, 0), LinkRefusal.Dead));
        Assert.Equal("trace Dead", A.TakeLog()); // Said once.
        Assert.Empty(A.Box);
    }

    [Fact]
    public void H3_TheDead_AreToldSo_ByAHostWithoutAMachine()
    {
        A.Receive(LinkMachine.RefusalOfTheDead(LinkPair.NodeB, LinkPair.NodeA, new LinkSettings()));

        Assert.Equal("down 1 DeclaredDead, DeclaredDead", A.TakeLog());
    }

    /// <summary>A peer that speaks other versions says so; nothing is tried again.</summary>
    [Fact]
    public void RefusalForTheVersion_EndsTheSessionForGood()
    {
        A.Receive(new LinkMessage.Refused(
            new LinkHeader(LinkPair.NodeB, LinkPair.NodeA, 2, 3, 0), LinkRefusal.Version));

        Assert.Equal("down 1 Incompatible, incompatible 2-3", A.TakeLog());
        Assert.Equal(LinkState.Shunned, A.Status.State);
        Assert.Empty(A.Timers);
        Assert.Equal(LinkSendOutcome.NotConnected, A.Send(LinkProbe.Ring, "x"));
    }

    /// <summary>Two nodes that call each other dead must not tell each other for ever.</summary>
    [Fact]
    public void H3_Refusals_AreNeverAnswered()
    {
        A.Step(LinkInput.PeerDead.Instance);
        B.Step(LinkInput.PeerDead.Instance);

        A.Receive(new LinkMessage.Refused(new LinkHeader(LinkPair.NodeB, LinkPair.NodeA, 1, 1, 0), LinkRefusal.Dead));

        Assert.Empty(A.Box);
    }

    [Theory]
    [InlineData(1, 1, 1, 1, 1)]
    [InlineData(1, 3, 2, 5, 3)]
    [InlineData(4, 9, 2, 5, 5)]
    public void Versions_ThatOverlap_AgreeOnTheNewestOfBoth(
        int oldestA,
        int newestA,
        int oldestB,
        int newestB,
        int agreed)
    {
        var settings = new LinkSettings();
        var effects = new EffectList<LinkEffect>();
        var machine = new LinkMachine(
            LinkPair.NodeA,
            LinkPair.NodeB,
            settings with { Versions = (oldestA, newestA) },
            1);
        machine.Step(LinkInput.PeerAlive.Instance, effects);
        machine.Step(
            new LinkInput.Received(new LinkMessage.Open(
                new LinkHeader(LinkPair.NodeB, LinkPair.NodeA, oldestB, newestB, 1),
                IsHeard: false,
                new LinkLimits(1, 64, 64, 1))),
            effects);

        Assert.Contains(new LinkEffect.PeerUp(1, agreed), effects.Effects.ToArray());
    }

    [Fact]
    public void Versions_ThatDoNotOverlap_NeverGetASession()
    {
        var settings = new LinkSettings();
        var pair = new LinkPair(settings, settings with { Versions = (2, 3) });
        pair.A.Step(LinkInput.PeerAlive.Instance);
        pair.B.Step(LinkInput.PeerAlive.Instance);
        pair.Flow();

        Assert.Equal("incompatible 2-3, trace Dead", pair.A.TakeLog());
        Assert.Equal("incompatible 1-1, trace Dead", pair.B.TakeLog());
        Assert.Empty(pair.A.Timers);
        Assert.Empty(pair.B.Timers);
    }

    [Fact]
    public void Goodbye_Draining_ComesBehindEverythingSent()
    {
        var batches = A.SendAndTake(LinkProbe.Ring, "one");
        A.Step(new LinkInput.Close(Drain: true));
        Assert.Equal(LinkSendOutcome.NotConnected, A.Send(LinkProbe.Ring, "too late"));
        Assert.Empty(A.Take<LinkMessage.Over>());

        B.Receive(batches);
        _pair.Flow();

        Assert.Equal("flush, down 1 Closed, Closed", A.TakeLog());
        Assert.Equal("free 3 one, down 1 PeerClosed", B.TakeLog());
        Assert.Empty(A.Timers);
        Assert.Empty(B.Timers);
    }

    [Fact]
    public void Goodbye_AtOnce_IsSaidUntilItIsAnswered()
    {
        A.SendAndTake(LinkProbe.Ring, "lost");
        A.Step(new LinkInput.Close(Drain: false));
        A.Take<LinkMessage>();
        A.Fire(LinkTimer.Retry);
        B.Receive(A.Take<LinkMessage>());
        B.Take<LinkMessage>(); // The answer is lost.
        A.Fire(LinkTimer.Retry);
        _pair.Flow();

        Assert.Equal("flush, down 1 Closed, Closed", A.TakeLog());
        Assert.Equal("down 1 PeerClosed", B.TakeLog());
        Assert.Equal(LinkState.PeerClosed, B.Status.State);
    }

    [Fact]
    public void Goodbye_OfBothAtOnce_EndsBoth()
    {
        A.Step(new LinkInput.Close(Drain: true));
        B.Step(new LinkInput.Close(Drain: false));
        _pair.Flow();

        Assert.Equal("down 1 Closed, Closed", A.TakeLog());
        Assert.Equal("down 1 Closed, Closed", B.TakeLog());
    }

    [Fact]
    public void Goodbye_OfAPeerThatGivesUpMeanwhile_EndsBoth()
    {
        A.SendAndTake(LinkProbe.Ring, "lost");
        A.Step(new LinkInput.Close(Drain: true));
        B.Step(new LinkInput.EndSession(1));
        _pair.Flow();

        Assert.Equal("flush, down 1 PeerGaveUp, Closed", A.TakeLog());
        Assert.Equal("down 1 GivenUp", B.TakeLog());
        Assert.Equal(LinkState.PeerClosed, B.Status.State);
    }

    [Fact]
    public void Opening_IsRepeatedWithBackoff_UntilHeard()
    {
        var pair = new LinkPair(new LinkSettings
        {
            RetryMinimum = TimeSpan.FromMilliseconds(100),
            RetryMaximum = TimeSpan.FromMilliseconds(1000),
        });
        pair.A.Step(LinkInput.PeerAlive.Instance);
        foreach (var longest in new[] { 100, 200, 400, 800, 1000, 1000 })
        {
            Assert.Single(pair.A.Take<LinkMessage.Open>());
            var after = pair.A.Timers[LinkTimer.Retry].After.TotalMilliseconds;
            Assert.InRange(after, longest / 2, longest);
            pair.A.Fire(LinkTimer.Retry);
        }
    }

    internal static LinkMessage.Batch Batch(LinkHeader header, long number, string text) => new(
        header,
        default,
        LinkLane.Data,
        number,
        [],
        LinkPart.None,
        default,
        (byte[])[(byte)LinkProbe.Ring.Tag, (byte)text.Length, .. System.Text.Encoding.ASCII.GetBytes(text)]);

    private static string WithoutFlush(string log) =>
        string.Join(", ", log.Split(", ").Where(line => line != "flush"));
}
