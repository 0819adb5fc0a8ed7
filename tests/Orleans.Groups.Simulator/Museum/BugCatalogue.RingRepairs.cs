namespace Orleans.Groups.Simulator.Museum;

/// <content>Bugs in joining, views, links and inheritance of a ring.</content>
internal static partial class BugCatalogue
{
    private const string RingLinks = "Multicast/RingMachine.Links.cs";
    private const string RingProgress = "Multicast/MemberProgress.cs";

    private static IReadOnlyList<Bug> RingRepairs =>
    [
        Gm(
            "snapshot-at-the-request",
            "R2, S1",
            "The newcomer gets the state as it was when its insertion was handed in; what came until the "
                + "commit is missing.",
            new BugEdit(
                RingRecord,
                """
                _insertJoiner = joiner;
                            return new
                """,
                """
                _insertJoiner = joiner;
                            _insertState = CopyProgress(isForNewcomer: true);
                            return new
                """),
            new BugEdit(
                RingLinks,
                "ProgressParts.Split(CopyProgress(isForNewcomer: true)",
                "ProgressParts.Split(_insertState!"),
            new BugEdit(
                RingLinks,
                "private long _toldRight;",
                """
                private long _toldRight;
                    private List<ProgressEntry>? _insertState;
                """)),
        Gm(
            "input-before-state-is-dropped",
            "S2, fcb6c0de33, 3f5f753966",
            "What a joiner hears from the ring before it has the state is dropped instead of held.",
            new BugEdit(
                "Multicast/RingMachine.cs",
                "Hold(from, message, effects);",
                "_heldBytes++;")),
        Gm(
            "anybody-initialises",
            "R7, GD4",
            "The inserter dies, and the newcomer takes its new left neighbour's catch-up for the state it "
                + "was promised.",
            new BugEdit(
                RingJoining,
                """
                        _held.Add((from, message));

                """,
                """
                        if (message is RingMessage.Catchup { Parts: 1 } state && from.Equals(_view?.Left))
                        {
                            var whole = System.Linq.Enumerable.ToDictionary(state.Progress, e => e.Publisher);
                            Adopt(from, _view.Record, whole, effects);
                            return;
                        }

                        _held.Add((from, message));

                """)),
        Gm(
            "bases-are-acked-numbers",
            "joiner delivers pending again",
            "A newcomer is told the last acked number as its base, not the last published one of the state "
                + "it has.",
            new BugEdit(
                RingJoining,
                "var number = _progress[member].LastPublished;",
                "var number = _progress[member].LastAcked;")),
        Gm(
            "births-are-not-told",
            "S7, 6f560a1033",
            "A view with a newcomer is installed, and the handler is not told of it.",
            new BugEdit(
                RingViews,
                "if (!births.IsEmpty || !deaths.IsEmpty)",
                "if (!deaths.IsEmpty)")),
        Gm(
            "deaths-are-told-at-once",
            "R10, G5",
            "A death is told when it is written, before the last messages of the dead have gone round.",
            new BugEdit(
                RingViews,
                """
                if (!view.Knows(member))
                            {
                                gone
                """,
                """
                if (!view.IsAlive(member))
                            {
                                gone
                """)),
        Gm(
            "views-wait-for-traffic",
            "R9, GD1, 56f423fcbe",
            "Views are passed on only when there is something to send, and idle members never learn of a death.",
            new BugEdit(
                RingLinks,
                "if (_view!.Right.Equals(_self) || _toldRight >= _view.Version)",
                "if (_view!.Right.Equals(_self) || _toldRight >= _view.Version || _output.IsEmpty)")),
        Gm(
            "catch-up-before-its-record",
            "R8",
            "A link is opened without the record ahead, and the neighbour refuses what it cannot understand yet.",
            new BugEdit(
                RingLinks,
                """
                        effects.Add(new RingEffect.Send(right, new RingMessage.View(_view.Record)));
                        var parts
                """,
                "        var parts")),
        Gm(
            "anybody-is-left",
            "activity from elsewhere",
            "Activity counts although it does not come from the left neighbour.",
            new BugEdit(
                RingLinks,
                """
                RingTrace? refusal = !from.Equals(view.Left) ? RingTrace.NotFromLeft
                            : link.Epoch != view.Record.Epoch || link.Stamp != view.Stamp ? RingTrace.OldLink
                """,
                "RingTrace? refusal = link.Epoch != view.Record.Epoch ? RingTrace.OldLink"),
            new BugEdit(
                RingLinks,
                ": !opens && !_leftIsOpen ? RingTrace.OldLink",
                string.Empty)),
        Gm(
            "catch-up-of-own-messages-only",
            "60b718c4cd",
            "A catch-up carries the sender's own messages; those of others that the dead neighbour had are lost.",
            new BugEdit(
                RingLinks,
                "leavesOut ? [] : progress.CopyPending()",
                "leavesOut || !(isForNewcomer || entry.Member.Equals(_self)) ? [] : progress.CopyPending()")),
        Gm(
            "own-messages-are-not-tracked",
            "51fd9083b5",
            "A catch-up says of the sender itself that it has published only what was acked.",
            new BugEdit(
                RingLinks,
                """
                                progress.LastPublished,
                                progress.LastAcked,
                """,
                """
                                entry.Member.Equals(_self) ? progress.LastAcked : progress.LastPublished,
                                progress.LastAcked,
                """)),
        Gm(
            "catch-up-comes-twice",
            "S1",
            "What a catch-up repeats is delivered again.",
            new BugEdit(
                "Multicast/RingMachine.Activity.cs",
                """
                            if (batch.Last <= progress.LastPublished)
                            {
                """,
                """
                            if (batch.Last <= progress.LastPublished)
                            {
                                effects.Add(new RingEffect.Deliver(entry.Publisher, batch));
                """)),
        Gm(
            "alone-and-unsettled",
            "R11, S6, a9cc4a35ce",
            "A ring goes from two to one, and the survivor waits for acks that nobody is left to send.",
            new BugEdit(
                RingViews,
                """
                            // Rule R11 and S6: settle first, erase afterwards.
                            SettleAlone(effects);
                """,
                "            SettleConfirms(effects);")),
        Gm(
            "alone-and-unacked",
            "R11, GD2",
            "The survivor of two says that its last published is not acked, and the message after the next "
                + "joiner breaks.",
            new BugEdit(
                RingProgress,
                """
                        Ack(LastPublished);
                        LastReturned = LastPublished;
                """,
                "        LastReturned = LastPublished;")),
        Gm(
            "the-dead-are-nobody's",
            "S6",
            "Messages of a dead member come round to its heir, which hands them on as if somebody else "
                + "answered for them.",
            new BugEdit(
                RingViews,
                "_progress[member].IsHeld = true;",
                "_progress[member].IsHeld |= IsAlone;")),
    ];
}
