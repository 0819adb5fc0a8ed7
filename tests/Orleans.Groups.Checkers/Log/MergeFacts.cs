namespace Orleans.Groups.Checkers;

/// <summary>What has happened in a merged run so far, as far as other events have to wait for it.</summary>
internal sealed class MergeFacts
{
    private readonly HashSet<int> _ended = [];
    private readonly Dictionary<string, int> _logOfNode = new(StringComparer.Ordinal);
    private readonly HashSet<int> _storeLogs = [];
    private readonly HashSet<string> _gone = new(StringComparer.Ordinal);
    private readonly HashSet<string> _receiving = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _sentOps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _published = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> _views = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Member, long Op), Proof> _proofs = [];
    private readonly Dictionary<(string Member, string From), long> _received = [];
    private readonly HashSet<(string Epoch, long Ver)> _written = [];
    private readonly HashSet<string> _epochs = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Node, string Scope, long Life), long> _versions = [];
    private readonly HashSet<(string Scope, string Group, string Member)> _joins = [];

    /// <summary>A log has no more events.</summary>
    internal void End(int log) => _ended.Add(log);

    /// <summary>Whether everything has happened that must have happened before.</summary>
    internal bool Allow(LogEvent next) => next switch
    {
        LogEvent.Deliver e => e.Call == 0 || IsOver(e.From) || _sentOps.GetValueOrDefault(e.From) >= e.Call,
        LogEvent.Receive e => IsOver(e.From) || e.From == e.Member || _published.GetValueOrDefault(e.From) >= e.Last,
        LogEvent.Confirm { Status: Outcome.Ok } e => IsProved(e),
        LogEvent.Adopt e => _storeLogs.All(_ended.Contains) || _written.Contains((e.Epoch, e.Ver)),
        LogEvent.RegWrite e => e.Ver == 1 || e.Parent.Length > 0 || _written.Contains((e.Epoch, e.Ver - 1))
            || !_epochs.Contains(e.Epoch),
        LogEvent.Applied e =>
            IsOverNode(e.Peer) || _versions.GetValueOrDefault((e.Peer, e.Scope, e.Life), -1) >= e.Ver,
        LogEvent.Read { What: ReadWhat.Members } e =>
            e.Result.All(member => HasJoined(e.Node, e.Scope, e.Group ?? "", member)),
        LogEvent.MonStart e => e.Snapshot.All(held => HasJoined(e.Node, e.Scope, held.Group, held.Member)),
        LogEvent.MonEvent { Change: MonChange.Joined } e =>
            e.Members.All(member => HasJoined(e.Node, e.Scope, e.Group, member)),
        LogEvent.NodeCrash e => IsOverNode(e.Node),
        _ => true,
    };

    /// <summary>An event has happened.</summary>
    internal void Note(LogEvent taken)
    {
        switch (taken)
        {
            case LogEvent.NodeStart e:
                _logOfNode[e.Node] = e.Log;
                if (e.Hooks.Contains(LogHooks.Store))
                {
                    _storeLogs.Add(e.Log);
                }

                if (e.Hooks.Contains(LogHooks.Receive))
                {
                    _receiving.Add(e.Node);
                }

                break;
            case LogEvent.Op { Phase: OpPhase.Inv, Verb: OpVerb.Join } e:
                foreach (var group in e.Groups)
                {
                    foreach (var member in e.Members)
                    {
                        _joins.Add((e.Scope, group, member));
                    }
                }

                break;
            case LogEvent.LocalVer e:
                _versions[(e.Node, e.Scope, e.Life)] = e.Ver;
                break;
            case LogEvent.RegWrite e:
                _written.Add((e.Epoch, e.Ver));
                _epochs.Add(e.Epoch);
                NoteRecord(e.Entries);
                break;
            case LogEvent.Adopt e:
                _views[e.Member] = [.. e.Entries.Where(static entry => entry.Alive).Select(static entry => entry.Member)];
                NoteRecord(e.Entries);
                break;
            case LogEvent.Send e:
                _sentOps[e.Member] = Math.Max(e.Call, _sentOps.GetValueOrDefault(e.Member));
                if (e.Level != ProofLevel.None)
                {
                    _proofs.TryAdd((e.Member, e.Call), new Proof(_views.GetValueOrDefault(e.Member) ?? []));
                }

                break;
            case LogEvent.Publish e:
                _published[e.Member] = Math.Max(e.Num, _published.GetValueOrDefault(e.Member));
                if (_proofs.TryGetValue((e.Member, e.Call), out var published))
                {
                    published.Number = e.Num;
                }

                break;
            case LogEvent.Receive e:
                _received[(e.Member, e.From)] = e.Last;
                break;
            case LogEvent.Deliver e when _proofs.TryGetValue((e.From, e.Call), out var proof):
                proof.Number = e.Num;
                proof.Delivered.Add(e.Member);
                break;
            case LogEvent.Handled { Answer: HandledAs.Stop } e:
                _gone.Add(e.Member);
                break;
            case LogEvent.Confirm e:
                _proofs.Remove((e.Member, e.Call));
                break;
            case LogEvent.Stopped e:
                _gone.Add(e.Member);
                break;
        }
    }

    /// <summary>Whoever a record lists as dead is gone, whatever a member thinks.</summary>
    private void NoteRecord(Entry[] entries)
    {
        foreach (var entry in entries)
        {
            if (!entry.Alive)
            {
                _gone.Add(entry.Member);
            }
        }
    }

    private bool IsOver(string member) => IsOverNode(LogIds.NodeOf(member));

    /// <summary>Whether nothing more can come from a node: its log has ended, or there is none.</summary>
    private bool IsOverNode(string node) => _logOfNode.TryGetValue(node, out var log) && _ended.Contains(log);

    private bool HasJoined(string reader, string scope, string group, string member) =>
        LogIds.NodeOf(member) == reader || IsOver(member) || _joins.Contains((scope, group, member));

    private bool IsProved(LogEvent.Confirm confirm)
    {
        if (!_proofs.TryGetValue((confirm.Member, confirm.Call), out var proof))
        {
            return true;
        }

        return proof.Needed.All(member =>
            member == confirm.Member || _gone.Contains(member) || IsOver(member) || proof.Delivered.Contains(member)
            || (confirm.Level == ProofLevel.Received && !_receiving.Contains(LogIds.NodeOf(member)))
            || (confirm.Level == ProofLevel.Received && proof.Number > 0
                && _received.GetValueOrDefault((member, confirm.Member)) >= proof.Number));
    }

    private sealed class Proof(string[] needed)
    {
        internal string[] Needed { get; } = needed;

        internal HashSet<string> Delivered { get; } = new(StringComparer.Ordinal);

        internal long Number { get; set; }
    }
}
