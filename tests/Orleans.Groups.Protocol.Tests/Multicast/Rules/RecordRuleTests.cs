namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>R3 the lost record, R6 unknown outcomes, S11, GD9: the record store misbehaves.</summary>
public sealed class RecordRuleTests
{
    /// <summary>How an edit's answer gets lost.</summary>
    public enum Loss
    {
        Applied,
        NeverApplied,
        LandsAfterTheRetry,
        LandsBeforeTheRetry,
    }

    /// <summary>An edit of each kind.</summary>
    public enum Kind
    {
        Create,
        Insert,
        MarkDead,
        Erase,
        Remove,
        Close,
    }

    public static TheoryData<Kind, Loss> Outcomes
    {
        get
        {
            var data = new TheoryData<Kind, Loss>();
            foreach (var kind in Enum.GetValues<Kind>())
            {
                foreach (var loss in Enum.GetValues<Loss>())
                {
                    data.Add(kind, loss);
                }
            }

            return data;
        }
    }

    /// <summary>R6: whatever became of the edit, in the end it has happened once.</summary>
    [Theory]
    [MemberData(nameof(Outcomes))]
    public void R6_UnknownOutcome_HappensOnce(Kind kind, Loss loss)
    {
        var world = new RingWorld();
        var ring = kind == Kind.Create ? [] : world.Ring(3);
        Provoke(world, ring, kind);
        world.SettleUntil(() => world.Store.Requests.Exists(request => IsOf(kind, request.Edit)));
        var edit = world.Store.Requests.First(request => IsOf(kind, request.Edit));
        switch (loss)
        {
            case Loss.Applied:
                world.Apply(edit);
                world.AnswerUnknown(edit);
                break;
            case Loss.NeverApplied:
                world.Drop(edit);
                break;
            case Loss.LandsBeforeTheRetry:
                world.AnswerUnknown(edit);
                world.Apply(edit);
                break;
            default:
                edit.IsHeld = true;
                world.AnswerUnknown(edit);
                world.Settle(timers: true);
                world.Apply(edit);
                break;
        }

        world.Settle(timers: true);
        if (kind == Kind.Create)
        {
            Rejoin(world);
        }

        world.SettleAndCheck();
        if (kind != Kind.Close)
        {
            Assert.Equal(world.Survivors.Count, world.Store.Current!.Entries.Length);
        }

        Assert.Equal(
            kind switch { Kind.Create => 1, Kind.Insert => 4, Kind.Close => 0, _ => 2 },
            world.Survivors.Count);
    }

    /// <summary>
    /// R6: an epoch is made once. A founding whose outcome is unknown may have been lost with its record.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void R6_FoundingOfUnknownOutcome_BeginsAnew(bool isLost)
    {
        var world = new RingWorld();
        var founder = world.Join("a");
        world.SettleUntil(() => world.Store.Requests is [{ Edit: RecordEdit.Create }]);
        var create = world.Store.Requests[0];
        world.Apply(create);
        var first = world.Store.Current!.Epoch;
        world.AnswerUnknown(create);
        world.Store.Current = isLost ? null : world.Store.Current;
        world.SettleAndCheck();
        Assert.True(founder.IsJoined);
        Assert.Equal(isLost, first != world.Store.Current!.Epoch);
    }

    /// <summary>
    /// R6: a member that knows nothing of its own insert's outcome still gives the newcomer its state, or refuses it.
    /// </summary>
    [Fact]
    public void R6_InsertAppliedAndAnnouncedByAnother_NewcomerGetsItsStateOnce()
    {
        var world = new RingWorld();
        var ring = world.Ring(2);
        var joiner = world.JoinRightOf(ring[0], world.AddNode("c"));
        world.SettleUntil(() => world.Store.Requests is [{ Edit: RecordEdit.InsertRight }]);
        var insert = world.Store.Requests[0];
        world.Apply(insert);
        insert.IsHeld = true;

        // b's own edit shows it the newcomer, and b pushes that view to a before a has its answer.
        var other = world.JoinRightOf(ring[1], world.AddNode("d"));
        world.Settle();
        Assert.True(joiner.IsJoined);
        world.AnswerUnknown(insert);
        world.SettleAndCheck();
        Assert.True(other.IsJoined);
        Assert.Single(
            world.Observer<RingDiary>().Sent,
            send => send.Message is RingMessage.JoinReply && send.To.Equals(joiner.Id));
    }

