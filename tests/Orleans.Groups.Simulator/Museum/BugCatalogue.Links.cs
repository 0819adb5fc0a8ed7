namespace Orleans.Groups.Simulator.Museum;

/// <content>Bugs of links.</content>
internal static partial class BugCatalogue
{
    private const string LinkSessions = "Links/LinkMachine.Sessions.cs";
    private const string LinkListening = "Links/LinkMachine.Listening.cs";
    private const string LinkReceiving = "Links/LinkMachine.Receiving.cs";
    private const string LinkTimers = "Links/LinkMachine.Timers.cs";
    private const string LinkLaneIn = "Links/LinkReceiveLane.cs";

    private static IReadOnlyList<Bug> Links =>
    [
        Link(
            "nothing-is-sent-again",
            "E2, gap timer",
            "A packet is lost, and nobody sends it again.",
            new BugEdit(
                LinkTimers,
                "if (!batch.IsHeld && (batch.HasFailed || batch.Period < _period))",
                "if (!batch.IsHeld && batch.HasFailed)")),
        Link(
            "copies-count",
            "exactly once",
            "A packet that comes twice is delivered twice.",
            new BugEdit(
                LinkLaneIn,
                """
                        if (batch.Number <= Through)
                        {
                            return LinkTrace.Duplicate;
                        }
                """,
                """
                        if (batch.Number == Through && Held == 0)
                        {
                            Through--;
                        }

                        if (batch.Number <= Through)
                        {
                            return LinkTrace.Duplicate;
                        }
                """)),
        Link(
            "overtaking-counts",
            "H4, E2",
            "A packet overtakes another, and its frames do so, too: a death comes before the last messages.",
            new BugEdit(
                LinkLaneIn,
                "internal LinkMessage.Batch? PeekNext() => (Held & 1) == 0 ? null : _held[SlotOf(Through + 1)];",
                """
                internal LinkMessage.Batch? PeekNext()
                    {
                        if (Held != 0 && (Held & 1) == 0)
                        {
                            var ahead = System.Numerics.BitOperations.TrailingZeroCount(Held);
                            var (near, far) = (SlotOf(Through + 1), SlotOf(Through + 1 + ahead));
                            (_held[near], _held[far]) = (_held[far], null);
                            Held = (Held & ~(1UL << ahead)) | 1;
                        }

                        return (Held & 1) == 0 ? null : _held[SlotOf(Through + 1)];
                    }
                """)),
        Link(
            "sessions-are-one",
            "H1, incarnation in the link",
            "A packet of a session that is over is taken for one of the session that runs.",
            new BugEdit(
                LinkListening,
                """
                            case LinkState.Open or LinkState.Draining when session == _session:
                                _isHeard = true;
                """,
                """
                            case LinkState.Open or LinkState.Draining:
                                _isHeard = true;
                """)),
        Link(
            "session-numbers-come-back",
            "H1",
            "Whoever gives a session up opens one of the same number, and the other end does not notice.",
            new BugEdit(
                LinkSessions,
                "Reopen(_session + 1, effects);",
                "Reopen(_session, effects);")),
        Link(
            "the-dead-come-back",
            "H1, F12",
            "A node was declared dead and lives on, and the links talk to it again.",
            new BugEdit(
                LinkSessions,
                """
                        Rest(LinkState.PeerDead, effects);
                        if (wasClosing)
                """,
                """
                        Reopen(_session + 1, effects);
                        if (wasClosing)
                """)) with
        {
            World = "link-bury",
        },
        Link(
            "strangers-are-heard",
            "H3",
            "Packets of a node that is not alive here yet are accepted and acked.",
            new BugEdit(
                LinkListening,
                """
                                Trace(LinkTrace.NotAlive, effects); // Rule H3: no answer, so it is sent again.
                                return;
                """,
                """
                                _state = LinkState.Opening;
                                _session = 1;
                                break;
                """)) with
        {
            World = "link-credit",
        },
        Link(
            "lanes-are-one",
            "H4",
            "The number of a control batch is taken for one of the data lane.",
            new BugEdit(
                LinkReceiving,
                """
                        var lane = batch.Lane == LinkLane.Control ? _controlIn : _dataIn;
                        if (lane.TryHold
                """,
                """
                        var lane = _dataIn;
                        if (lane.TryHold
                """)),
        Link(
            "credit-is-not-given-back",
            "H5",
            "What was consumed is not told, and a channel has no room for ever.",
            new BugEdit(
                LinkReceiving,
                """
                        Owe(channel, cost, effects);
                        AssertInvariants();
                """,
                "        AssertInvariants();")),
        Link(
            "one-channel-fills-the-lane",
            "H5",
            "Everything waits for credit: a slow scope holds up the rings that share its link.",
            new BugEdit(
                "Links/LinkChannel.cs",
                "internal static LinkChannel Free(ulong number) => new(Checked(number) << 1);",
                "internal static LinkChannel Free(ulong number) => new((Checked(number) << 1) | 1);")),
        Link(
            "acks-forget-what-is-held",
            "E2",
            "What the peer holds until a gap is filled counts as acked, and so does the gap.",
            new BugEdit(
                "Links/LinkSendLane.cs",
                "        var isNews = through > Through;",
                """
                        if (held != 0)
                        {
                            through += 1 + System.Numerics.BitOperations.TrailingZeroCount(held);
                        }

                        var isNews = through > Through;
                """)),
    ];
}
