using static Orleans.Groups.Checkers.Tests.History;

namespace Orleans.Groups.Checkers.Tests;

/// <summary>Histories of a ring, each of which breaks one property of what members are given and told.</summary>
internal static class BadRings
{
    private const string D = "d@1/1";
    private const string All3 = $"{A} {B} {C}";

    internal static IEnumerable<Case> All() => [.. Delivered(), .. Joined(), .. Proofs(), .. Told(), .. Liveness()];

    private static IEnumerable<Case> Delivered() =>
    [
        new("G-S1", "a message that nobody published", h => h.Ring().Give(A, 1, B)),
        new("G-S1", "a message that has changed", h => h
            .Ring().Say(A, 1).GiveAs(A, 1, 1, "other", B)),
        new("G-S1", "one number, two messages", h => h
            .Ring().Say(A, 1).Say(A, 2).GiveAs(A, 1, 1, "h1", B).GiveAs(A, 1, 2, "h2", C)),
        new("G-S2", "the same number again", h => h.Ring().Say(A, 1).Give(A, 1, A, B, C, B)),
        new("G-S2", "one message with two numbers", h => h
            .Ring().Say(A, 1).GiveAs(A, 1, 1, "h1", B).GiveAs(A, 2, 1, "h1", B)),
        new("G-S2", "an old number again", h => h.Ring().Say(A, 1).Say(A, 2).Give(A, 1, B).Give(A, 2, B).Give(A, 1, B)),
        new("G-S3", "a number is missing", h => h
            .Ring().Say(A, 1).Say(A, 2).Say(A, 3).Give(A, 1, B).Give(A, 3, B)),
        new("G-S3", "two numbers are missing", h => h
            .Ring().Say(A, 1).Say(A, 2).Say(A, 3).Say(A, 4).Give(A, 1, C).Give(A, 4, C)),
        new("G-S5", "a survivor lacks what another has of a dead", h => h
            .Ring().Say(C, 1).Give(C, 1, C, A).Crash("c@1").Changed(A, "", C, $"{A} {B}").Changed(B, "", C, $"{A} {B}")
            .Quiet()),
        new("G-S5", "a survivor lacks the last of a dead", h => h
            .Ring().Say(C, 1).Say(C, 2).Give(C, 1, C, A, B).Give(C, 2, B).Crash("c@1")
            .Changed(A, "", C, $"{A} {B}").Changed(B, "", C, $"{A} {B}").Quiet()),
        new("G-S6", "a survivor lacks what a survivor published", h => h.Ring().Say(A, 1).Give(A, 1, A, B).Quiet()),
        new("G-S6", "what was accepted reaches nobody", h => h.Ring().Say(A, 1).Quiet()),
        new("G-S6", "a survivor lacks what somebody published before it left", h => h
            .Ring().Say(C, 1).Give(C, 1, C, A).Leaving(C).Left(C).Changed(A, "", C, $"{A} {B}")
            .Changed(B, "", C, $"{A} {B}").Quiet()),
        new("G-S9", "a message of somebody unknown", h => h
            .Ring().Start("d@1").Enter(D, $"{All3} {D}", $"{A}:0 {B}:0 {C}:0 {D}:0").Say(D, 1).Give(D, 1, B)),
        new("G-S9", "a message before it has joined", h => h
            .Ring().Start("d@1").Say(A, 1).Give(A, 1, D)),
        new("G-S10", "a message after the death", h => h
            .Ring().Say(C, 1).Crash("c@1").Changed(A, "", C, $"{A} {B}").Give(C, 1, A)),
        new("G-S10", "the second message after the death", h => h
            .Ring().Say(C, 1).Say(C, 2).Give(C, 1, C, A, B).Leaving(C).Left(C).Changed(B, "", C, $"{A} {B}")
            .Give(C, 2, B)),
    ];

