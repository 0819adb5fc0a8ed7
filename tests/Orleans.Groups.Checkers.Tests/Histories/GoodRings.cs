using static Orleans.Groups.Checkers.Tests.History;

namespace Orleans.Groups.Checkers.Tests;

/// <summary>Histories of a ring in which nothing is wrong.</summary>
internal static class GoodRings
{
    private const string D = "d@1/1";

    internal static IEnumerable<Case> All() => [.. Delivered(), .. Changed(), .. Inside()];

    private static IEnumerable<Case> Delivered() =>
    [
        new("G-S1 G-S2 G-S3 G-S5 G-S6 G-S9 G-S11 G-L1 G-L2 G-L3 G-L4 G-L6", "three members, everybody speaks", h => h
            .Ring().Say(A, 1).Give(A, 1, A, B, C).Say(B, 1).Say(B, 2).Give(B, 1, B, C, A).Give(B, 2, C, B, A)
            .Send(C, 1, ProofLevel.Received).Give(C, 1, C, A, B).Proved(C, 1)
            .Quiet().Probe("a@1", "gm", "pendingBytes", 0)),
        new("G-S4 G-S23", "a newcomer hears from its base on", h => h
            .Ring().Say(A, 1).Give(A, 1, A, B, C).Start("d@1").Enter(D, $"{A} {B} {C} {D}", $"{A}:1 {B}:0 {C}:0 {D}:0")
            .Changed(A, D, "", $"{A} {B} {C} {D}").Changed(B, D, "", $"{A} {B} {C} {D}")
            .Changed(C, D, "", $"{A} {B} {C} {D}").Adopt(A, 4, $"{A} {D} {B} {C}")
            .Say(A, 2).Give(A, 2, A, B, C, D).Quiet()),
        new("G-S7 G-S8", "proofs of both kinds, a failure, and what nobody knows", h => h
            .Ring(LogHooks.Handled).Send(A, 1, ProofLevel.Received).Proved(A, 1).Give(A, 1, A, B, C)
            .Send(A, 2, ProofLevel.Processed).Give(A, 2, A, B, C).Proved(A, 2, ProofLevel.Processed)
            .Send(A, 3).Sent(A, 3, Outcome.Failed, "Overloaded")
            .Send(A, 4, ProofLevel.Received).Proved(A, 4, ProofLevel.Received, Outcome.Unknown, "Timeout")
            .Deliver(A, 3, 4, "h4", A).At(A, new LogEvent.Handled("r", A, A, 3, HandledAs.Ok))
            .GiveAs(A, 3, 4, "h4", B).GiveAs(A, 3, 4, "h4", C).Quiet()),
        new("G-S7", "a member that was taken out need not have what is proved", h => h
            .Ring(LogHooks.Handled).Send(A, 1, ProofLevel.Processed).Give(A, 1, A, B).Crash("c@1")
            .Adopt(A, 4, $"{A} {B} ({C})").Proved(A, 1, ProofLevel.Processed)
            .Changed(A, "", C, $"{A} {B}").Changed(B, "", C, $"{A} {B}").Quiet()),
        new("G-S7", "a member that was taken out, as others had seen before the publisher", h => h
            .Ring(LogHooks.Handled).Fault("cut").Adopt(B, 5, $"{A} {B}").Adopt(A, 4, $"{A} {B} {C} {D}")
            .Send(A, 1, ProofLevel.Processed).Give(A, 1, A, B, C).Proved(A, 1, ProofLevel.Processed)),
        new("G-S7", "a joiner behind a proof", h => h
            .Ring().Start("d@1").Adopt(A, 4, $"{A} {D} {B} {C}").Send(A, 1, ProofLevel.Processed).Give(A, 1, A, B, C)
            .Crash("d@1").Proved(A, 1, ProofLevel.Processed)),
        new("G-S7 G-S8", "a lone member that the store lists has its proof; one that it does not list has none", h => h
            .Alone(A).Send(A, 1, ProofLevel.Received).Give(A, 1, A).Proved(A, 1)
            .Start("b@1").Fault("cut", "a@1", "b@1").Write(2, B, $"({A})").Write(3, B, B, epoch: "f")
            .Send(A, 2, ProofLevel.Received).Proved(A, 2, ProofLevel.Received, Outcome.Unknown, "LostMembership")
            .Stopped(A, "LostMembership").Quiet()),
        new("G-S7", "a lone member that the store lists when it calls, and not when it is told", h => h
            .Alone(A).Start("b@1").Send(A, 1, ProofLevel.Processed).Give(A, 1, A).Fault("cut", "a@1", "b@1")
            .Write(2, B, $"({A})").Proved(A, 1, ProofLevel.Processed).Stopped(A, "LostMembership").Quiet()),
        new("G-S10 G-S5", "a dead member's messages come before its death", h => h
            .Ring().Say(C, 1).Give(C, 1, C, A).Crash("c@1").Give(C, 1, B)
            .Changed(A, "", C, $"{A} {B}").Changed(B, "", C, $"{A} {B}").Quiet()),
        new("G-S6", "somebody speaks, and leaves", h => h
            .Ring().Say(C, 1).Leaving(C).Give(C, 1, C, A, B).Left(C)
            .Changed(A, "", C, $"{A} {B}").Changed(B, "", C, $"{A} {B}").Quiet()),
        new("G-S8", "a broadcast of a member that crashes is never answered", h => h
            .Ring().Send(C, 1).Crash("c@1").Changed(A, "", C, $"{A} {B}").Changed(B, "", C, $"{A} {B}").Quiet()),
        new("G-L7", "what would wait for itself is refused", h => h
            .Ring().Send(A, 1, ProofLevel.Processed, inside: true)
            .Proved(A, 1, ProofLevel.Processed, Outcome.Failed, "ReentrantConfirm")
            .Send(A, 2, inside: true).Sent(A, 2).GiveAs(A, 1, 2, "h2", A).GiveAs(A, 1, 2, "h2", B)
            .GiveAs(A, 1, 2, "h2", C).Quiet()),
    ];

