using System.Collections.Immutable;

namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>G-S21: nothing that a peer sends throws, stops a member, or changes what the others get.</summary>
public sealed class RingRobustnessTests
{
    /// <summary>Every frame of a whole run comes again at the end, to everybody: nothing changes.</summary>
    [Fact]
    public void Replay_ChangesNothing()
    {
        var world = new RingWorld();
        var ring = Play(world);
        var before = ring.ConvertAll(static member => RingText.Of(member.Machine.GetStatus()));
        world.HasForgeries = true;
        foreach (var send in world.Observer<RingDiary>().Sent.ToList())
        {
            if (send.Message is RingMessage.AddOnRight)
            {
                continue; // Asks for something new; sessions deliver it once.
            }

            foreach (var member in ring)
            {
                foreach (var from in new[] { ring[0], ring[1], ring[2] })
                {
                    world.Step(member, new RingInput.Received(from.Id, send.Message));
                }
            }
        }

        world.SettleAndCheck();
        Assert.Equal(before, ring.ConvertAll(static member => RingText.Of(member.Machine.GetStatus())));
    }

    /// <summary>
    /// GD5, S9: acks of what was never published, gaps, backward numbers, foreign publishers, from the real left
    /// neighbour.
    /// </summary>
    [Fact]
    public void ForgedActivity_IsDropped()
    {
        var world = new RingWorld();
        var ring = Play(world);
        var (left, self) = (ring[0], ring[1]);
        var record = world.Store.Current!;
        var stamp = new LinkStamp(record.Epoch, record.Entries[record.IndexOf(self.Id)].LinkVersion, record.Version);
        var before = RingText.Of(self.Machine.GetStatus());
        world.HasForgeries = true;
        foreach (var activity in Forgeries(ring, stamp))
        {
            world.Step(self, new RingInput.Received(left.Id, activity));
        }

        // What the left neighbour might really send next, from somebody else.
        var next = new PublicationBatch(7, new ReadOnlyMemory<byte>[] { PayloadText.Make(0, 7, 0) });
        var plausible = new RingMessage.Activity(stamp, [new ActivityEntry(left.Id, [next], 7, 0)]);
        world.Step(self, new RingInput.Received(ring[2].Id, plausible));
        world.Step(self, new RingInput.Received(new MemberId(left.Node.Id, 50, "stranger"), plausible));

        world.Settle();
        Assert.Equal(before, RingText.Of(self.Machine.GetStatus()));
        world.Broadcast(left, confirm: ConfirmLevel.ProcessedByAll);
        world.Broadcast(self, confirm: ConfirmLevel.ProcessedByAll);
        world.SettleAndCheck();
        Assert.Contains("confirm 1 Ok None", world.Diary(left));
    }

    /// <summary>Members' inputs in every phase: before the start of a ring, while joining, after the end.</summary>
    [Fact]
    public void AnyMessageInAnyPhase_DoesNotThrow()
    {
        var world = new RingWorld();
        var ring = Play(world);
        var messages = world.Observer<RingDiary>().Sent.Select(static send => send.Message).ToList();
        var joiner = world.Join("x");
        world.Turn(joiner);
        Feed(world, ring[0].Id, joiner, messages);
        world.SettleUntil(() => AddOnRightSent(world, joiner));
        Feed(world, ring[2].Id, joiner, messages.Where(static message => message is not RingMessage.View).ToList());
        world.Leave(ring[1]);
        world.Turn(ring[1]);
        Feed(
            world,
            ring[0].Id,
            ring[1],
            messages.Where(static message => message is not RingMessage.AddOnRight).ToList());
        world.Settle(timers: true);
        Feed(world, ring[0].Id, ring[1], messages);
        Assert.True(ring[1].Machine.IsTerminated);
        world.Settle(timers: true);
    }

    /// <summary>Reports beyond what was published, or from nobody, give back no window.</summary>
    [Fact]
    public void ForgedReports_ReleaseNothing()
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        foreach (var member in ring)
        {
            member.IsHandlerHeld = true;
        }