    private static IEnumerable<Case> Joined() =>
    [
        new("G-S4", "the first message is not the one after the base", h => h
            .Ring().Say(A, 1).Say(A, 2).Say(A, 3).Give(A, 1, A, B, C).Give(A, 2, A, B, C).Give(A, 3, A, B, C)
            .Start("d@1").Enter(D, $"{All3} {D}", $"{A}:1 {B}:0 {C}:0 {D}:0").Give(A, 3, D)),
        new("G-S4", "a member without a base", h => h
            .Ring().Start("d@1").Enter(D, $"{All3} {D}", $"{A}:0 {B}:0 {D}:0")),
        new("G-S4", "a base of its own", h => h
            .Ring().Start("d@1").Enter(D, $"{All3} {D}", $"{A}:0 {B}:0 {C}:0 {D}:1")),
        new("G-S4", "does not hear what was published under a record that lists it", h => h
            .Ring().Start("d@1").Adopt(A, 4, $"{A} {D} {B} {C}").Say(A, 1).Give(A, 1, A, B, C)
            .Enter(D, $"{A} {B} {C} {D}", $"{A}:1 {B}:0 {C}:0 {D}:0")),
        new("G-S4", "does not hear what was published after it had joined", h => h
            .Ring().Start("d@1").Enter(D, $"{All3} {D}", $"{A}:1 {B}:0 {C}:0 {D}:0").Say(A, 1).Give(A, 1, A)),
        new("G-S11", "joins twice", h => h.Ring().Joined(C, All3, $"{A}:0 {B}:0 {C}:0")),
        new("G-S11", "joins without itself", h => h
            .Ring().Start("d@1").Joined(D, All3, $"{A}:0 {B}:0 {C}:0")),
    ];

