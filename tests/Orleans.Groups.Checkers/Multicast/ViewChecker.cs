namespace Orleans.Groups.Checkers;

/// <summary>
/// G-S12: a member's records only go forward, one version is one content, every write is the next version.
/// </summary>
internal sealed class ViewChecker(RunModel run, RingsModel rings) : Checker
{
    private readonly List<LogEvent.Adopt> _unwritten = [];

    internal override void Check(LogEvent next)
    {
        switch (next)
        {
            case LogEvent.Adopt adopt:
                CheckAdopt(rings.MemberOf(adopt), adopt);
                break;
            case LogEvent.RegWrite write:
                CheckWrite(rings.RingOf(write.Group), write);
                break;
        }
    }

    internal override void Finish()
    {
        // The tail of the log of whoever killed node kept the store may be missing.
        foreach (var adopt in run.Nodes.Any(node => node.Has(LogHooks.Store) && node.HasCrashed) ? [] : _unwritten)
        {
            Report("G-S12", $"{adopt.Member} goes by {adopt.Epoch} v{adopt.Ver}, which was never written", adopt);
        }
    }

    private void CheckAdopt(MemberModel member, LogEvent.Adopt adopt)
    {
        var what = $"{adopt.Member} goes from {member.View} to {adopt.Epoch} v{adopt.Ver}";
        if (member.View is { } before)
        {
            Require(
                before.Epoch == adopt.Epoch ? before.Ver < adopt.Ver : !member.Epochs.Contains(adopt.Epoch),
                "G-S12",
                () => what,
                adopt);
        }

        var known = member.Ring.Find(adopt.Epoch, adopt.Ver);
        RequireSame(known, adopt.Entries, adopt);
        if (known is null && member.Ring.LastWritten is not null && !IsForgotten(member.Ring, adopt))
        {
            if (run.IsRealTime)
            {
                Report("G-S12", $"{what}, which was never written", adopt);
            }
            else
            {
                _unwritten.Add(adopt);
            }
        }
    }

    private void CheckWrite(RingModel ring, LogEvent.RegWrite write)
    {
        RequireSame(ring.Find(write.Epoch, write.Ver), write.Entries, write);
        if (ring.Current is { } before && before.Epoch == write.Epoch)
        {
            var isLost = !run.IsRealTime && run.Nodes.Any(node => node.Has(LogHooks.Store) && node.HasCrashed);
            Require(
                write.Ver == before.Ver + 1 || (isLost && write.Ver > before.Ver),
                "G-S12",
                () => $"the record of {write.Group} goes from {before} to v{write.Ver}",
                write,
                before.ShownBy);
        }
    }

    /// <summary>Old versions are forgotten when all is quiet; nobody goes back to them unseen.</summary>
    private static bool IsForgotten(RingModel ring, LogEvent.Adopt adopt) =>
        ring.LastWritten is { } last && last.Epoch == adopt.Epoch && last.Ver > adopt.Ver && ring.HasForgotten;

    private void RequireSame(RecordModel? known, Entry[] entries, LogEvent shown) =>
        Require(
            known is null || known.Entries.AsSpan().SequenceEqual(entries),
            "G-S12",
            () => $"two contents of {known}",
            shown,
            known?.ShownBy);
}
