namespace Orleans.Groups.Checkers;

/// <summary>
/// P-S3: only a node itself adds its members. P-S12: scopes do not mix. P-S5: nothing shows two lives of one node.
/// </summary>
internal sealed class OwnershipChecker(RunModel run, GroupsModel groups) : Checker
{
    private readonly List<(string Node, string Sentence, LogEvent Event)> _open = [];
    private readonly Dictionary<(string Node, string Scope, string Name), (NodeModel Peer, long Life)> _copies = [];

    internal override void Check(LogEvent next)
    {
        if (Shown.ScopeOf(next) is not { } scope)
        {
            return;
        }

        var nodes = Shown.IsSnapshot(next) ? new Dictionary<string, string>(StringComparer.Ordinal) : null;
        foreach (var (group, member) in Shown.By(next))
        {
            var owner = run.NodeOfMember(member);
            CheckOwner(next, scope, group, member, owner);
            if (nodes is not null && !nodes.TryAdd(owner.Name, owner.Id) && nodes[owner.Name] != owner.Id)
            {
                Report(
                    "P-S5",
                    $"{next.Node} shows members of {owner.Id} and of {nodes[owner.Name]}, two lives of one node",
                    next);
                nodes[owner.Name] = owner.Id;
            }
        }

        if (next is LogEvent.Applied applied)
        {
            CheckLife(applied);
        }
    }

    internal override void Finish()
    {
        foreach (var (node, sentence, shown) in _open)
        {
            // The tail of a killed process' log may be missing, and with it the call.
            if (!run.NodeOf(node).HasCrashed)
            {
                Report("P-S3", sentence, shown);
            }
        }
    }

    private void CheckOwner(LogEvent next, string scope, string group, string member, NodeModel owner)
    {
        var claimedBy = (next as LogEvent.Applied)?.Peer;
        var isLocalRead = next is LogEvent.Read { What: ReadWhat.LocalMembers };
        Require(
            claimedBy is null || claimedBy == owner.Id,
            "P-S3",
            () => $"{next.Node} took {member} in {group} from {claimedBy}, which is not its node",
            next);
        Require(
            !isLocalRead || owner.Id == next.Node,
            "P-S3",
            () => $"{next.Node} shows {member} in {group} as a member of its own",
            next);
        if (owner.Start is null || owner.SeenDeadBy(run, next.Node)
            || groups.ScopeOf(scope).Find(group, member) is not null)
        {
            return; // Nothing is known of its node, or another property forbids it, or it has joined.
        }

        if (!groups.HasJoined(scope, member) && groups.HasJoinedAny(member))
        {
            Report("P-S12", $"{next.Node} shows {member} in {group} of scope {scope}; it is in another scope", next);
            return;
        }

        var sentence = $"{next.Node} shows {member} in {group}, which it never joined on its node";
        if (run.IsRealTime || owner.Id == next.Node)
        {
            Report("P-S3", sentence, next);
        }
        else
        {
            _open.Add((owner.Id, sentence, next));
        }
    }

    /// <summary>A copy goes from one life to a later one, never back.</summary>
    private void CheckLife(LogEvent.Applied applied)
    {
        var key = (applied.Node, applied.Scope, LogIds.NameOf(applied.Peer));
        var peer = run.NodeOf(applied.Peer);
        if (_copies.TryGetValue(key, out var known))
        {
            var isOlder = known.Peer.Id == applied.Peer
                ? applied.Life < known.Life
                : known.Peer.Start is { } later && peer.Start is { } earlier && earlier.Order < later.Order;
            Require(
                !isOlder,
                "P-S5",
                () => $"{applied.Node} took a table of {applied.Peer} life {applied.Life} "
                    + $"after one of {known.Peer.Id} life {known.Life}",
                applied);
        }

        _copies[key] = (peer, applied.Life);
    }
}
