namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>Runs that the simulator found, each reduced to its core: R1, R3, R4, R8 and R13.</summary>
public sealed class SimulatedRuleTests
{
    /// <summary>
    /// R1: a newcomer that the publisher does not know of yet holds everything up, and the reports of all others come
    /// straight. What has not come back is pending everywhere, so the window stays closed.
    /// </summary>
    [Fact]
    public void R1_NothingComesBack_WindowStaysClosedThoughAllHaveReported()
    {
        var world = new RingWorld(new RingWorldOptions { WindowBytes = 5 * 72 });
        var ring = world.Ring(2);
        var newcomer = world.JoinRightOf(ring[1], world.AddNode("c"));
        world.SettleUntil(() => world.Store.Current!.Entries.Length == 3);
        newcomer.IsHeld = true;
        world.Settle();
        Assert.True(world.Broadcast(ring[0], count: 5));
        world.Settle();
        Assert.Equal(5, ring[0].Machine.GetStatus().Members.Single(other => other.Member == ring[1].Id).Processed);
        Assert.Equal(5 * 72, ring[0].WindowUsed);
        Assert.False(world.Broadcast(ring[0]));

        newcomer.IsHeld = false;
        world.SettleAndCheck();
        Assert.True(world.Broadcast(ring[0], count: 5));
        world.SettleAndCheck();
    }

    /// <summary>
    /// R1: a report made before two nodes had any session is lost. The first session brings it again, and costs no read
    /// of the record.
    /// </summary>
    [Fact]
    public void R1_ReportBeforeTheFirstSession_IsMadeAgain()
    {
        var world = new RingWorld();
        var ring = world.Ring(2);
        world.Broadcast(ring[0]);
        world.SettleAndCheck();
        world.Step(ring[1], new RingInput.PeerUp(ring[0].Node.Id, IsFirst: true));
        Assert.Empty(world.Store.Requests);
        Assert.True(ring[1].IsFlushWanted);
        world.Flush(ring[1]);
        Assert.Equal(1, world.Link(ring[1].Node, ring[0].Node).Count);
        world.SettleAndCheck();
    }

    /// <summary>
    /// R4: a member that inserted somebody sleeps and is buried meanwhile, and whoever buried it leaves. Its answer
    /// reaches the newcomer, which knows of the burial already: the newcomer tells it, nobody else would.
    /// </summary>
    [Fact]
    public void R4_InserterBuriedBeforeItsAnswer_IsToldByTheNewcomer()
    {
        var world = new RingWorld(observers: [new RingHistory(), new RingDiary()]);
        var ring = world.Ring(2);
        var newcomer = world.JoinRightOf(ring[0], world.AddNode("c"));
        world.SettleUntil(() => world.Store.Current!.Entries.Length == 3);
        var inserted = world.Store.Current!;
        var buried = GroupRecordEditor.Apply(inserted, new RecordEdit.MarkDead(
            new OperationId(ring[1].Id, 100), inserted.Epoch, inserted.Version, [ring[0].Id], Certain: false)).Current!;
        world.Store.Current = buried;
        world.Step(newcomer, new RingInput.Received(ring[1].Id, new RingMessage.View(buried)));
        var said = world.Link(newcomer.Node, ring[0].Node).Count;

        world.Step(newcomer, new RingInput.Received(ring[0].Id, new RingMessage.JoinReply(inserted, 0, 1, [])));

        Assert.Equal(buried, newcomer.Machine.HeldRecord);
        Assert.Equal(said + 1, world.Link(newcomer.Node, ring[0].Node).Count);
    }

    /// <summary>
    /// R3, R8: the record is made again twice, and a member hears of the second time only, from its new left neighbour.
    /// It goes by that view at once: the catch-up that comes right behind it would never come again.
    /// </summary>
    [Fact]
    public void R3_RecordMadeAgainTwice_IsRecognisedWithoutARead()
    {
        var world = new RingWorld(observers: [new RingHistory(), new RingDiary()]);
        var ring = world.Ring(3);
        var again = Apply(null, new RecordEdit.Recreate(Operation(1), world.Store.Current!, Guid.NewGuid()));
        var twice = Apply(null, new RecordEdit.Recreate(Operation(2), again, Guid.NewGuid()));
        var buried = Apply(
            twice,
            new RecordEdit.MarkDead(Operation(3), twice.Epoch, twice.Version, [ring[1].Id], Certain: false));
        world.Store.Current = buried;
        world.Step(ring[2], new RingInput.Received(ring[0].Id, new RingMessage.View(buried)));
        Assert.Equal(buried, ring[2].Machine.HeldRecord);
        Assert.Equal(ring[0].Id, ring[2].Machine.GetStatus().Left);

        world.Step(ring[2], new RingInput.Received(ring[0].Id, new RingMessage.View(again)));
        Assert.Equal(buried, ring[2].Machine.HeldRecord);
        Assert.Empty(world.Store.Requests);

        OperationId Operation(long number) => new(ring[0].Id, 100 + number);
    }