    private static IEnumerable<Case> Proofs() =>
    [
        new("G-S7", "processed by all, but not by one", h => h
            .Ring(LogHooks.Handled).Send(A, 1, ProofLevel.Processed).Give(A, 1, A, B).Deliver(A, 1, 1, "h1", C)
            .Proved(A, 1, ProofLevel.Processed)),
        new("G-S7", "received by all, but not by one", h => h
            .Ring(LogHooks.Receive).Send(A, 1, ProofLevel.Received).Receive(A, 1, B, A).Give(A, 1, A, B).Proved(A, 1)),
        new("G-S7", "received by all, and one never gets it", h => h
            .Ring().Send(C, 1, ProofLevel.Received).Give(C, 1, C).Proved(C, 1).Crash("c@1")
            .Changed(A, "", C, $"{A} {B}").Changed(B, "", C, $"{A} {B}").Quiet()),
        new("G-S7", "somebody that thinks it is alone, against the store", h => h
            .StartWith([LogHooks.Store, LogHooks.Receive], "a@1", "b@1").Write(1, A, A).Enter(A, A, $"{A}:0")
            .Adopt(A, 1, A).Write(2, A, $"{A} {B}").Enter(B, $"{A} {B}", $"{A}:0 {B}:0").Adopt(B, 2, $"{A} {B}")
            .Send(A, 1, ProofLevel.Received).Give(A, 1, A).Proved(A, 1)),
        new("G-S7", "a death that is forgotten when the record is lost once and made again", h => h
            .Ring(LogHooks.Store).Send(A, 1, ProofLevel.Processed).Give(A, 1, A, B)
            .Write(4, A, $"{A} {B} ({C})").Adopt(A, 4, $"{A} {B} ({C})").At(A, new LogEvent.RegLost("r"))
            .Write(4, B, $"{A} {B} {C}", epoch: "f", parent: "e").Proved(A, 1, ProofLevel.Processed)),
        new("G-S7", "somebody on a node that lives, whom only a lost version listed", h => h
            .Ring(LogHooks.Store).Start("d@1").Fault("cut").Write(4, C, $"{A} {B} {C} {D}")
            .Enter(D, $"{A} {B} {C} {D}", $"{A}:0 {B}:0 {C}:0 {D}:0").Adopt(D, 4, $"{A} {B} {C} {D}")
            .Send(A, 1, ProofLevel.Processed).Give(A, 1, A, B, C).At(A, new LogEvent.RegLost("r"))
            .Write(4, A, $"{A} {B} {C}", epoch: "f", parent: "e").Adopt(A, 4, $"{A} {B} {C}", "f", "e")
            .Proved(A, 1, ProofLevel.Processed)),
        new("G-S7", "somebody comes late whom a lost version listed, and whose inserter knows of it", h => h
            .Ring(LogHooks.Store, LogHooks.Handled).Start("d@1").Fault("cut").Write(4, C, $"{A} {B} {C} {D}")
            .Adopt(C, 4, $"{A} {B} {C} {D}").Send(A, 1, ProofLevel.Processed).Give(A, 1, A, B)
            .At(A, new LogEvent.RegLost("r")).Write(4, A, $"{A} {B} {C}", epoch: "f", parent: "e")
            .Write(5, A, $"{A} {B} ({C})", epoch: "f", parent: "e").Adopt(A, 5, $"{A} {B} ({C})", "f", "e")
            .Proved(A, 1, ProofLevel.Processed).Enter(D, $"{A} {B} {C} {D}", $"{A}:0 {B}:0 {C}:0 {D}:0")),
        new("G-S7", "a joiner hears what was proved processed before it came", h => h
            .Ring(LogHooks.Handled).Start("d@1").Adopt(A, 4, $"{A} {D} {B} {C}").Send(A, 1, ProofLevel.Processed)
            .Give(A, 1, A, B, C).Proved(A, 1, ProofLevel.Processed)
            .Enter(D, $"{A} {D} {B} {C}", $"{A}:0 {D}:0 {B}:0 {C}:0")),
        new("G-S7", "believes to be alone, and the store lists it as dead", h => h
            .Alone(A).Start("b@1").Fault("cut", "a@1", "b@1").Write(2, B, $"({A})")
            .Send(A, 1, ProofLevel.Processed).Give(A, 1, A).Proved(A, 1, ProofLevel.Processed)),
        new("G-S7", "believes to be alone, and whom it took in has buried it", h => h
            .Alone(A).Write(2, A, $"{A} {B}").Start("b@1").Fault("cut", "a@1", "b@1").Write(3, B, $"({A}) {B}")
            .Send(A, 1, ProofLevel.Received).Give(A, 1, A).Proved(A, 1)),
        new("G-S7", "believes to be alone, and another ring was founded", h => h
            .Alone(A).Start("b@1").Fault("cut", "a@1", "b@1").Write(2, B, $"({A})").Write(3, B, B, epoch: "f")
            .Send(A, 1, ProofLevel.Received).Give(A, 1, A).Proved(A, 1)),
        new("G-S8", "failed, and delivered", h => h
            .Ring().Send(A, 1).Sent(A, 1, Outcome.Failed, "Overloaded").Give(A, 1, A)),
        new("G-S8", "delivered, and failed", h => h
            .Ring().Send(A, 1).Give(A, 1, A).Sent(A, 1, Outcome.Failed, "Overloaded")),
        new("G-S8", "two outcomes", h => h
            .Ring().Send(A, 1, ProofLevel.Received).Give(A, 1, A, B, C).Proved(A, 1).Proved(A, 1)),
        new("G-S8", "an outcome of nothing", h => h.Ring().Sent(A, 1)),
        new("G-S8", "ok for a reason", h => h.Ring().Send(A, 1).Sent(A, 1, Outcome.Ok, "Overloaded").Give(A, 1, A)),
        new("G-L2", "a proof that never comes", h => h
            .Ring().Send(A, 1, ProofLevel.Received).Give(A, 1, A, B, C).Quiet()),
        new("G-L2", "a proof that comes too late", h => h
            .Ring().Send(A, 1, ProofLevel.Received).Give(A, 1, A, B, C).Wait(1_000).Proved(A, 1).Quiet()),
        new("G-L7", "waits for itself until the time runs out", h => h
            .Ring().Send(A, 1, ProofLevel.Processed, inside: true).Wait(30)
            .Proved(A, 1, ProofLevel.Processed, Outcome.Unknown, "Timeout")),
        new("G-L7", "waits for itself for ever", h => h
            .Ring().Send(A, 1, ProofLevel.Processed, inside: true).Quiet()),
        new("G-L7", "a plain broadcast waits in a callback", h => h
            .Ring().Send(A, 1, inside: true).Wait(10).Sent(A, 1).Give(A, 1, A, B, C).Quiet()),
    ];