    /// <summary>
    /// R3: the record vanishes under a living ring with messages under way; nothing is lost, nothing comes twice.
    /// </summary>
    [Fact]
    public void R3_LostRecord_IsMadeAgainFromWhatMembersHold()
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        var epoch = world.Store.Current!.Epoch;
        world.Link(ring[1].Node, ring[2].Node).IsHeld = true;
        world.Broadcast(ring[0], count: 3, confirm: ConfirmLevel.ReceivedByAll);
        world.Settle();
        world.LoseRecord();
        var joiner = world.Join("d");
        world.Settle(timers: true);
        world.Broadcast(ring[2], count: 2);
        world.Link(ring[1].Node, ring[2].Node).IsHeld = false;
        world.SettleAndCheck();
        Assert.Equal(epoch, world.Store.Current!.Parent);
        Assert.Contains("confirm 1 Ok None", world.Diary(ring[0]));
        Assert.Equal(3, ring.Count(static member => member.IsJoined));
        Assert.True(joiner.IsJoined || world.Members.Count > 4 || joiner.Failure is not null);
    }

    /// <summary>R3: while a node cannot be asked, no record is made: it might hold a view.</summary>
    [Fact]
    public void R3_IncompleteSurvey_MakesNothing()
    {
        var world = new RingWorld();
        var ring = world.Ring(1);
        var home = world.AddNode("b");
        world.EndSession(home, ring[0].Node);
        world.Settle();
        world.Store.Current = null;
        var joiner = world.Join(home);
        world.Settle(timers: true);
        Assert.Equal(JoinFailure.RecordUnavailable, joiner.Failure);
        Assert.Null(world.Store.Current);

        world.OpenSession(home, ring[0].Node);
        world.Settle(timers: true);
        var again = world.Join(home);
        world.SettleAndCheck();
        Assert.True(again.IsJoined && ring[0].IsJoined);
    }

    /// <summary>R3: a store that went back is noticed and stops whoever notices; it is not repaired.</summary>
    [Fact]
    public void R3_RolledBackStore_IsDetected()
    {
        var world = new RingWorld(observers: [new RingHistory(), new RingDiary()]);
        var ring = world.Ring(2);
        var old = world.Store.Current;
        var third = world.JoinRightOf(ring[1], world.AddNode("c"));
        world.Settle();
        Assert.True(third.IsJoined);
        world.Store.Current = old;
        world.Join(world.AddNode("d"), seed: 3);
        world.Settle(timers: true);
        Assert.True(world.Sightings.ContainsKey("trace RolledBack"));
        Assert.Contains(ring, static member => member.Termination?.Reason == TerminationReason.LostMembership);
    }

    /// <summary>
    /// R3: adopted from before the loss, and after the survey: whoever went by more than the new record knows stops.
    /// </summary>
    [Fact]
    public void R3_AnswerFromBeforeTheLoss_TakesNothingBack()
    {
        var world = new RingWorld();
        var ring = world.Ring(2);
        var first = world.JoinRightOf(ring[0], world.AddNode("c"));
        world.SettleUntil(() => world.Store.Requests is [{ Edit: RecordEdit.InsertRight }]);
        var insert = world.Store.Requests[0];
        world.Apply(insert);
        insert.IsHeld = true;
        world.Store.Current = null;
        var second = world.Join(world.AddNode("d"));
        world.SettleUntil(() => world.Store.Requests.Exists(static request => request.Edit is RecordEdit.Recreate));
        world.Answer(insert);
        world.Link(ring[0].Node, first.Node).IsHeld = true;
        world.Turn(ring[0]);
        Assert.True(ring[0].Machine.HeldRecord!.ListsAlive(first.Id));
        world.Settle();
        world.Link(ring[0].Node, first.Node).IsHeld = false;
        world.SettleAndCheck();
        Assert.Equal(TerminationReason.LostMembership, ring[0].Termination!.Reason);
        Assert.True(ring[1].IsJoined);
        Assert.False(second.Phase == WorldPhase.Terminated);
    }

    /// <summary>
    /// gm_SUITE down_in_members_change, S11: the record vanishes while a neighbour's death is being processed.
    /// </summary>
    [Fact]
    public void S11_RecordVanishesDuringADeath_RingGoesOn()
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        world.Store.IsHeld = true;
        world.Kill(ring[1]);
        world.Settle();
        world.Store.IsHeld = false;
        world.LoseRecord();
        world.SettleAndCheck();
        Assert.Equal(2, world.Survivors.Count);
        Assert.Equal("deaths b1", world.Diary(ring[0])[^1]);
    }

    /// <summary>GD9: an answer older than what was learnt since is no news, and no rollback.</summary>
    [Fact]
    public void GD9_StaleRead_ChangesNothing()
    {
        var world = new RingWorld();
        var ring = world.Ring(2);
        world.EndSession(ring[0].Node, world.AddNode("x"));
        world.Settle();
        world.OpenSession(ring[0].Node, world.Nodes[^1]);
        world.Store.IsHeld = true;
        world.Settle();
        var read = world.Store.Requests.Single(static request => request.Edit is null);
        world.Apply(read);
        read.IsHeld = true;
        world.Store.IsHeld = false;
        world.Join("c");
        world.Settle();
        Assert.True(ring[0].Machine.HeldRecord!.Version > read.Result.Current!.Version);
        world.Answer(read);
        world.SettleAndCheck();
        Assert.Equal(3, world.Survivors.Count);
    }

    /// <summary>A read that has to be made is made again until it succeeds.</summary>
    [Fact]
    public void R4_ReadAfterANewSession_IsRepeatedUntilItSucceeds()
    {
        var world = new RingWorld();
        var ring = world.Ring(1);
        world.AddNode("x");
        world.EndSession(ring[0].Node, world.Nodes[1]);
        world.Settle();
        world.Forget(world.Nodes[1]); // Without a session the member does not hear it.
        world.OpenSession(ring[0].Node, world.Nodes[1]);
        for (var failure = 0; failure < 3; failure++)
        {
            world.SettleUntil(() => world.Store.Requests.Count > 0, timers: true);
            world.Drop(world.Store.Requests[0]);
        }

        world.SettleAndCheck();
        Assert.Equal(TerminationReason.Forgotten, ring[0].Termination!.Reason);
    }

    private static void Provoke(RingWorld world, WorldMember[] ring, Kind kind)
    {
        switch (kind)
        {
            case Kind.Create:
                world.Join("a");
                break;
            case Kind.Insert:
                world.JoinRightOf(ring[1], world.AddNode("d"));
                break;
            case Kind.MarkDead:
                world.Kill(ring[1]);
                break;
            case Kind.Erase:
                world.Broadcast(ring[1], count: 2);
                world.Turn(ring[1]);
                world.Kill(ring[1]);
                break;
            case Kind.Remove:
                world.Broadcast(ring[1], count: 2);
                world.Leave(ring[1]);
                break;
            default:
                world.ShutDownGroup(ring[1]);
                break;
        }
    }

    private static bool IsOf(Kind kind, RecordEdit? edit) => kind switch
    {
        Kind.Create => edit is RecordEdit.Create,
        Kind.Insert => edit is RecordEdit.InsertRight,
        Kind.MarkDead => edit is RecordEdit.MarkDead,
        Kind.Erase => edit is RecordEdit.Erase,
        Kind.Remove => edit is RecordEdit.Remove,
        _ => edit is RecordEdit.Close,
    };

    private static void Rejoin(RingWorld world)
    {
        if (!world.Running.Any())
        {
            world.Join(world.Nodes[0]);
            world.Settle(timers: true);
        }
    }
}
