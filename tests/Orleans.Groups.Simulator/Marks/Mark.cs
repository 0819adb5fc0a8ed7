namespace Orleans.Groups.Simulator;

/// <summary>Rare situations that a long run must have seen, each with a sentence for people.</summary>
internal enum Mark
{
    [Situation("a node that lives was declared dead", WorldKind.Pg, WorldKind.Gm)]
    LivingNodeDeclaredDead,

    [Situation("a node learned that it was declared dead", WorldKind.Pg, WorldKind.Gm)]
    NodeLearnsItsOwnDeath,

    [Situation("a link told a node that it is dead, before membership did", WorldKind.Pg, WorldKind.Gm)]
    LinkSaysDead,

    [Situation("a session ended between two that live, and the next began", WorldKind.Pg, WorldKind.Gm)]
    SessionRenewed,

    [Situation("a pause was over before anybody noticed", WorldKind.Pg, WorldKind.Gm)]
    PauseUndetected,

    [Situation("a node paused so long that it was declared dead", WorldKind.Pg, WorldKind.Gm)]
    PausedNodeDeclaredDead,

    [Situation("a node behind a cut was declared dead", WorldKind.Pg, WorldKind.Gm)]
    PartitionedNodeDeclaredDead,

    [Situation("a node came back at its address", WorldKind.Pg, WorldKind.Gm)]
    NodeReturned,

    [Situation("a node came back with the ordinal of the life before", WorldKind.Pg, WorldKind.Gm)]
    NodeReturnedWithTheSameOrdinal,

    [Situation("a node came back with a lower ordinal than before", WorldKind.Pg, WorldKind.Gm)]
    NodeReturnedWithALowerOrdinal,

    [Situation("a node came back with another protocol version", WorldKind.Pg, WorldKind.Gm)]
    NodeUpgraded,

    [Situation("a packet came for another life at the address", WorldKind.Pg, WorldKind.Gm)]
    PacketForAnotherLife,

    [Situation("a packet came of a node that is dead", WorldKind.Pg, WorldKind.Gm)]
    PacketOfTheDead,

    [Situation("a packet came of a session that is over", WorldKind.Pg, WorldKind.Gm)]
    PacketOfAnotherSession,

    [Situation("a packet came twice", WorldKind.Pg, WorldKind.Gm)]
    PacketTwice,

    [Situation("a packet came before membership told of its sender", WorldKind.Pg, WorldKind.Gm)]
    PacketBeforeMembership,

    [Situation("a frame came that only a newer version knows", WorldKind.Pg, WorldKind.Gm)]
    FrameOfANewerVersion,

    [Situation("the buffer of a link ran over, and its session ended", WorldKind.Gm)]
    LinkBufferFull,

    [Situation("the link was cut while a catch-up was on it", WorldKind.Gm)]
    CutDuringCatchup,

    [Situation("an heir died before it had erased whom it answered for", WorldKind.Gm)]
    HeirDiedBeforeErasing,

    [Situation("two neighbours in a row were dead at one time", WorldKind.Gm)]
    TwoDeadInARow,

    [Situation("a catch-up brought messages that only a dead one had handed on", WorldKind.Gm)]
    CatchupRepaired,

    [Situation("a catch-up travelled in parts", WorldKind.Gm)]
    CatchupInParts,

    [Situation("the state for a joiner travelled in parts", WorldKind.Gm)]
    StateInParts,

    [Situation("a joiner held traffic until its state came", WorldKind.Gm)]
    TrafficHeldByJoiner,

    [Situation("a member could not hear its new neighbour", WorldKind.Gm)]
    NeighbourNotConnected,

    [Situation("content came on a link that is no more", WorldKind.Gm)]
    ContentOfAnOldLink,

    [Situation("content came of somebody who is not the left neighbour", WorldKind.Gm)]
    ContentNotFromLeft,

    [Situation("a ring went from two to one", WorldKind.Gm)]
    RingTwoToOne,

    [Situation("a ring went from two to one and to two again", WorldKind.Gm)]
    RingTwoOneTwo,

    [Situation("a joiner was listed and never got its state", WorldKind.Gm)]
    ListedWithoutState,

    [Situation("a joiner lost its inserter", WorldKind.Gm)]
    JoinLostItsInserter,

    [Situation("a joiner found nobody who could take it in", WorldKind.Gm)]
    JoinFoundNobodyReady,

    [Situation("a joiner could not hold what came before its state", WorldKind.Gm)]
    JoinHeldTooMuch,

    [Situation("a joiner could not read the record in time", WorldKind.Gm)]
    JoinWithoutRecord,

    [Situation("a joiner was stopped", WorldKind.Gm)]
    JoinStopped,

    [Situation("nobody waited for a join any more", WorldKind.Gm)]
    JoinAbandoned,

    [Situation("a joiner buried a dead inserter", WorldKind.Gm)]
    JoinerBuriedTheDead,

    [Situation("a ring was founded where all were dead", WorldKind.Gm)]
    FoundedOverTheDead,

    [Situation("the record was lost", WorldKind.Gm)]
    RecordLost,

    [Situation("a lost record was made again", WorldKind.Gm)]
    RecordMadeAgain,

    [Situation("the record went back to an earlier version", WorldKind.Gm)]
    RecordRolledBack,

    [Situation("a member found that the record went back", WorldKind.Gm)]
    RollBackDetected,

