namespace Orleans.Groups.Simulator.Museum;

/// <content>Bugs of process groups.</content>
internal static partial class BugCatalogue
{
    private const string ScopeDiscovery = "ProcessGroups/ScopeMachine.Discovery.cs";
    private const string ScopeRemote = "ProcessGroups/ScopeMachine.Remote.cs";
    private const string ScopeLocal = "ProcessGroups/ScopeMachine.Local.cs";
    private const string ScopeOutgoing = "ProcessGroups/ScopeMachine.Outgoing.cs";
    private const string ScopeMonitors = "ProcessGroups/ScopeMachine.Monitors.cs";
    private const string Scope = "ProcessGroups/ScopeMachine.cs";
    private const string Queue = "ProcessGroups/MonitorQueue.cs";
    private const string Registry = "ProcessGroups/ScopeRegistry.cs";
    private const string Local = "ProcessGroups/LocalMember.cs";

    private static IReadOnlyList<Bug> Groups =>
    [
        Pg(
            "ranges-overlap",
            "P1",
            "An update that was gathered across a snapshot is applied to what the snapshot has brought already.",
            new BugEdit(
                ScopeOutgoing,
                """
                        SendGathered(effects);
                        Ship(peer, GetSnapshot(peer.Told), effects);
                """,
                "        Ship(peer, GetSnapshot(peer.Told), effects);"),
            new BugEdit(
                ScopeRemote,
                "if (!peer.IsComplete || update.FromVersion != peer.Version)",
                "if (!peer.IsComplete || update.FromVersion > peer.Version)")),
        Pg(
            "what-changes-meanwhile-is-lost",
            "P1, H5",
            "A snapshot goes part by part, and what changes meanwhile does not follow it.",
            new BugEdit(
                "ProcessGroups/Shipment.cs",
                "        Later.Add(changes);",
                "        Later.Restart(Version);")),
        Pg(
            "snapshots-by-parts",
            "P2",
            "Each part of a snapshot is applied as if it were all of it.",
            new BugEdit(
                "ProcessGroups/PartAssembly.cs",
                """
                        _parts.Add(message);
                        return _parts.Count == parts;
                """,
                """
                        _parts.Clear();
                        _parts.Add(message);
                        return parts > 0;
                """),
            new BugEdit(
                "ProcessGroups/PartAssembly.cs",
                "        if (_parts.Count != part)",
                "        if (part < 0)")),
        Pg(
            "snapshots-change-silently",
            "P3, PD3",
            "A snapshot changes a group that was known, and nobody is told.",
            new BugEdit(
                ScopeRemote,
                """
                        if (count != old)
                        {
                """,
                """
                        if (count != old && (isRelative || isNew))
                        {
                """)),
        Pg(
            "what-cancels-out-is-sent",
            "P3",
            "A join and a leave that cancel out are sent as a change of nothing, which the peer takes for damage.",
            new BugEdit(
                "ProcessGroups/OutgoingLog.cs",
                "if (net.Difference == 0)",
                "if (net.Difference == int.MinValue)")),
        Pg(
            "overflow-is-silent",
            "P4",
            "A monitor overflows, goes on with the changes that come later, and nobody can know.",
            new BugEdit(
                Queue,
                "internal bool NeedsRestart => _hasOverflowed && Count == 0;",
                "internal bool NeedsRestart => _hasOverflowed && Count < 0;"),
            new BugEdit(
                Queue,
                "        if (_hasOverflowed || events.Length > capacity - _waiting.Count)",
                "        if (events.Length > capacity - _waiting.Count)")),
        Pg(
            "owners-end-unnoticed",
            "P4, PD5, GH-7625, GH-7754",
            "A member owns a monitor and leaves its last group: it is not watched any more, and the "
                + "monitor outlives it.",
            new BugEdit(
                Local,
                "internal bool IsIdle => Memberships == 0 && Monitors is not { Count: > 0 };",
                "internal bool IsIdle => Memberships == 0;")),
        Pg(
            "goodbyes-are-ignored",
            "P5",
            "A scope says goodbye, and its peers keep its members.",
            new BugEdit(
                ScopeDiscovery,
                "case ScopeMessage.ScopeDown: OnScopeDown(peer, effects); break;",
                "case ScopeMessage.ScopeDown: break;")),
        Pg(
            "other-ids-replace",
            "H2",
            "A life of a node ends every other life of that name, so a late word of the old one removes "
                + "the new one.",
            new BugEdit(
                ScopeDiscovery,
                "if (rival.IsIntroduced && node != peer.Node && node.Name == peer.Node.Name && "
                    + "!peer.Node.Replaces(node))",
                "if (rival.IsIntroduced && node is null)"),
            new BugEdit(
                ScopeDiscovery,
                "if (peer.Node.Replaces(node) && !older.IsSuperseded)",
                "if (peer.Node.Name == node.Name && peer.Node != node && !older.IsSuperseded)")) with
        {
            World = "scope-late-word",
        },
        Pg(
            "lives-add-up",
            "H2",
            "A node comes back, and what its old life had joined stays beside the new one.",
            new BugEdit(
                ScopeDiscovery,
                "if (peer.Node.Replaces(node) && !older.IsSuperseded)",
                "if (node is null && !older.IsSuperseded)")) with
        {
            World = "scope-restart",
        },
        Pg(
            "ghosts",
            "sync after DOWN",
            "A session ends, and the members that came with it stay.",
            new BugEdit(
                ScopeDiscovery,
                """
                        _peers.Remove(peer.Node);
                        RemoveAll(peer, ChangeReason.NodeDown, effects);
                """,
                "        _peers.Remove(peer.Node);")),
        Pg(
            "zombies-after-a-snapshot",
            "syn ack_sync",
            "What a snapshot does not list any more is kept.",
            new BugEdit(
                ScopeRemote,
                "if (peer.Memberships.At(at).Stamp != peer.Stamp)",
                "if (peer.Memberships.At(at).Stamp < 0)")),
        Pg(
            "phantom-groups",
            "GH-11360",
            "The last member of a group goes, and the group stays listed.",
            new BugEdit(
                Registry,
                "_changes.Note(cell.Name, existed, cell.Count > 0);",
                "_changes.Note(cell.Name, existed, exists: true);")),
        Pg(
            "peers-keep-empty-entries",
            "OTP 2866",
            "A peer's member leaves, and an entry without a count stays.",
            new BugEdit(
                ScopeRemote,
                """
                        if (count == 0)
                        {
                """,
                """
                        if (count < 0)
                        {
                """)),
        Pg(
            "nobody-joins-an-empty-group",
            "PD1",
            "Joining nobody makes a group.",
            new BugEdit(
                ScopeLocal,
                "if (added > 0)",
                "if (added >= 0)")),
        Pg(
            "leaving-says-what-was-asked",
            "PD2",
            "A leave reports members that were not in the group.",
            new BugEdit(
                ScopeLocal,
                "if (_members.TryGet(id, out var member) && TryTakeMembership(cell, member))",
                "if (_members.TryGet(id, out var member) && (TryTakeMembership(cell, member) || "
                    + "leave.Members.Length > 1))")),
        Pg(
            "sets-for-multisets",
            "P-S6",
            "Who has joined twice is out after one leave.",
            new BugEdit(
                Local,
                """
                            _first = --_firstCount == 0 ? null : _first;
                            return _firstCount;
                """,
                """
                            _first = null;
                            _firstCount = 0;
                            return 0;
                """)),
        Pg(
            "the-slow-are-forgotten",
            "H5",
            "A peer has had no room for a while, and what it missed is never sent.",
            new BugEdit(
                ScopeOutgoing,
                """
                        if (peer.Sync == PeerSync.Dirty)
                        {
                            SendSnapshot(peer, effects);
                        }
                """,
                "        SendGathered(effects);")),
        Pg(
            "a-session-starts-in-the-middle",
            "PD8",
            "A scope that starts in the middle of a session is answered, and never tells the other side "
                + "what it has.",
            new BugEdit(
                ScopeRemote,
                """
                        AnswerDiscover(peer, effects);
                    }

                    private void OnDigest
                """,
                """
                    }

                    private void OnDigest
                """)),
    ];
}
