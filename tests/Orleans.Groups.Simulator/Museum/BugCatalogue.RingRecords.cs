namespace Orleans.Groups.Simulator.Museum;

/// <content>Bugs in the record of a ring and in how members go by it.</content>
internal static partial class BugCatalogue
{
    private const string Editor = "Multicast/GroupRecordEditor.cs";
    private const string RingJoining = "Multicast/RingMachine.Joining.cs";
    private const string RingRecord = "Multicast/RingMachine.Record.cs";
    private const string RingViews = "Multicast/RingMachine.Views.cs";

    private static IReadOnlyList<Bug> RingRecords =>
    [
        Gm(
            "assassins",
            "R4, GD11",
            "Two members that suspect each other write each other dead, and nobody is left.",
            new BugEdit(
                Editor,
                "if (!isCertain && !current.ListsAlive(edit.Operation.Author))",
                "if (false)")),
        Gm(
            "joiner-buries-by-suspicion",
            "R4",
            "A joiner whose session with a member is over marks that member dead, although it lives.",
            new BugEdit(
                RingJoining,
                "if (cause == DownCause.SessionOver || _view is not null)",
                "if (_view is not null)")),
        Gm(
            "the-buried-are-not-told",
            "R4, 059271001a",
            "A member that others took out lives on and hears of it from nobody.",
            new BugEdit(
                RingViews,
                "if (!_view!.IsAlive(neighbour))",
                "if (false)"),
            new BugEdit(
                RingRecord,
                "case RecordEdit.MarkDead markDead when result.Verdict == EditVerdict.Applied:",
                "case RecordEdit.MarkDead markDead when result.Verdict == EditVerdict.Full:"),
            new BugEdit(
                "Multicast/RingMachine.Links.cs",
                "if (opens && !view.IsAlive(from) && link.Epoch == view.Record.Epoch && link.Version < "
                    + "view.Version)",
                "if (false)")),
        Gm(
            "the-ejected-carry-on",
            "S4, 059271001a",
            "A member reads that it was taken out and carries on as if it were listed.",
            new BugEdit(
                RingViews,
                """
                        if (!record.ListsAlive(_self))
                        {
                            TellNeighbours(record, effects);
                """,
                """
                        if (!record.ListsAlive(_self))
                        {
                            return IsInRing;
                """)),
        Gm(
            "stamps-of-ones-own",
            "R5, GD3, 6ec8d94aa1",
            "Both ends of a link count from the version in which they saw it change; one skips that version and "
                + "refuses the other for ever.",
            new BugEdit(
                RingLinks,
                "private long _toldRight;",
                "private long _toldRight, _rightSince, _leftSince;"),
            new BugEdit(
                RingLinks,
                "new(_view!.Record.Epoch, _view.RightStamp, _view.Version);",
                "new(_view!.Record.Epoch, _rightSince, _view.Version);"),
            new BugEdit(
                RingLinks,
                "var right = _view!.Right;",
                "var right = _view!.Right;\n        _rightSince = _view.Version;"),
            new BugEdit(RingLinks, "link.Stamp != view.Stamp", "link.Stamp != _leftSince"),
            new BugEdit(
                RingViews,
                "_leftIsOpen = false;",
                "_leftIsOpen = false;\n            _leftSince = view.Version;"),
            new BugEdit(
                RingViews,
                "if (!view.Left.Equals(before.Left) || view.Stamp != before.Stamp)",
                "if (!view.Left.Equals(before.Left))"),
            new BugEdit(
                RingViews,
                "if (!view.Right.Equals(before.Right) || view.RightStamp != before.RightStamp)",
                "if (!view.Right.Equals(before.Right))"),
            new BugEdit(
                RingJoining,
                "_watched.Add(from);",
                "_watched.Add(from);\n            _leftSince = record.Version;")),
        Gm(
            "operations-are-not-remembered",
            "R6",
            "An insert whose outcome is unknown is handed in again and revives a member that was erased "
                + "meanwhile.",
            new BugEdit(
                Editor,
                "if (current is not null && current.Remembers(edit.Operation))",
                "if (false)")),
        Gm(
            "unknown-is-failed",
            "R6",
            "An edit whose outcome is unknown is taken for failed; it lands late, and its author does not know.",
            new BugEdit(
                RingRecord,
                """
                            _editAwaitsRetry = true;
                            return;
                """,
                """
                            _edit = null;
                            return;
                """)),
        Gm(
            "ids-come-back",
            "03725d2d1c",
            "A joiner that was inserted and lost its inserter is inserted once more under the same id.",
            new BugEdit(
                RingJoining,
                "if (record.IndexOf(_self) >= 0)",
                "if (false)"),
            new BugEdit(
                RingJoining,
                "if (_lostInserter is { } lost && MayHaveInserted(lost.Member, record, lost.AskedAt))",
                "if (false)"),
            new BugEdit(
                Editor,
                "if (!edit.Left.Equals(edit.Operation.Author) || current.IndexOf(edit.Joiner) >= 0)",
                "if (!edit.Left.Equals(edit.Operation.Author))")),
        Gm(
            "epochs-begin-at-one",
            "1ecba3019d",
            "A record that was lost is made again with a version lower than its members hold.",
            new BugEdit(
                Editor,
                "var version = edit.Held.Version + 1;",
                "var version = 1L;")),
        Gm(
            "all-dead-is-not-empty",
            "6a456b6c79",
            "A record that lists only dead members takes nobody in any more.",
            new BugEdit(
                RingJoining,
                "if (record.Status != RecordStatus.Open || !record.HasAlive)",
                "if (record.Status != RecordStatus.Open)")),
        Gm(
            "lost-records-are-founded-anew",
            "R3",
            "The record vanishes, and whoever notices first founds a ring beside the one that lives.",
            new BugEdit(
                RingRecord,
                "if (held is { HasAlive: true, Status: RecordStatus.Open })",
                "if (held is { HasAlive: false, Status: RecordStatus.Open })")) with
        {
            World = "ring-store-loss",
        },
        Gm(
            "heirs-are-upstream",
            "G-S14",
            "The record names the member before a dead one as its heir, the members the one behind it.",
            new BugEdit(
                Editor,
                "var entry = record.Entries[(index + step) % record.Entries.Length];",
                "var entry = record.Entries[(index - step + record.Entries.Length) % record.Entries.Length];")),
        Gm(
            "one-heritage-only",
            "double death",
            "Two neighbours die, their heir answers for the second one only, and the first stays listed for ever.",
            new BugEdit(
                "Multicast/RingView.cs",
                "held.Add(entry.Member);",
                """
                held.Add(entry.Member);
                            break;
                """)),
        Gm(
            "closed-rings-go-on",
            "R13, S11",
            "A ring is shut down, and members that see it mark the others dead one by one.",
            new BugEdit(
                RingViews,
                """
                        if (record.Status != RecordStatus.Open)
                        {
                            TellNeighbours(record, effects);
                """,
                """
                        if (record.Status != RecordStatus.Open)
                        {
                            return IsInRing;
                            TellNeighbours(record, effects);
                """)),
    ];
}