    private static IEnumerable<Case> Changed() =>
    [
        new("G-S11", "the application compares its list", h => h
            .Ring().At(A, new LogEvent.Validate("r", A, [A, D])).Changed(A, $"{B} {C}", D, $"{A} {B} {C}").Quiet()),
        new("G-S21 G-S22", "a handler throws, another stops its member", h => h
            .Ring(LogHooks.Handled).Say(A, 1).Deliver(A, 1, 1, "h1", B)
            .At(B, new LogEvent.Handled("r", B, A, 1, HandledAs.Threw)).Give(A, 1, A)
            .Deliver(A, 1, 1, "h1", C).At(C, new LogEvent.Handled("r", C, A, 1, HandledAs.Stop))
            .Stopped(C, "HandlerStopped").Changed(A, "", C, $"{A} {B}").Changed(B, "", C, $"{A} {B}").Quiet()),
        new("G-L5 G-S19", "frames are lost and nobody goes; a link is cut and somebody may", h => h
            .Ring().Fault(LogFaults.Drop).Say(A, 1).Give(A, 1, A, B, C).Quiet().Fault("cut", "a@1", "c@1")
            .Adopt(A, 4, $"{A} {B} ({C})").Stopped(C, "LostMembership")
            .Changed(A, "", C, $"{A} {B}").Changed(B, "", C, $"{A} {B}").Quiet()),
        new("G-L8 G-L9", "limits are kept, and nothing is left in the end", h => h
            .Ring().Probe("a@1", "gm", "queuedBytes", 10, limit: 10).Leaving(A).Leaving(B).Leaving(C)
            .Left(A).Left(B).Left(C).Quiet().Probe("a@1", "store", "records", 0)),
    ];