    /// <summary>
    /// R3: the store went back, and a peer goes by its new history. A member of the old one does not mix the two: it
    /// asks the store, and stops.
    /// </summary>
    [Fact]
    public void R3_PeerOfAnotherHistory_IsDetected()
    {
        var world = new RingWorld(observers: [new RingHistory(), new RingDiary()]);
        var ring = world.Ring(3);
        var early = ring[0].Machine.HeldRecord!;
        world.Broadcast(ring[0]);
        world.Settle();
        var next = early.Version + 1;
        var other = early with
        {
            Version = next,
            Operations = [new RecordOperation(next, new OperationId(ring[1].Id, 99))],
        };
        world.Store.Current = other;
        world.Step(ring[0], new RingInput.Received(ring[1].Id, new RingMessage.View(other)));
        Assert.Equal(early, ring[0].Machine.HeldRecord);
        Assert.True(world.Sightings.ContainsKey("trace RolledBack"));
        world.Settle();
        Assert.Equal(TerminationReason.LostMembership, ring[0].Termination!.Reason);
    }

    /// <summary>
    /// R3: the store went back, and the same edit came to the same version once more, on top of another one. The last
    /// edit is the same, the members are not.
    /// </summary>
    [Fact]
    public void R3_SameEditInAnotherHistory_IsDetected()
    {
        var world = new RingWorld(observers: [new RingHistory(), new RingDiary()]);
        var ring = world.Ring(3);
        var held = ring[0].Machine.HeldRecord!;
        Assert.True(held.Operations.Length >= 2);
        world.Store.Current = held with
        {
            Operations = held.Operations.SetItem(
                held.Operations.Length - 2,
                held.Operations[^2] with { Id = new OperationId(ring[1].Id, 99) }),
        };
        world.Step(ring[0], new RingInput.PeerUp(ring[1].Node.Id, IsFirst: false));
        world.Settle();
        Assert.True(world.Sightings.ContainsKey("trace RolledBack"));
        Assert.Equal(TerminationReason.LostMembership, ring[0].Termination!.Reason);
    }

    /// <summary>
    /// R3, R7: the record is made again twice while a joiner waits for its state. The view that it was told, and that
    /// it passes on, is not taken back when the state comes from before.
    /// </summary>
    [Fact]
    public void R3_StateFromTwoEpochsAgo_DoesNotTakeTheViewBack()
    {
        var world = new RingWorld(observers: [new RingHistory(), new RingDiary()]);
        var ring = world.Ring(2);
        var joiner = world.JoinRightOf(ring[0], world.AddNode("c"));
        world.SettleUntil(() => world.Store.Current!.ListsAlive(joiner.Id));
        world.Link(ring[0].Node, joiner.Node).IsHeld = true;
        world.Settle();
        var before = world.Store.Current!;
        var again = Apply(null, new RecordEdit.Recreate(Operation(1), before, Guid.NewGuid()));
        var twice = Apply(null, new RecordEdit.Recreate(Operation(2), again, Guid.NewGuid()));
        world.Store.Current = twice;
        world.Step(joiner, new RingInput.Received(ring[1].Id, new RingMessage.View(twice)));
        Assert.Equal(twice, joiner.Machine.HeldRecord);

        world.Step(joiner, new RingInput.Received(ring[0].Id, new RingMessage.JoinReply(before, 0, 1, [])));

        Assert.True(joiner.IsJoined);
        Assert.Equal(twice, joiner.Machine.HeldRecord);

        OperationId Operation(long number) => new(ring[0].Id, 100 + number);
    }

    /// <summary>R3: a record that has forgotten edits that a member remembers goes on from it all the same.</summary>
    [Theory]
    [InlineData(GroupRecord.MaxOperations - 1)]
    [InlineData(GroupRecord.MaxOperations)]
    [InlineData(GroupRecord.MaxOperations + 5)]
    public void R3_LongAbsence_IsNoOtherHistory(int edits)
    {
        var world = new RingWorld(observers: [new RingHistory(), new RingDiary()]);
        var ring = world.Ring(2);
        var later = ring[0].Machine.HeldRecord!;
        var operations = later.Operations;
        for (var edit = 1; edit <= edits; edit++)
        {
            operations = operations.Add(
                new RecordOperation(later.Version + edit, new OperationId(ring[1].Id, 100 + edit)));
        }

        later = later with
        {
            Version = later.Version + edits,
            Operations = [.. operations.TakeLast(GroupRecord.MaxOperations)],
        };
        world.Store.Current = later;
        world.Step(ring[0], new RingInput.Received(ring[1].Id, new RingMessage.View(later)));
        world.Settle();
        Assert.Equal(later, ring[0].Machine.HeldRecord);
    }