    private static IEnumerable<Case> Told() =>
    [
        new("G-S11", "born twice", h => h.Ring().Changed(A, C, "", All3)),
        new("G-S11", "born after its death", h => h
            .Ring().Crash("c@1").Changed(A, "", C, $"{A} {B}").Changed(A, C, "", All3)),
        new("G-S11", "the death of somebody unknown", h => h.Ring().Changed(A, "", D, All3)),
        new("G-S11", "no change", h => h.Ring().Changed(A, "", "", All3)),
        new("G-S11", "another list than follows", h => h.Ring().Crash("c@1").Changed(A, "", C, All3)),
        new("G-S11", "a message after the end", h => h
            .Ring().Say(A, 1).Leaving(C).Left(C).Give(A, 1, C)),
        new("G-S21", "a member faults", h => h.Ring().Stopped(C, "Faulted")),
        new("G-S21", "all members fault", h => h
            .Ring().Stopped(A, "Faulted").Stopped(B, "Faulted").Stopped(C, "Faulted").Quiet()),
        new("G-S22", "a message after the handler said stop", h => h
            .Ring().Say(A, 1).Say(A, 2).Deliver(A, 1, 1, "h1", B)
            .At(B, new LogEvent.Handled("r", B, A, 1, HandledAs.Stop)).Give(A, 2, B)),
        new("G-S22", "two calls at a time", h => h
            .Ring(LogHooks.Handled).Say(A, 1).Say(A, 2).Deliver(A, 1, 1, "h1", B).Deliver(A, 2, 2, "h2", B)),
        new("G-S22", "stops for what was to be skipped", h => h
            .Start("a@1").Enter(A, A, $"{A}:0", "skip").Stopped(A, "HandlerFailed")),
        new("G-S22", "does not stop for what was to stop it", h => h
            .Start("a@1").Enter(A, A, $"{A}:0", "stop").Say(A, 1).Deliver(A, 1, 1, "h1", A)
            .At(A, new LogEvent.Handled("r", A, A, 1, HandledAs.Threw)).Quiet()),
    ];

    private static IEnumerable<Case> Liveness() =>
    [
        new("G-L1", "a join that never ends", h => h.Ring().Add("a@1", new LogEvent.JoinInv("r", 9)).Quiet()),
        new("G-L1", "a leave that never ends", h => h.Ring().Leaving(C).Quiet()),
        new("G-L1", "a leave that takes too long", h => h
            .Ring().Leaving(C).Wait(1_000).Left(C).Changed(A, "", C, $"{A} {B}").Changed(B, "", C, $"{A} {B}").Quiet()),
        new("G-L3", "a death is never told", h => h
            .Ring().Crash("c@1").Changed(A, "", C, $"{A} {B}").Quiet()),
        new("G-L3", "a birth is never told", h => h
            .Ring().Start("d@1").Enter(D, $"{All3} {D}", $"{A}:0 {B}:0 {C}:0 {D}:0")
            .Changed(A, D, "", $"{All3} {D}").Changed(B, D, "", $"{All3} {D}").Quiet()),
        new("G-L4", "bytes are kept", h => h.Ring().Quiet().Probe("a@1", "gm", "pendingBytes", 7)),
        new("G-L4", "acks are missing", h => h
            .Ring().Quiet().At(A, new LogEvent.Progress("r", A, B, 5, 4, 4, 1))),
        new("G-L5", "a death because a frame was lost", h => h
            .Ring().Fault(LogFaults.Drop).Stopped(C, "LostMembership").Changed(A, "", C, $"{A} {B}")
            .Changed(B, "", C, $"{A} {B}").Quiet()),
        new("G-L5", "a death for no reason", h => h
            .Ring().Stopped(C, "LostMembership").Changed(A, "", C, $"{A} {B}").Changed(B, "", C, $"{A} {B}").Quiet()),
        new("G-L6", "two epochs", h => h.Ring().Adopt(C, 4, All3, "f").Quiet()),
        new("G-L6", "three epochs", h => h.Ring().Adopt(B, 4, All3, "g").Adopt(C, 4, All3, "f").Quiet()),
        new("G-L8", "more than the limit", h => h.Ring().Probe("a@1", "gm", "queuedBytes", 11, limit: 10)),
        new("G-L8", "far more than the limit", h => h.Ring().Probe("b@1", "gm", "windows", 9_999, limit: 3)),
        new("G-L9", "a record of a ring that has ended", h => h
            .Ring().Leaving(A).Leaving(B).Leaving(C).Left(A).Left(B).Left(C).Quiet()
            .Probe("a@1", "store", "records", 1)),
        new("G-L9", "a timer of a ring that was never there", h => h
            .Start("a@1").Quiet().Probe("a@1", "store", "timers", 1)),
    ];
}