    private static IEnumerable<Case> Inside() =>
    [
        new("G-S12 G-S13 G-S14 G-S15 G-S18", "a death, its heir, its erasure", h => h
            .Ring(LogHooks.Store, LogHooks.Receive).Say(B, 1).Receive(B, 1, C, B).Receive(B, 1, A, C)
            .Give(B, 1, B, C, A).Crash("b@1").Write(4, A, $"{A} ({B}) {C}").AdoptAll(4, $"{A} ({B}) {C}", A, C)
            .At(C, new LogEvent.Inherit("r", C, B, "e", 4)).At(C, new LogEvent.AckOrig("r", C, B, 1, "e", 4))
            .At(C, new LogEvent.Erase("r", C, B, "e", 4)).Write(5, C, $"{A} {C}").AdoptAll(5, $"{A} {C}", A, C)
            .Changed(A, "", B, $"{A} {C}").Changed(C, "", B, $"{A} {C}").Quiet()),
        new("G-S18 G-S19", "two that are dead for the others, and do not know it yet, hear each other", h => h
            .Ring(LogHooks.Receive).Fault("cut").Adopt(A, 5, $"{A} ({B}) ({C})")
            .At(A, new LogEvent.Erase("r", A, B, "e", 5)).Say(B, 1).Give(B, 1, B).Receive(B, 1, C, B).Give(B, 1, C)
            .Stopped(B, "LostMembership").Stopped(C, "LostMembership").Changed(A, "", $"{B} {C}", A).Quiet()),
        new("G-S13 G-S12", "somebody leaves, the ring is closed and founded again", h => h
            .Start("a@1", "b@1").Write(1, A, A).Write(2, A, $"{A} {B}").Write(3, B, A)
            .Write(4, A, A, status: RingState.ShutDown).Write(5, B, "b@1/2", epoch: "f")),
        new("G-S13 G-S20 G-S12", "a lost record is made again", h => h
            .Ring(LogHooks.Store).At(A, new LogEvent.RegLost("r"))
            .Write(4, B, $"{A} {B} {C}", epoch: "f", parent: "e")
            .Adopt(B, 4, $"{A} {B} {C}", "f", "e").Adopt(A, 4, $"{A} {B} {C}", "f", "e")
            .Adopt(C, 4, $"{A} {B} {C}", "f", "e").Say(A, 1).Give(A, 1, A, B, C).Quiet()),
        new("G-S19 G-L3 G-S13", "a death that only the lost record knew is no death", h => h
            .Ring(LogHooks.Store).Write(4, B, $"{A} {B} ({C})").At(A, new LogEvent.RegLost("r"))
            .Write(4, A, $"{A} {B} {C}", epoch: "f", parent: "e")
            .Adopt(B, 4, $"{A} {B} {C}", "f", "e").Adopt(A, 4, $"{A} {B} {C}", "f", "e")
            .Adopt(C, 4, $"{A} {B} {C}", "f", "e").Quiet()),
        new("G-S18 G-S19 G-L3", "an erasure that only the lost record knew is none", h => h
            .Ring(LogHooks.Store, LogHooks.Receive).Start("d@1").Write(4, B, $"{A} {B} ({C})")
            .Adopt(A, 4, $"{A} {B} ({C})").At(A, new LogEvent.Erase("r", A, C, "e", 4))
            .Crash("a@1").At(B, new LogEvent.RegLost("r")).Write(4, B, $"{A} {B} {C}", epoch: "f", parent: "e")
            .Adopt(B, 4, $"{A} {B} {C}", "f", "e").Adopt(C, 4, $"{A} {B} {C}", "f", "e")
            .Say(C, 1).Give(C, 1, C).Receive(C, 1, B, C, "f").Give(C, 1, B)),
        new("G-S19", "the broadcast of one whose death was lost with the record", h => h
            .Ring(LogHooks.Store, LogHooks.Receive).Write(4, B, $"{A} {B} ({C})").AdoptAll(4, $"{A} {B} ({C})", A, B)
            .Say(C, 1).Give(C, 1, C).Crash("a@1").Crash("b@1").Start("d@1").At("d@1/1", new LogEvent.RegLost("r"))
            .Write(4, C, $"{A} {B} {C}", epoch: "f", parent: "e").Adopt(C, 4, $"{A} {B} {C}", "f", "e")
            .Write(5, C, $"({A}) ({B}) {C}", epoch: "f", parent: "e").Write(6, C, C, epoch: "f", parent: "e")
            .Write(7, C, $"{C} d@1/1", epoch: "f", parent: "e").Adopt(C, 7, $"{C} d@1/1", "f", "e")
            .Enter("d@1/1", $"{C} d@1/1", $"{C}:0 d@1/1:0").Adopt("d@1/1", 7, $"{C} d@1/1", "f", "e")
            .Receive(C, 1, "d@1/1", C, "f").Give(C, 1, "d@1/1")),
        new("G-S19", "the broadcast of one that is dead for all but a newcomer, whose state is on its way", h => h
            .StartWith([LogHooks.Store, LogHooks.Receive], "a@1", "d@1").Fault("cut").Write(1, A, A)
            .Enter(A, A, $"{A}:0").Adopt(A, 1, A).Write(2, A, $"{A} {D}").Adopt(A, 2, $"{A} {D}")
            .Changed(A, D, "", $"{A} {D}").Write(3, D, $"({A}) {D}").Say(A, 1).Give(A, 1, A)
            .Enter(D, $"{A} {D}", $"{A}:0 {D}:0").Adopt(D, 2, $"{A} {D}").Receive(A, 1, D, A).Give(A, 1, D)
            .Adopt(D, 3, $"({A}) {D}").Stopped(A, "LostMembership").Changed(D, "", A, D).Quiet()),
        new("G-S15", "two heirs, one after the other", h => h
            .Start("a@1", "b@1", "c@1").Adopt(B, 4, $"{A} {B} ({C})").Adopt(A, 5, $"{A} ({B}) ({C})")
            .At(B, new LogEvent.AckOrig("r", B, C, 1, "e", 4)).At(A, new LogEvent.AckOrig("r", A, C, 2, "e", 5))),
        new("G-S16", "what is kept has a message or an ack on its way", h => h
            .Ring()
            .Between(B, C, new Flow(A, RightAnswers: false, 5, 3, 4, 2, 0, 5, 3))
            .Between(C, A, new Flow(A, RightAnswers: true, 4, 2, 5, 3, 2, 4, 0))
            .Between(A, B, new Flow(C, RightAnswers: false, 2, 2, 2, 2, 0, 0, 0))),
        new("G-S7", "a publisher that is out when the joiner gets its state owes it nothing", h => h
            .StartWith([LogHooks.Store], "a@1", "b@1", "d@1").Write(1, A, A).Write(2, A, $"{A} {B}")
            .Enter(A, A, $"{A}:0").Enter(B, $"{A} {B}", $"{A}:0 {B}:0").Changed(A, B, "", $"{A} {B}")
            .AdoptAll(2, $"{A} {B}", A, B).Write(3, A, $"{A} {D} {B}")
            .Send(B, 1, ProofLevel.Processed).Give(B, 1, A, B).Proved(B, 1, ProofLevel.Processed)
            .Leaving(B).Write(4, B, $"{A} {D}").Left(B).Adopt(A, 4, $"{A} {D}").Changed(A, D, B, $"{A} {D}")
            .Enter(D, $"{A} {D}", $"{A}:0 {D}:0").Adopt(D, 4, $"{A} {D}").Quiet()),
        new("G-S7", "who was to be taken in, and founds another ring since the record is lost, is owed nothing", h => h
            .StartWith([LogHooks.Store], "a@1", "b@1").Fault("suspicion", "a@1").Write(1, A, A)
            .Enter(A, A, $"{A}:0").Adopt(A, 1, A).Write(2, A, $"{A} {B}")
            .Send(A, 1, ProofLevel.Processed).Give(A, 1, A).At(A, new LogEvent.RegLost("r"))
            .Write(1, B, B, epoch: "f").Enter(B, B, $"{B}:0").Adopt(B, 1, B, epoch: "f")
            .Proved(A, 1, ProofLevel.Processed)),
        new("G-S7", "a death in an epoch that the store lost, and made the record again of the one before", h => h
            .Ring(LogHooks.Store).Send(A, 1, ProofLevel.Processed).Give(A, 1, A, B).At(A, new LogEvent.RegLost("r"))
            .Write(4, A, $"{A} {B} {C}", epoch: "f", parent: "e").Write(5, A, $"{A} {B} ({C})", epoch: "f", parent: "e")
            .Adopt(A, 5, $"{A} {B} ({C})", "f", "e").At(A, new LogEvent.RegLost("r"))
            .Write(4, B, $"{A} {B} {C}", epoch: "g", parent: "e").Proved(A, 1, ProofLevel.Processed)),
        new("G-S7", "a death in a version that the store lost, and made the record again of an earlier one", h => h
            .Ring(LogHooks.Store).Send(A, 1, ProofLevel.Processed).Give(A, 1, A, B).At(A, new LogEvent.RegLost("r"))
            .Write(4, A, $"{A} {B} {C}", epoch: "f", parent: "e").Write(5, A, $"{A} {B} ({C})", epoch: "f", parent: "e")
            .Adopt(A, 5, $"{A} {B} ({C})", "f", "e").At(A, new LogEvent.RegLost("r"))
            .Write(5, B, $"{A} {B} {C}", epoch: "g", parent: "f").Proved(A, 1, ProofLevel.Processed)),
        new("G-S7", "somebody on a dead node, whom only a lost version listed, is owed nothing", h => h
            .Ring(LogHooks.Store).Start("d@1").Fault("cut").Write(4, C, $"{A} {B} {C} {D}")
            .Enter(D, $"{A} {B} {C} {D}", $"{A}:0 {B}:0 {C}:0 {D}:0").Adopt(D, 4, $"{A} {B} {C} {D}")
            .Send(A, 1, ProofLevel.Processed).Give(A, 1, A, B, C).At(A, new LogEvent.RegLost("r")).Saw("a@1", "d@1")
            .Write(4, A, $"{A} {B} {C}", epoch: "f", parent: "e").Adopt(A, 4, $"{A} {B} {C}", "f", "e")
            .Proved(A, 1, ProofLevel.Processed)),
        new("G-S7", "somebody comes late whom only a lost version listed, and whose inserter has ended", h => h
            .Ring(LogHooks.Store, LogHooks.Handled).Start("d@1").Fault("cut").Write(4, C, $"{A} {B} {C} {D}")
            .Adopt(C, 4, $"{A} {B} {C} {D}").Send(A, 1, ProofLevel.Processed).Give(A, 1, A, B)
            .Stopped(C, "HandlerStopped").At(A, new LogEvent.RegLost("r"))
            .Write(4, A, $"{A} {B} {C}", epoch: "f", parent: "e").Write(5, A, $"{A} {B} ({C})", epoch: "f", parent: "e")
            .Adopt(A, 5, $"{A} {B} ({C})", "f", "e")
            .Proved(A, 1, ProofLevel.Processed).Enter(D, $"{A} {B} {C} {D}", $"{A}:0 {B}:0 {C}:0 {D}:0")),
        new("G-S18", "somebody erased is heard by somebody whom only a lost version listed", h => h
            .Ring(LogHooks.Store, LogHooks.Receive).Start("d@1").Fault("cut").Write(4, C, $"{A} {B} {C} {D}")
            .AdoptAll(4, $"{A} {B} {C} {D}", C, D).At(A, new LogEvent.RegLost("r"))
            .Write(4, A, $"{A} {B} {C}", epoch: "f", parent: "e").Write(5, A, $"{A} {B} ({C})", epoch: "f", parent: "e")
            .Adopt(A, 5, $"{A} {B} ({C})", "f", "e").At(A, new LogEvent.Erase("r", A, C, "f", 5))
            .Say(C, 1).Give(C, 1, C).Receive(C, 1, D, C)),
        new("G-S17", "counters that make sense", h => h
            .Ring().At(A, new LogEvent.Progress("r", A, B, 5, 3, 2, 2)).Quiet()
            .At(A, new LogEvent.Progress("r", A, B, 5, 5, 5, 0))),
        new("G-S23", "a node comes back as another member", h => h
            .Ring().Crash("c@1").Changed(A, "", C, $"{A} {B}").Changed(B, "", C, $"{A} {B}").Start("c@2")
            .Enter("c@2/1", $"{A} {B} c@2/1", $"{A}:0 {B}:0 c@2/1:0").Changed(A, "c@2/1", "", $"{A} {B} c@2/1")
            .Changed(B, "c@2/1", "", $"{A} {B} c@2/1").Say("c@2/1", 1).Give("c@2/1", 1, "c@2/1", A, B).Quiet()),
    ];
}
