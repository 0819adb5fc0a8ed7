namespace Orleans.Groups.Simulator.Museum;

/// <content>Bugs in broadcasting, confirming, windows and leaving.</content>
internal static partial class BugCatalogue
{
    private const string RingBroadcast = "Multicast/RingMachine.Broadcast.cs";
    private const string RingActivityPart = "Multicast/RingMachine.Activity.cs";
    private const string RingLeaving = "Multicast/RingMachine.Leaving.cs";
    private const string Ledger = "Multicast/WindowLedger.cs";
    private const string RingPatience = "Multicast/RingMachine.Patience.cs";
    private const string Backlog = "Multicast/BacklogWatch.cs";

    private static IReadOnlyList<Bug> RingWork =>
    [
        Gm(
            "canary",
            "planted",
            "A confirm is given as soon as the message is published.",
            new BugEdit(
                RingBroadcast,
                "_confirms.Settle(_progress[_self].LastAcked,",
                "_confirms.Settle(_progress[_self].LastPublished,")),
        Gm(
            "processed-by-me-is-by-all",
            "R1, R12",
            "The window and the higher level of proof look at the publisher's own handler only.",
            new BugEdit(
                Ledger,
                "through = Math.Min(through, processed);",
                "through = Math.Max(through, ProcessedBy(self));")),
        Gm(
            "forwarding-waits-for-the-handler",
            "R1, GD6",
            "A member hands messages on only when its handler is done, so a callback that waits for a "
                + "proof waits for itself.",
            new BugEdit(
                RingLinks,
                """
                        if (_output.IsEmpty)
                        {
                            return;
                        }
                """,
                """
                        if (_output.IsEmpty)
                        {
                            return;
                        }

                        foreach (var (publisher, known) in _progress)
                        {
                            if (known.LastPublished > _handled.GetValueOrDefault(publisher) && !publisher.Equals(_self))
                            {
                                return;
                            }
                        }
                """)),
        Gm(
            "the-dead-hold-the-window",
            "R1",
            "A member that holds a window up dies, and the window stays as it was.",
            new BugEdit(
                RingViews,
                """
                        ReleaseWindow(effects);
                        SettleConfirms(effects);
                """,
                "        SettleConfirms(effects);")),
        Gm(
            "reports-are-said-once",
            "R1",
            "A report of what was processed comes before the publisher's view knows its author, and is not "
                + "said again.",
            new BugEdit(
                RingViews,
                """
                        ReportAgain(null);
                        ReleaseWindow
                """,
                "        ReleaseWindow"),
            new BugEdit(
                Ledger,
                "if (through > Published || through <= ProcessedBy(member))",
                "if (through > Published || through <= ProcessedBy(member) || !view.IsAlive(member))")),
        Gm(
            "alone-without-a-read",
            "R12",
            "A member that believes to be alone confirms, although the record has gone on without it.",
            new BugEdit(
                RingBroadcast,
                "needsRead: IsAlone",
                "needsRead: false")) with
        {
            World = "ring-zombie-alone",
        },
        Gm(
            "one-read-proves-all",
            "R12",
            "A read that began before a message was published proves that its author was alone afterwards.",
            new BugEdit(
                RingRecord,
                "_confirms.ReadProved(_readCovers);",
                "_confirms.ReadProved(long.MaxValue);")),
        Gm(
            "leaving-drops",
            "R13, GD8, S10, ed2766564f",
            "A member leaves before its own messages have been acked.",
            new BugEdit(
                RingLeaving,
                "private bool HasDrained => _progress[_self].IsSettled && _confirms.IsEmpty;",
                "private bool HasDrained => _confirms.IsEmpty || _progress[_self].IsSettled;")),
        Gm(
            "leavers-do-not-forward",
            "R13",
            "A member that is asked to leave hands nothing on any more.",
            new BugEdit(
                RingActivityPart,
                "if (!IsFromOpenLink(from, activity.Link, opens: false, effects))",
                "if (_phase == Phase.Leaving || !IsFromOpenLink(from, activity.Link, opens: false, effects))")),
        Gm(
            "the-confirm-of-the-neighbour",
            "G3",
            "A message counts as received by all when the right neighbour's next activity arrives, not "
                + "when it comes back.",
            new BugEdit(
                RingActivityPart,
                """
                        if (publishedThrough > progress.LastAcked)
                        {
                            progress.Ack(publishedThrough);
                """,
                """
                        if (progress.LastPublished > progress.LastAcked)
                        {
                            publishedThrough = progress.LastPublished;
                            progress.Ack(publishedThrough);
                """)),
        Gm(
            "put-off-for-ever",
            "R1",
            "A report that nobody waits for goes along with something else, and there is nothing else.",
            new BugEdit(
                RingPatience,
                "SetTimer(RingTimer.PutOff, _settings.ReportDelay, effects);",
                "_ = effects;")),
        Gm(
            "the-backlog-is-watched-for-ever",
            "R1",
            "Nobody is behind any more, and the watch for those who are goes on.",
            new BugEdit(
                Backlog,
                "isAnyBehind = behind > 0;",
                "isAnyBehind = true;")),
    ];
}
