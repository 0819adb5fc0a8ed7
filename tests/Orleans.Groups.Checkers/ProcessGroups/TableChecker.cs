namespace Orleans.Groups.Checkers;

/// <summary>
/// With the versions of the tables: P-S1, a copy is its owner's table at one version and never goes back; P-S2, a
/// change follows the version before it; P-S10, what is read is of versions, never of older ones; P-L1, in the end all
/// are at the last one.
/// </summary>
internal sealed class TableChecker(RunModel run, GroupsModel groups) : Checker
{
    private readonly Dictionary<(string Owner, string Scope, long Life), TableHistory> _tables = [];
    private readonly Dictionary<(string Node, string Peer, string Scope, long Life), Copy> _copies = [];
    private readonly Dictionary<(string Node, string Peer, string Scope), PeerVersion> _reads = [];

    internal override void Check(LogEvent next)
    {
        switch (next)
        {
            case LogEvent.LocalVer version:
                CheckLocal(version);
                break;
            case LogEvent.Applied applied:
                CheckApplied(applied);
                break;
            case LogEvent.Dropped dropped:
                if (_copies.TryGetValue((dropped.Node, dropped.Peer, dropped.Scope, dropped.Life), out var copy))
                {
                    copy.Forget();
                }

                break;
            case LogEvent.Read { At: not null } read:
                CheckRead(read, read.At);
                break;
            case LogEvent.Altered altered:
                Report("P-S10", $"a list of {altered.Group} that {altered.Node} had handed out has changed", altered);
                break;
            case LogEvent.Quiesced:
                CheckQuiet(next);
                break;
        }
    }

    private TableHistory TableOf(string owner, string scope, long life)
    {
        if (!_tables.TryGetValue((owner, scope, life), out var table))
        {
            _tables.Add((owner, scope, life), table = new TableHistory());
        }

        return table;
    }

    private void CheckLocal(LogEvent.LocalVer version)
    {
        var table = TableOf(version.Node, version.Scope, version.Life);
        Require(
            version.Ver > table.Last, // One step of a machine may be several operations.
            "P-S1",
            () => $"the table of {version.Node} goes from version {table.Last} to {version.Ver}",
            version);
        table.Add(version.Ver, version.Added, version.Taken);
    }

    private void CheckApplied(LogEvent.Applied applied)
    {
        var key = (applied.Node, applied.Peer, applied.Scope, applied.Life);
        if (!_copies.TryGetValue(key, out var copy))
        {
            _copies.Add(key, copy = new Copy());
        }

        var what = $"the copy at {applied.Node} of {applied.Peer}'s table";
        if (!applied.Snap && (!copy.IsWhole || applied.From != copy.Ver))
        {
            Report(
                "P-S2",
                $"{what} takes a change from {applied.From} to {applied.Ver} at version {copy.Ver}",
                applied);
        }
        else
        {
            Require(
                applied.Ver >= copy.Highest,
                "P-S1",
                () => $"{what} goes from {copy.Highest} to {applied.Ver}",
                applied);
        }

        copy.Apply(applied);
        var table = TableOf(applied.Peer, applied.Scope, applied.Life);
        if (table.HashAt(applied.Ver) is { } hash)
        {
            Require(
                copy.Hash == hash,
                "P-S1",
                () => $"{what} at version {applied.Ver} is not what it was there",
                applied);
            copy.Hash = hash;
        }
        else
        {
            var isLost = run.NodeOf(applied.Peer) is { HasCrashed: true } && !run.IsRealTime;
            Require(
                isLost || applied.Ver <= table.Floor || !run.NodeOf(applied.Peer).Has(LogHooks.Versions),
                "P-S1",
                () => $"{what} is at version {applied.Ver}, which its owner has not made",
                applied);
        }
    }

    private void CheckRead(LogEvent.Read read, PeerVersion[] at)
    {
        var sum = default(UInt128);
        var isKnown = true;
        foreach (var version in at)
        {
            var key = (read.Node, version.Peer, read.Scope);
            if (_reads.TryGetValue(key, out var before))
            {
                Require(
                    version.Life > before.Life || (version.Life == before.Life && version.Ver >= before.Ver),
                    "P-S10",
                    () => $"{read.Node} reads {version.Peer} at version {version.Ver} after version {before.Ver}",
                    read);
            }

            _reads[key] = version;
            var hash = TableOf(version.Peer, read.Scope, version.Life).GroupHashAt(read.Group ?? "", version.Ver);
            isKnown &= hash is not null;
            sum += hash ?? default;
        }

        var shown = default(UInt128);
        foreach (var member in read.Result)
        {
            shown += TableHistory.HashOf(new Held(read.Group ?? "", member));
        }

        Require(
            !isKnown || shown == sum,
            "P-S10",
            () => $"{read.Node} reads of {read.Group} what is not the sum of the versions it names",
            read);
    }

    private void CheckQuiet(LogEvent quiet)
    {
        foreach (var ((node, peer, scope, life), copy) in _copies.ToList())
        {
            var model = groups.ScopeOf(scope);
            if (!run.NodeOf(node).IsAlive || !run.NodeOf(peer).IsAlive)
            {
                _copies.Remove((node, peer, scope, life));
                continue;
            }

            var table = TableOf(peer, scope, life);
            Require(
                !copy.IsWhole || copy.Ver == table.Last || !model.At(node).IsRunning || !model.At(peer).IsRunning,
                "P-L1",
                () => $"all is quiet, and the copy at {node} of {peer}'s table is at {copy.Ver} of {table.Last}",
                quiet);
        }

        foreach (var table in _tables.Values)
        {
            table.ForgetAllButLast();
        }
    }

    private sealed class Copy
    {
        internal bool IsWhole { get; private set; }

        internal long Ver { get; private set; }

        internal long Highest { get; private set; }

        internal UInt128 Hash { get; set; }

        internal void Apply(LogEvent.Applied applied)
        {
            IsWhole = true;
            Ver = applied.Ver;
            Highest = Math.Max(Highest, applied.Ver);
            Hash += TableHistory.Sum(applied.Added) - TableHistory.Sum(applied.Taken);
        }

        internal void Forget() => (IsWhole, Ver, Hash) = (false, 0, default);
    }
}
