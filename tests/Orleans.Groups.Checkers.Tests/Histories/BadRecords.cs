using static Orleans.Groups.Checkers.Tests.History;

namespace Orleans.Groups.Checkers.Tests;

/// <summary>Histories of a ring, each of which breaks one property of its record, or of what goes by it.</summary>
internal static class BadRecords
{
    private const string D = "d@1/1";
    private const string All3 = $"{A} {B} {C}";

    internal static IEnumerable<Case> All() => [.. Views(), .. Writes(), .. Heirs(), .. Fences()];

    private static IEnumerable<Case> Views() =>
    [
        new("G-S12", "a member goes back", h => h.Ring().Adopt(A, 2, $"{A} {B}")),
        new("G-S12", "two contents of one version", h => h
            .Ring().Adopt(A, 4, $"{All3} {D}").Adopt(B, 4, $"{A} {D} {B} {C}")),
        new("G-S12", "a version that was never written", h => h.Ring(LogHooks.Store).Adopt(A, 9, All3)),
        new("G-S12", "a version is left out", h => h
            .Ring(LogHooks.Store).Write(5, A, $"{A} {D} {B} {C}")),
        new("G-S12", "back to an epoch that was left", h => h
            .Ring().Adopt(A, 4, All3, "f", "e").Adopt(A, 5, All3)),
    ];

    private static IEnumerable<Case> Writes() =>
    [
        new("G-S13", "somebody dead is revived", h => h
            .Ring(LogHooks.Store).Write(4, A, $"{A} ({B}) {C}").Write(5, A, All3)),
        new("G-S13", "somebody erased is back", h => h
            .Ring(LogHooks.Store).Write(4, A, $"{A} ({B}) {C}").Write(5, C, $"{A} {C}").Write(6, A, All3)),
        new("G-S13", "two at once", h => h.Ring(LogHooks.Store).Write(4, A, $"{A} {D} {B} {C} d@1/2")),
        new("G-S13", "not to the right of the author", h => h.Ring(LogHooks.Store).Write(4, A, $"{All3} {D}")),
        new("G-S13", "a living one is erased", h => h.Ring(LogHooks.Store).Write(4, A, $"{A} {C}")),
        new("G-S13", "nothing is changed", h => h.Ring(LogHooks.Store).Write(4, A, All3)),
        new("G-S13", "an id twice", h => h.Ring(LogHooks.Store).Write(4, A, $"{A} {A} {B} {C}")),
        new("G-S13", "the order changes", h => h.Ring(LogHooks.Store).Write(4, A, $"{A} {C} ({B})")),
        new("G-S13", "a living ring is founded again", h => h.Ring(LogHooks.Store).Write(4, D, D, epoch: "f")),
        new("G-S13", "made again as another", h => h
            .Ring(LogHooks.Store).At(A, new LogEvent.RegLost("r")).Write(4, A, $"{A} {B}", epoch: "f", parent: "e")),
    ];

