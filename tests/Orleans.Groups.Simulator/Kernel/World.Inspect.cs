using Orleans.Groups.Checkers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <content>Looks at rings from time to time: their counters, their limits, and what is on its way between
/// them.</content>
internal sealed partial class World
{
    /// <summary>Looks at all rings.</summary>
    internal void Inspect()
    {
        if (Watcher is null || WasRolledBack)
        {
            return;
        }

        foreach (var ring in Running.SelectMany(static node => node.Rings).ToList())
        {
            if (ring.Stage is RingStage.Member or RingStage.Leaving)
            {
                Inspect(ring);
            }
        }
    }

    private void Inspect(SimRing ring)
    {
        var status = ring.GetStatus();
        if (!status.HasState || status.Record is not { } record)
        {
            return;
        }

        foreach (var known in status.Members)
        {
            if (known.LastPublished > 0)
            {
                ring.Node.Log(new LogEvent.Progress(
                    ring.Group.Value,
                    ring.Text,
                    TextOf(known.Member),
                    known.LastPublished,
                    known.LastAcked,
                    known.LastReturned,
                    known.LastPublished - known.LastAcked));
            }
        }

        var counts = new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["pendingBytes"] = status.PendingBytes,
            ["unprocessedBytes"] = status.UnprocessedBytes,
        };
        var limits = new Dictionary<string, long>(StringComparer.Ordinal)
        {
            // Twice: what a turn publishes goes ahead of the acks that it makes.
            ["pendingBytes"] = 2 * Settings.WindowBytes * record.Entries.Length,
            ["unprocessedBytes"] = Settings.WindowBytes,
        };
        ring.Node.Log(new LogEvent.Probe("limits", counts, ring.Text, limits));
        InspectRight(ring, status);
    }

    /// <summary>What is between a member and its right neighbour, while both agree that they are neighbours.</summary>
    private void InspectRight(SimRing left, RingStatus status)
    {
        if (status.Right is not { } id || id.Equals(left.Self)
            || Find(id.Node)?.FindRing(id) is not { Stage: RingStage.Member or RingStage.Leaving } right)
        {
            return;
        }

        var other = right.GetStatus();
        var (mine, theirs) = (status.Record!, other.Record);
        var mayEject = Settings.Ring.EjectSlowMembers && (status.HasWork || other.HasWork);
        if (!other.HasState || theirs is null || theirs.Epoch != mine.Epoch || theirs.Version != mine.Version
            || !IsWhole(left, right) || IsCatchingUp(left, right) || mayEject)
        {
            return;
        }

        var flows = new List<Flow>();
        for (var index = 0; index < status.Members.Length; index++)
        {
            var (upstream, downstream) = (status.Members[index], other.Members[index]);
            var (published, acked) = OnTheWay(left, right, upstream.Member);
            if (status.IsAckPutOff && upstream.Member.Equals(left.Self))
            {
                acked = upstream.LastAcked; // Its timer is set, which at rest may not be.
            }

            flows.Add(new Flow(
                TextOf(upstream.Member),
                upstream.Member.Equals(right.Self) || right.Self.Equals(upstream.Heir),
                upstream.LastPublished,
                upstream.LastAcked,
                downstream.LastPublished,
                downstream.LastAcked,
                downstream.LastReturned,
                published,
                acked));
        }

        left.Node.Log(new LogEvent.Between(left.Group.Value, left.Text, right.Text, [.. flows]));
    }

    /// <summary>
    /// Whether the two hear each other, in one session, and neither has been told that the other is gone.
    /// </summary>
    private static bool IsWhole(SimRing left, SimRing right)
    {
        if (!left.Watches(right.Self) || !right.Watches(left.Self)
            || IsToldDown(left, right.Self) || IsToldDown(right, left.Self))
        {
            return false;
        }

        return left.Node == right.Node || (left.Node.LinkTo(right.Node.Id) is { Session: > 0 } there
            && right.Node.LinkTo(left.Node.Id)?.Session == there.Session
            && left.KnownSessions.GetValueOrDefault(right.Node.Id) == there.Session
            && right.KnownSessions.GetValueOrDefault(left.Node.Id) == there.Session);
    }

    /// <summary>Whether parts of a catch-up are under way: those that have arrived are nowhere to be seen.</summary>
    private static bool IsCatchingUp(SimRing left, SimRing right) =>
        left.Node.LinkTo(right.Node.Id)?.UnderWay.Any(frame =>
            frame.Message is RingMessage.Catchup { Parts: > 1 } && frame.To.Equals(right.Self)) == true
        || right.WaitingInputs.Any(static input =>
            input is RingInput.Received { Message: RingMessage.Catchup { Parts: > 1 } });

    private static bool IsToldDown(SimRing ring, MemberId member) =>
        ring.WaitingInputs.Any(input => input is RingInput.MemberDown down && down.Member.Equals(member));

    /// <summary>The highest numbers of a publisher that are on their way from one neighbour to the other.</summary>
    private static (long Published, long Acked) OnTheWay(SimRing left, SimRing right, MemberId publisher)
    {
        var (published, acked) = (0L, 0L);
        foreach (var input in right.WaitingInputs)
        {
            if (input is RingInput.Received received && received.From.Equals(left.Self))
            {
                Add(received.Message);
            }
        }

        foreach (var frame in left.Node.LinkTo(right.Node.Id)?.UnderWay ?? [])
        {
            if (frame.From.Equals(left.Self) && frame.To.Equals(right.Self))
            {
                Add(frame.Message);
            }
        }

        return (published, acked);

        void Add(RingMessage message)
        {
            switch (message)
            {
                case RingMessage.Activity activity:
                    foreach (var entry in activity.Entries)
                    {
                        if (entry.Publisher.Equals(publisher))
                        {
                            published = Math.Max(published, entry.PublishedThrough);
                            acked = Math.Max(acked, entry.AckedThrough);
                        }
                    }

                    break;
                case RingMessage.Catchup catchup:
                    foreach (var entry in catchup.Progress)
                    {
                        if (entry.Publisher.Equals(publisher))
                        {
                            published = Math.Max(published, entry.LastPublished);
                            acked = Math.Max(acked, entry.LastAcked);
                        }
                    }

                    break;
            }
        }
    }
}

/// <summary>It is time to look at the rings.</summary>
internal sealed class InspectDue : SimEvent
{
    internal InspectDue()
        : base(null)
    {
    }

    internal override void Fire(World world)
    {
        world.Inspect();
        if (!world.IsHealed)
        {
            world.Schedule(world.Settings.InspectInterval, this);
        }
    }
}