    [Situation("all living nodes told which record they hold", WorldKind.Gm)]
    SurveyComplete,

    [Situation("not all living nodes told which record they hold", WorldKind.Gm)]
    SurveyIncomplete,

    [Situation("the store failed", WorldKind.Gm)]
    StoreUnavailable,

    [Situation("nobody knew the outcome of an edit that was applied", WorldKind.Gm)]
    OutcomeUnknownAfterCommit,

    [Situation("an edit was applied after nobody had known", WorldKind.Gm)]
    EditLandedLate,

    [Situation("an edit was handed in again and remembered", WorldKind.Gm)]
    EditRemembered,

    [Situation("two front-ends of the store collided", WorldKind.Gm)]
    StoreWritesCollided,

    [Situation("somebody was buried by two", WorldKind.Gm)]
    EditNothingToDo,

    [Situation("somebody who was dead wanted an edit", WorldKind.Gm)]
    EditOfTheDead,

    [Situation("an edit was meant for another epoch", WorldKind.Gm)]
    EditOfAnotherEpoch,

    [Situation("an edit found no record", WorldKind.Gm)]
    EditWithoutRecord,

    [Situation("an edit did not fit the record", WorldKind.Gm)]
    EditRefused,

    [Situation("a ring was full", WorldKind.Gm)]
    RingFull,

    [Situation("a ring was shut down", WorldKind.Gm)]
    RingShutDown,

    [Situation("a ring was forgotten", WorldKind.Gm)]
    RingForgotten,

    [Situation("a member on a node that is not connected was told of a record later", WorldKind.Gm)]
    RecordToldLater,

    [Situation("a slow member was thrown out", WorldKind.Gm)]
    SlowMemberEjected,

    [Situation("a member lost its membership", WorldKind.Gm)]
    MembershipLost,

    [Situation("a member left before it had drained", WorldKind.Gm)]
    LeftUndrained,

    [Situation("a window was full", WorldKind.Gm)]
    WindowFull,

    [Situation("a broadcast in a callback found the window full", WorldKind.Gm)]
    OverloadedInCallback,

    [Situation("a confirm in a callback that would wait for itself was refused", WorldKind.Gm)]
    ReentrantConfirmRefused,

    [Situation("a callback awaited a confirm", WorldKind.Gm)]
    ConfirmAwaitedInCallback,

    [Situation("a confirm took too long", WorldKind.Gm)]
    ConfirmTimedOut,

    [Situation("somebody alone was told that all have its message", WorldKind.Gm)]
    ConfirmedAlone,

    [Situation("nobody knew whether all have a message", WorldKind.Gm)]
    ConfirmUnknown,

    [Situation("a handler threw", WorldKind.Gm)]
    HandlerThrew,

    [Situation("a scope was told to wait for a peer", WorldKind.Pg)]
    ChannelFull,

    [Situation("a scope was told that there is room again", WorldKind.Pg)]
    ChannelHasRoomAgain,

    [Situation("an update came of somebody who had not introduced itself", WorldKind.Pg)]
    UpdateOfAStranger,

    [Situation("a snapshot travelled in parts", WorldKind.Pg)]
    SnapshotInParts,

    [Situation("a snapshot was asked for again", WorldKind.Pg)]
    SnapshotAskedFor,

    [Situation("changes cancelled out before they were sent", WorldKind.Pg)]
    UpdateOfNothing,

    [Situation("a member was in a group twice", WorldKind.Pg)]
    MemberTwice,

    [Situation("a monitor fell behind and started again", WorldKind.Pg)]
    MonitorOverflowed,

    [Situation("a monitor ended with its owner", WorldKind.Pg)]
    MonitorEndedWithOwner,

    [Situation("a monitor ended with its scope", WorldKind.Pg)]
    MonitorEndedWithScope,

    [Situation("a change was told because a snapshot brought it", WorldKind.Pg)]
    ChangeByResync,

    [Situation("a change was told because a node is gone", WorldKind.Pg)]
    ChangeByNodeDown,

    [Situation("a change was told because a scope said goodbye", WorldKind.Pg)]
    ChangeByGoodbye,

    [Situation("a scope began another life", WorldKind.Pg)]
    ScopeStartedAgain,

    [Situation("a member of another node was refused", WorldKind.Pg)]
    MemberOfAnotherNodeRefused,

    [Situation("a call on groups was refused", WorldKind.Pg)]
    CallRefused,

    [Situation("a leave found nothing to take away", WorldKind.Pg)]
    LeaveOfNothing,
}

/// <summary>What a mark means, and in which worlds it can be seen.</summary>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class SituationAttribute(string sentence, params WorldKind[] kinds) : Attribute
{
    internal string Sentence { get; } = sentence;

    internal IReadOnlyList<WorldKind> Kinds { get; } = kinds;
}

/// <summary>All marks.</summary>
internal static class MarkNames
{
    private static readonly SituationAttribute[] Situations =
    [
        .. Enum.GetValues<Mark>().Select(static mark => (SituationAttribute)Attribute.GetCustomAttribute(
            typeof(Mark).GetField(mark.ToString())!, typeof(SituationAttribute))!),
    ];

    internal static int Count => Situations.Length;

    internal static string Of(Mark mark) => Situations[(int)mark].Sentence;

    internal static bool IsFor(Mark mark, WorldKind kind) => Situations[(int)mark].Kinds.Contains(kind);
}