    /// <summary>
    /// R13: the record is closed, and nobody could tell its members. Whoever founds the next ring does, so that two do
    /// not live side by side.
    /// </summary>
    [Fact]
    public void R13_ClosedUntold_TheNextFounderTellsTheMembers()
    {
        var world = new RingWorld(observers: [new RingHistory(), new RingDiary()]);
        var ring = world.Ring(2);
        var caller = new MemberId(ring[0].Node.Id, 1_000, "somebody");
        world.Store.Current = Apply(
            world.Store.Current,
            new RecordEdit.Close(new OperationId(caller, 1), Guid.Empty, 0, RecordStatus.Forgotten));
        var founder = world.Join(world.AddNode("c"));
        world.Settle();
        Assert.True(founder.IsJoined);
        Assert.All(ring, static member => Assert.NotNull(member.Termination));
        world.Settle(timers: true);
        Assert.Equal(world.Store.Current, founder.Machine.HeldRecord);
    }

    /// <summary>
    /// R13: a ring is founded, closed, and founded again by somebody else before its founder hears that it has founded
    /// it. What it was told meanwhile is not forgotten.
    /// </summary>
    [Fact]
    public void R13_ToldWhileFounding_FounderLooksAndStops()
    {
        var world = new RingWorld(observers: [new RingHistory(), new RingDiary()]);
        var slow = world.Join("a");
        world.SettleUntil(() => world.Store.Current is not null);
        world.Store.Requests.Single().IsHeld = true;
        var caller = new MemberId(slow.Node.Id, 1_000, "somebody");
        world.Store.Current = Apply(
            world.Store.Current,
            new RecordEdit.Close(new OperationId(caller, 1), Guid.Empty, 0, RecordStatus.Forgotten));
        var founder = world.Join(world.AddNode("b"));
        world.Settle();
        Assert.True(founder.IsJoined && !slow.IsJoined);

        world.Store.Requests.Single().IsHeld = false;
        world.Settle();
        Assert.Equal(TerminationReason.LostMembership, slow.Termination?.Reason);
        Assert.Equal(world.Store.Current, founder.Machine.HeldRecord);
    }

    /// <summary>
    /// R9: the ring is there only when its founder has given up, and lists nobody else (seed 60144492).
    /// </summary>
    [Fact]
    public void R9_FoundedAfterGivingUp_IsTakenBack()
    {
        var world = new RingWorld(observers: [new RingHistory(), new RingDiary()]);
        var slow = world.Join("a");
        world.SettleUntil(() => world.Store.Current is not null);
        world.Store.Requests.Single().IsHeld = true;
        world.SettleUntil(() => slow.Failure is not null, timers: true);
        var late = new EditResult(EditVerdict.Applied, world.Store.Current);
        Assert.Null(slow.Machine.Withdraw(late with { Current = late.Current! with { Epoch = Guid.NewGuid() } }));
        Assert.Null(slow.Machine.Withdraw(null));
        Assert.Empty(Apply(world.Store.Current, slow.Machine.Withdraw(late)!).Entries);
        Assert.Null(slow.Machine.Withdraw(late));
    }

    /// <summary>
    /// R6: nobody knows whether a joiner was inserted, and when it is tried again the ring is full. The first copy may
    /// land when somebody has gone, so the joiner's id is not used any more.
    /// </summary>
    [Fact]
    public void R6_FullAfterAnUnknownOutcome_IdIsGivenUp()
    {
        var settings = RingWorldOptions.DefaultSettings with { MaxMembers = 2 };
        var world = new RingWorld(
            new RingWorldOptions { Settings = settings },
            observers: [new RingHistory(), new RingDiary()]);
        var ring = world.Ring(1);
        var joiner = world.Join("b");
        world.SettleUntil(() => world.Store.Requests.Exists(static request => request.Edit is RecordEdit.InsertRight));
        var first = world.Store.Requests.Single();
        var insert = (RecordEdit.InsertRight)first.Edit!;
        first.IsHeld = true;
        world.AnswerUnknown(first);
        var other = new MemberId(joiner.Node.Id, 1_000, "other");
        world.Store.Current = Apply(
            world.Store.Current,
            insert with { Joiner = other, Operation = new OperationId(ring[0].Id, 99) });
        world.SettleUntil(() => joiner.Failure is not null, timers: true);
        Assert.Equal(JoinFailure.InserterLost, joiner.Failure);
    }

    private static GroupRecord Apply(GroupRecord? current, RecordEdit edit)
    {
        var result = GroupRecordEditor.Apply(current, edit);
        Assert.Equal(EditVerdict.Applied, result.Verdict);
        return result.Current!;
    }
}