        world.Broadcast(ring[0], count: 3);
        world.Settle();
        var used = ring[0].WindowUsed;
        var stranger = new MemberId(ring[1].Node.Id, 50, "stranger");
        foreach (var from in new[] { ring[1].Id, ring[2].Id, stranger })
        {
            world.Step(ring[0], new RingInput.Received(from, new RingMessage.Processed(Guid.Empty, 4)));
            world.Step(ring[0], new RingInput.Received(from, new RingMessage.Processed(Guid.Empty, -1)));
            world.Step(ring[0], new RingInput.Received(from, new RingMessage.Processed(Guid.Empty, long.MaxValue)));
        }

        Assert.Equal(used, ring[0].WindowUsed);
        foreach (var member in ring)
        {
            member.IsHandlerHeld = false;
        }

        world.SettleAndCheck();
    }

    /// <summary>An old timer, an answer to nothing, a second answer: ignored.</summary>
    [Fact]
    public void StaleHostInputs_AreIgnored()
    {
        var world = new RingWorld();
        var ring = Play(world);
        var before = RingText.Of(ring[0].Machine.GetStatus());
        foreach (var timer in Enum.GetValues<RingTimer>())
        {
            world.Step(ring[0], new RingInput.TimerFired(timer, 0));
        }

        ring[0].OpenEdits = 1;
        world.Step(ring[0], new RingInput.RecordRead(99, true, null));
        world.Step(
            ring[0],
            new RingInput.EditAnswered(new OperationId(ring[0].Id, 99), new EditResult(EditVerdict.Missing, null)));
        world.Step(ring[0], new RingInput.SurveyAnswered(99, true, null));
        world.Step(
            ring[0], new RingInput.MemberDown(new MemberId(ring[1].Node.Id, 66, "stranger"), DownCause.NodeDead));
        world.Step(ring[0], RingInput.Flush.Instance);
        Assert.Equal(before, RingText.Of(ring[0].Machine.GetStatus()));
        world.SettleAndCheck();
        Assert.Equal(3, world.Survivors.Count);
    }

    /// <summary>A record of another group, and numbers of publishers that nobody knows.</summary>
    [Fact]
    public void InputsAboutStrangers_ChangeNothing()
    {
        var world = new RingWorld();
        var ring = Play(world);
        var before = RingText.Of(ring[0].Machine.GetStatus());
        var record = world.Store.Current!;
        var other = record with { Group = "another", Version = record.Version + 5 };
        var stranger = new MemberId(ring[1].Node.Id, 66, "stranger");
        world.HasForgeries = true;
        world.Step(ring[0], new RingInput.Received(ring[1].Id, new RingMessage.View(other)));
        world.Step(ring[0], new RingInput.Processed(stranger, 5));
        Assert.Equal(before, RingText.Of(ring[0].Machine.GetStatus()));
        Assert.True(world.Sightings.ContainsKey("trace OldRecord"));
        world.SettleAndCheck();
    }

    /// <summary>What still comes to a machine that has given its last effect has no effect.</summary>
    [Fact]
    public void InputsAfterTheEnd_HaveNoEffect()
    {
        var world = new RingWorld();
        var ring = world.Ring(2);
        world.Leave(ring[1]);
        world.SettleAndCheck();
        Assert.True(ring[1].Machine.IsTerminated);
        var effects = new EffectList<RingEffect>();
        RingInput[] inputs =
        [
            RingInput.Start.Instance,
            RingInput.Flush.Instance,
            RingInput.Leave.Instance,
            new RingInput.PeerUp(ring[0].Node.Id),
            new RingInput.Received(ring[0].Id, new RingMessage.View(world.Store.Current!)),
            new RingInput.Processed(ring[0].Id, 1),
            new RingInput.TimerFired(RingTimer.Retry, 1),
        ];
        Assert.All(inputs, input => ring[1].Machine.Step(input, effects));
        Assert.Equal(0, effects.Count);
        Assert.Null(ring[1].Machine.HeldRecord);
    }

    /// <summary>
    /// Reports may come ahead of the view that knows their author, so anybody's are kept: not of ever more, and never
    /// at the cost of a member's.
    /// </summary>
    [Fact]
    public void ReportsOfStrangers_AreForgottenWhenTheyAreMany()
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        var view = new RingView(world.Store.Current!, ring[0].Id);
        var ledger = new WindowLedger(ring[0].Id);
        ledger.Add(new PublicationBatch(1, new ReadOnlyMemory<byte>[] { new byte[] { 1 }, new byte[] { 2 } }));
        Assert.True(ledger.Report(ring[1].Id, 2, view));
        var strangers = Enumerable.Range(1, 1_000).Select(i => new MemberId(ring[2].Node.Id, 99 + i, "s")).ToList();
        var kept = 0;
        foreach (var stranger in strangers)
        {
            Assert.True(ledger.Report(stranger, 1, view));
            kept = Math.Max(kept, strangers.Count(one => ledger.ProcessedBy(one) > 0));
        }

        Assert.InRange(kept, 1, 100);
        Assert.Equal(2, ledger.ProcessedBy(ring[1].Id));
        ledger.Recompute(view.Record.Entries);
        Assert.Equal(ring[2].Id, ledger.Slowest);
    }

    private static List<WorldMember> Play(RingWorld world)
    {
        var ring = world.Ring(4);
        for (var round = 0; round < 3; round++)
        {
            foreach (var member in ring)
            {
                world.Broadcast(member, count: 2, confirm: ConfirmLevel.ReceivedByAll);
            }

            world.Settle();
        }

        world.Kill(ring[3]);
        world.SettleAndCheck();
        return [.. ring[..3]];
    }

    private static bool AddOnRightSent(RingWorld world, WorldMember joiner) =>
        world.Links.Any(link => link.Frames.Any(item =>
            item.Frame is WorldFrame.ToRing { Message: RingMessage.AddOnRight } frame && frame.From.Equals(joiner.Id)));

    private static void Feed(RingWorld world, MemberId from, WorldMember to, List<RingMessage> messages)
    {
        world.HasForgeries = true;
        foreach (var message in messages)
        {
            world.Step(to, new RingInput.Received(from, message));
        }
    }

    private static IEnumerable<RingMessage> Forgeries(List<WorldMember> ring, LinkStamp stamp)
    {
        var (left, self, third) = (ring[0].Id, ring[1].Id, ring[2].Id);
        var stranger = new MemberId(ring[0].Node.Id, 50, "stranger");
        PublicationBatch Batch(long first) => new(
            first, new ReadOnlyMemory<byte>[] { PayloadText.Make(0, (int)first, 0) });
        ActivityEntry[] entries =
        [
            new(left, [], 0, 1000),
            new(left, [], 1000, 0),
            new(left, [Batch(1)], 1, 0),
            new(left, [Batch(100)], 100, 0),
            new(self, [], 1000, 0),
            new(self, [], 0, 1000),
            new(self, [Batch(1000)], 1000, 1000),
            new(stranger, [Batch(1)], 1, 1),
            new(third, [], -5, -5),
        ];
        foreach (var entry in entries)
        {
            yield return new RingMessage.Activity(stamp, [entry]);
        }

        yield return new RingMessage.Activity(stamp, []);
        yield return new RingMessage.Activity(stamp with { Stamp = stamp.Stamp - 1 }, [new(left, [Batch(7)], 7, 0)]);
        yield return new RingMessage.Activity(
            stamp with { Version = stamp.Version + 5 }, [new(left, [Batch(7)], 7, 0)]);
        yield return new RingMessage.Activity(stamp with { Epoch = Guid.Empty }, [new(left, [Batch(7)], 7, 0)]);
        yield return new RingMessage.Catchup(stamp, 1, 2, []);
        yield return new RingMessage.Catchup(stamp, 0, 0, []);
        yield return new RingMessage.Catchup(stamp, 0, -1, []);
        yield return new RingMessage.Catchup(stamp, 0, 1, [new(left, 6, 2, [Batch(5)])]);
        yield return new RingMessage.Catchup(stamp, 0, 1, [new(left, 6, 6, []), new(left, 7, 6, [])]);
        yield return new RingMessage.Catchup(stamp, 0, 1, [new(left, 3, -2, [])]);
        yield return new RingMessage.Catchup(stamp, 0, 1, ImmutableArray<ProgressEntry>.Empty);
    }
}
