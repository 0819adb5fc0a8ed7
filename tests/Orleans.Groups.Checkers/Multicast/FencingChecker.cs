namespace Orleans.Groups.Checkers;

/// <summary>
/// G-S19: whoever is dead for a member is not listened to, and stops when it learns it. G-S20: epochs do not mix.
/// G-S23: every life of a node, and every joining, is another member; of an earlier life nothing comes after a later
/// one has begun.
/// </summary>
internal sealed class FencingChecker(RunModel run, RingsModel rings) : Checker
{
    private const string DeadForAll = "sent when all others went by a record without it";

    private readonly Dictionary<(string Member, long Op), (string Property, string Why)> _fenced = [];

    internal override void Check(LogEvent next)
    {
        switch (next)
        {
            case LogEvent.JoinDone { Member: { } id } done:
                var earlier = rings.Find(id)?.JoinDone;
                Require(earlier is null, "G-S23", () => $"{id} is the id of two members", done, earlier);
                Require(
                    LogIds.NodeOf(id) == done.Node,
                    "G-S23",
                    () => $"{id} joined on {done.Node}",
                    done);
                break;
            case LogEvent.Send send when run.IsRealTime:
                Fence(rings.MemberOf(send), send);
                break;
            case LogEvent.Deliver deliver when deliver.From != deliver.Member && deliver.Call > 0:
                // Two that are dead for the others, and do not know it yet, may hear each other.
                var ring = rings.RingOf(deliver.Group);
                if (_fenced.TryGetValue((deliver.From, deliver.Call), out var fence)
                    && !ring.HasRemoved(deliver.Member)
                    && !(fence.Why == DeadForAll && ring.HasReturned(deliver.From)))
                {
                    Report(
                        fence.Property,
                        $"{deliver.Member} gets broadcast {deliver.Call} of {deliver.From}, {fence.Why}",
                        deliver,
                        rings.Find(deliver.From)?.Ops.GetValueOrDefault(deliver.Call)?.Send);
                }

                CheckEpoch(rings.MemberOf(deliver), deliver);
                break;
            case LogEvent.Receive received when received.Via != received.Member:
                CheckReceived(rings.MemberOf(received), received);
                break;
            case LogEvent.Quiesced:
                CheckQuiet(next);
                _fenced.Clear();
                break;
        }
    }

    /// <summary>What is sent now must not arrive, if the sender is dead for all who could take it.</summary>
    private void Fence(MemberModel member, LogEvent.Send send)
    {
        var later = run.LatestLifeOf(member.Node.Id);
        if (later is not null && later != member.Node && later.Start?.Order > (member.Node.Start?.Order ?? 0))
        {
            _fenced[(send.Member, send.Call)] = ("G-S23", $"sent when {later.Id} had begun");
        }
        else if (member.Node.End is LogEvent.NodeCrash)
        {
            _fenced[(send.Member, send.Call)] = ("G-S19", "sent when its node was dead");
        }
        else if (member.Ring.HasRemoved(member.Id) && IsDeadForAll(member))
        {
            _fenced[(send.Member, send.Call)] = ("G-S19", DeadForAll);
        }
    }

    /// <summary>
    /// Whether no member that runs lists it, be it dead itself: such a one hands on what it takes, and whoever does not
    /// know of its own death yet takes that. Nor is it dead for a newcomer whose state is on its way: that may be
    /// older, or
    /// its own.
    /// </summary>
    private bool IsDeadForAll(MemberModel member) =>
        member.Ring.Members.All(other =>
            other == member || other.IsOver || other.View?.ListsAlive(member.Id) == false)
        && (member.Ring.LastWritten?.Alive ?? []).All(id => rings.Find(id)?.JoinDone is not null);

    private void CheckEpoch(MemberModel member, LogEvent.Deliver deliver)
    {
        var op = rings.Find(deliver.From)?.Ops.GetValueOrDefault(deliver.Call);
        var sent = op?.View is { } view ? member.Ring.RootOf(view.Epoch) : null;
        var own = member.View is { } held ? member.Ring.RootOf(held.Epoch) : null;
        Require(
            sent is null || own is null || sent == own,
            "G-S20",
            () => $"{deliver.Member}, in a ring of {own}, gets a broadcast of a ring of {sent}",
            deliver,
            op?.Send);
    }

    private void CheckReceived(MemberModel member, LogEvent.Receive received)
    {
        if (member.View is not { } view)
        {
            return;
        }

        Require(
            view.ListsAlive(received.Via),
            "G-S19",
            () => $"{received.Member} listens to {received.Via}, no living member of {view}",
            received,
            view.ShownBy);
        Require(
            view.Epoch == received.Epoch,
            "G-S20",
            () => $"{received.Member}, which goes by {view}, takes a frame of {received.Epoch}",
            received,
            view.ShownBy);
    }

    private void CheckQuiet(LogEvent quiet)
    {
        foreach (var member in rings.Rings.SelectMany(static ring => ring.Members))
        {
            Require(
                !member.Ring.HasRemoved(member.Id) || member.Joined is null || member.IsOver,
                "G-S19",
                () => $"{member.Id} is out of the record, and has not stopped",
                quiet,
                member.View?.ShownBy);
        }
    }
}
