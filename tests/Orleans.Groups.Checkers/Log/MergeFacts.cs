namespace Orleans.Groups.Checkers;

/// <summary>What has happened in a merged run so far, as far as other events have to wait for it.</summary>
internal sealed class MergeFacts
{
    private readonly HashSet<int> _ended = [];
    private readonly Dictionary<string, int> _logOfNode = new(StringComparer.Ordinal);
    private readonly HashSet<int> _storeLogs = [];
    private readonly HashSet<string> _gone = new(StringComparer.Ordinal);
    private readonly HashSet<string> _receiving = new(StringComparer.Ordinal);
    private readonly HashSet<string> _handling = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Member, long Number), Proof> _proofsByNumber = [];
    private readonly Dictionary<string, long> _sentOps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _published = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> _views = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Member, long Op), Proof> _proofs = [];
    private readonly Dictionary<(string Member, string From), long> _received = [];
    private readonly Dictionary<(string Member, string From), long> _bases = [];
    private readonly HashSet<(string Epoch, long Ver)> _written = [];
    private readonly HashSet<(string Group, long Ver)> _versionsOfGroup = [];
    private readonly HashSet<string> _lost = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Node, string Scope, long Life), long> _versions = [];
    private readonly HashSet<(string Scope, string Group, string Member)> _joins = [];
    private long _window;

    /// <summary>A log has no more events.</summary>
    internal void End(int log) => _ended.Add(log);

    /// <summary>Whether everything has happened that must have happened before.</summary>
    internal bool Allow(LogEvent next) => next switch
    {
        LogEvent.NodeStart e => e.Window <= _window,
        LogEvent.Deliver e => e.Call == 0 || IsOver(e.From) || _sentOps.GetValueOrDefault(e.From) >= e.Call,
        LogEvent.Receive e => IsOver(e.From) || e.From == e.Member || _published.GetValueOrDefault(e.From) >= e.Last,
        LogEvent.Confirm { Status: Outcome.Ok } e => IsProved(e),
        LogEvent.Adopt e => _storeLogs.All(_ended.Contains) || _written.Contains((e.Epoch, e.Ver)),
        LogEvent.RegWrite e => e.Ver == 1 || _lost.Contains(e.Group) || _written.Contains((e.Epoch, e.Ver - 1))
            || (e.Parent.Length == 0 && _versionsOfGroup.Contains((e.Group, e.Ver - 1))),
        LogEvent.Applied e =>
            IsOverNode(e.Peer) || _versions.GetValueOrDefault((e.Peer, e.Scope, e.Life), -1) >= e.Ver,
        LogEvent.Read { What: ReadWhat.Members } e =>
            e.Result.All(member => HasJoined(e.Node, e.Scope, e.Group ?? "", member)),
        LogEvent.MonStart e => e.Snapshot.All(held => HasJoined(e.Node, e.Scope, held.Group, held.Member)),
        LogEvent.MonEvent { Change: MonChange.Joined } e =>
            e.Members.All(member => HasJoined(e.Node, e.Scope, e.Group, member)),
        LogEvent.NodeCrash e => IsOverNode(e.Node) || _logOfNode.GetValueOrDefault(e.Node, -1) == e.Log,
        _ => true,
    };

    /// <summary>An event has happened.</summary>
    internal void Note(LogEvent taken)
    {
        switch (taken)
        {
            case LogEvent.Quiesced e:
                _window = e.Window;
                break;
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

                if (e.Hooks.Contains(LogHooks.Handled))
                {
                    _handling.Add(e.Node);
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
                _versionsOfGroup.Add((e.Group, e.Ver));
                NoteRecord(e.Entries);
                break;
            case LogEvent.RegLost e:
                _lost.Add(e.Group);
                break;
            case LogEvent.Adopt e:
                _views[e.Member] =
                    [.. e.Entries.Where(static entry => entry.Alive).Select(static entry => entry.Member)];
                NoteRecord(e.Entries);
                break;
            case LogEvent.Joined e:
                foreach (var (publisher, number) in e.Bases)
                {
                    _bases[(e.Member, publisher)] = number;
                }

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
                _proofsByNumber[(e.From, e.Num)] = proof;
                break;
            case LogEvent.Handled e:
                if (_proofsByNumber.TryGetValue((e.From, e.Num), out var handled))
                {
                    handled.Handled.Add(e.Member);
                }

                if (e.Answer == HandledAs.Stop)
                {
                    _gone.Add(e.Member);
                }

                break;
            case LogEvent.Confirm e:
                if (_proofs.Remove((e.Member, e.Call), out var over))
                {
                    _proofsByNumber.Remove((e.Member, over.Number));
                }

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
        if (confirm.Blind || !_proofs.TryGetValue((confirm.Member, confirm.Call), out var proof))
        {
            return true;
        }

        // Whoever the publisher's record does not list any more need not have it, and may say so later.
        var listed = _views.GetValueOrDefault(confirm.Member) ?? [];
        return proof.Needed.Intersect(listed, StringComparer.Ordinal).All(member =>
            _gone.Contains(member) || IsOver(member) || IsBehind(proof, member, confirm.Member)
            || (confirm.Level == ProofLevel.Processed
                ? HasProcessed(proof, member)
                : member == confirm.Member || HasReceived(proof, member, confirm.Member)));
    }

    /// <summary>Whether a joiner's base is behind the message.</summary>
    private bool IsBehind(Proof proof, string member, string publisher) =>
        proof.Number > 0 && _bases.GetValueOrDefault((member, publisher)) >= proof.Number;

    private bool HasProcessed(Proof proof, string member) =>
        (_handling.Contains(LogIds.NodeOf(member)) ? proof.Handled : proof.Delivered).Contains(member);

    private bool HasReceived(Proof proof, string member, string publisher) =>
        !_receiving.Contains(LogIds.NodeOf(member))
        || (proof.Number > 0 && _received.GetValueOrDefault((member, publisher)) >= proof.Number);

    private sealed class Proof(string[] needed)
    {
        internal string[] Needed { get; } = needed;

        internal HashSet<string> Delivered { get; } = new(StringComparer.Ordinal);

        internal HashSet<string> Handled { get; } = new(StringComparer.Ordinal);

        internal long Number { get; set; }
    }
}