    private static IEnumerable<Case> Heirs() =>
    [
        new("G-S14", "the wrong one answers", h => h
            .Ring().AdoptAll(4, $"{A} ({B}) {C}", A, C).At(A, new LogEvent.Inherit("r", A, B, "e", 4))),
        new("G-S14", "somebody alive is inherited", h => h.Ring().At(C, new LogEvent.Inherit("r", C, B, "e", 3))),
        new("G-S14", "the wrong one erases", h => h
            .Ring(LogHooks.Store).Write(4, A, $"{A} ({B}) {C}").Write(5, A, $"{A} {C}")),
        new("G-S15", "two send acks", h => h
            .Ring().AdoptAll(4, $"{A} {B} ({C})", A, B).At(A, new LogEvent.AckOrig("r", A, C, 1, "e", 4))
            .At(B, new LogEvent.AckOrig("r", B, C, 1, "e", 4))),
        new("G-S15", "a living publisher and somebody else send acks", h => h
            .Ring().At(A, new LogEvent.AckOrig("r", A, A, 1, "e", 3))
            .At(B, new LogEvent.AckOrig("r", B, A, 2, "e", 3))),
        new("G-S16", "a message is kept, and nothing is on its way", h => h
            .Ring().Between(B, C, new Flow(A, RightAnswers: false, 5, 3, 4, 3, 0, 4, 0))),
        new("G-S16", "a message came back to nobody", h => h
            .Ring().Between(C, A, new Flow(A, RightAnswers: true, 5, 2, 5, 4, 2, 4, 2))),
        new("G-S16", "an ack is kept, and nothing is on its way", h => h
            .Ring().Between(B, C, new Flow(A, RightAnswers: false, 5, 4, 5, 3, 0, 0, 0))),
        new("G-S16", "an ack came back to nobody", h => h
            .Ring().Between(C, A, new Flow(A, RightAnswers: true, 5, 5, 5, 5, 3, 0, 4))),
        new("G-S16", "a right neighbour is ahead of its left", h => h
            .Ring().Between(B, C, new Flow(A, RightAnswers: false, 3, 3, 4, 3, 0, 0, 0))),
        new("G-S17", "more acked than published", h => h.Ring().At(A, new LogEvent.Progress("r", A, B, 3, 4, 0, -1))),
        new("G-S17", "more returned than acked", h => h.Ring().At(A, new LogEvent.Progress("r", A, A, 4, 2, 3, 2))),
        new("G-S17", "pending is not the difference", h => h
            .Ring().At(A, new LogEvent.Progress("r", A, B, 4, 2, 0, 1))),
        new("G-S18", "received after it was to be erased", h => h
            .Ring(LogHooks.Receive).Say(B, 1).AdoptAll(4, $"{A} ({B}) {C}", A, C)
            .At(C, new LogEvent.Erase("r", C, B, "e", 4)).Receive(B, 1, A, C)),
        new("G-S18", "received by somebody whose record does not list it", h => h
            .Ring(LogHooks.Receive).Say(B, 1).AdoptAll(5, $"{A} {C}", A, C).Receive(B, 1, A, C)),
    ];

    private static IEnumerable<Case> Fences() =>
    [
        new("G-S19", "listens to somebody dead", h => h
            .Ring(LogHooks.Receive).Say(B, 1).Adopt(C, 4, $"{A} ({B}) {C}").Receive(B, 1, C, B)),
        new("G-S19", "is out, and goes on", h => h.Ring().Fault("cut").Adopt(A, 4, $"{A} {B} ({C})")
            .Changed(A, "", C, $"{A} {B}").Changed(B, "", C, $"{A} {B}").Quiet()),
        new("G-S19", "what a killed node sends arrives", h => h
            .Ring().Crash("c@1").Send(C, 1).Give(C, 1, A)),
        new("G-S19", "what somebody sends who is dead for all arrives", h => h
            .Ring().Fault("cut").AdoptAll(4, $"{A} {B} ({C})", A, B).Send(C, 1).Give(C, 1, A)),
        new("G-S20", "a frame of another epoch", h => h
            .Ring(LogHooks.Receive).Say(B, 1).Receive(B, 1, C, B, epoch: "f")),
        new("G-S20", "a message of a ring that was founded apart", h => h
            .Ring(LogHooks.Store).Start("d@1").Say(C, 1).At(A, new LogEvent.RegLost("r"))
            .Write(1, A, A, epoch: "f").Adopt(A, 1, A, "f", "").Give(C, 1, A)),
        new("G-S23", "two members of one id", h => h
            .Ring().Add("c@1", new LogEvent.JoinInv("r", 9)).Add("c@1", new LogEvent.JoinDone("r", 9, C))),
        new("G-S23", "joined on another node", h => h
            .Ring().Add("c@1", new LogEvent.JoinInv("r", 9)).Add("c@1", new LogEvent.JoinDone("r", 9, D))),
        new("G-S23", "an earlier life speaks after a later has begun", h => h
            .Ring().Crash("c@1").Start("c@2").Send(C, 1).Give(C, 1, A)),
    ];
}
