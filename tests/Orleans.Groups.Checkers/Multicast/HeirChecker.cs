namespace Orleans.Groups.Checkers;

/// <summary>
/// G-S14: the first living one to the right of a dead answers for it, and nobody else. G-S15: of two that send acks for
/// one publisher, one is dead for the other. G-S18: of whom is erased, nothing comes any more.
/// </summary>
internal sealed class HeirChecker(RunModel run, RingsModel rings) : Checker
{
    private readonly Dictionary<string, List<LogEvent.AckOrig>> _acks = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Group, string Of), LogEvent> _erased = [];

    internal override void Check(LogEvent next)
    {
        switch (next)
        {
            case LogEvent.Inherit e:
                RequireHeir(rings.RingOf(e.Group).Find(e.Epoch, e.Ver), e.Member, e.Of, e);
                break;
            case LogEvent.Erase e:
                RequireHeir(rings.RingOf(e.Group).Find(e.Epoch, e.Ver), e.Member, e.Of, e);
                if (run.IsRealTime && !rings.RingOf(e.Group).IsRevived(e.Epoch, e.Of))
                {
                    _erased.TryAdd((e.Group, e.Of), e);
                }

                break;
            case LogEvent.RegWrite e:
                CheckErased(rings.RingOf(e.Group).LastWritten, e);
                ForgetLostErasures(e);
                break;
            case LogEvent.AckOrig e:
                CheckAck(rings.RingOf(e.Group), e);
                break;
            case LogEvent.Quiesced:
                _acks.Clear();
                break;
            case LogEvent.Receive e when e.Via != e.Member:
                CheckReceived(rings.MemberOf(e), e);
                break;
        }
    }

    private void CheckErased(RecordModel? before, LogEvent.RegWrite write)
    {
        if (before is null || before.Epoch != write.Epoch)
        {
            return;
        }

        foreach (var entry in before.Entries)
        {
            if (!entry.Alive && !Array.Exists(write.Entries, kept => kept.Member == entry.Member))
            {
                RequireHeir(before, write.Author, entry.Member, write);
            }
        }
    }

    /// <summary>A record that is made again may not know of erasures that only the lost one knew.</summary>
    private void ForgetLostErasures(LogEvent.RegWrite write)
    {
        if (write.Parent.Length > 0 && rings.RingOf(write.Group).LastWritten?.Epoch != write.Epoch)
        {
            foreach (var entry in write.Entries.Where(static entry => entry.Alive))
            {
                _erased.Remove((write.Group, entry.Member));
            }
        }
    }

    private void RequireHeir(RecordModel? record, string heir, string of, LogEvent shown) =>
        Require(
            record is null || (!record.ListsAlive(of) && record.Lists(of) && record.HeirOf(of) == heir),
            "G-S14",
            () => $"{heir} answers for {of}; in {record} it is {record!.HeirOf(of)}",
            shown,
            record?.ShownBy);

    private void CheckAck(RingModel ring, LogEvent.AckOrig ack)
    {
        if (!_acks.TryGetValue(ack.Of, out var acks))
        {
            _acks.Add(ack.Of, acks = []);
        }

        var now = ring.Find(ack.Epoch, ack.Ver);
        foreach (var other in acks)
        {
            var then = ring.Find(other.Epoch, other.Ver);
            Require(
                other.Member == ack.Member || now?.ListsAlive(other.Member) != true
                    || then?.ListsAlive(ack.Member) != true,
                "G-S15",
                () => $"{ack.Member} and {other.Member}, both alive for each other, send acks for {ack.Of}",
                ack,
                other);
        }

        acks.RemoveAll(other => other.Member == ack.Member && other.Epoch == ack.Epoch && other.Ver == ack.Ver);
        acks.Add(ack);
    }

    private void CheckReceived(MemberModel member, LogEvent.Receive received)
    {
        var isUnlisted = member.View is { } view && !view.Lists(received.From);

        // Whoever is out as well, and does not know it yet, goes by an older record.
        var erased = member.Ring.HasRemoved(member.Id) || member.Ring.IsLost(member)
            ? null
            : _erased.GetValueOrDefault((received.Group, received.From));
        Require(
            !isUnlisted && erased is null,
            "G-S18",
            () => $"{received.Member} receives {received.From} {received.First} to {received.Last} after its erasure",
            received,
            erased ?? member.View?.ShownBy);
    }
}
