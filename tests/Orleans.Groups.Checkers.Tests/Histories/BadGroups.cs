using static Orleans.Groups.Checkers.Tests.History;

namespace Orleans.Groups.Checkers.Tests;

/// <summary>Histories of process groups, each of which breaks one property.</summary>
internal static class BadGroups
{
    private static readonly string[] Versions = [LogHooks.Versions];

    internal static IEnumerable<Case> All() => [.. Shown(), .. Tables(), .. Monitors(), .. Liveness()];

    private static IEnumerable<Case> Shown() =>
    [
        new("P-S3", "a member that never joined", h => h.Start("a@1", "b@1").Join("k", A).Read("b@1", "g", A)),
        new("P-S3", "a member of another node as a local one", h => h
            .Start("a@1", "b@1").Join("g", A).ReadLocal("b@1", "g", A)),
        new("P-S3", "a table with a member of another node", h => h
            .StartWith(Versions, "a@1", "b@1", "c@1").Join("g", C).Version("a@1", 1, [$"g:{C}"])
            .Snapshot("b@1", "a@1", 1, $"g:{C}")),
        new("P-S4", "a member of a node that was seen dead", h => h
            .Start("a@1", "b@1").Join("g", B).Crash("b@1").Saw("a@1", "b@1").Read("a@1", "g", B)),
        new("P-S4", "a monitor's snapshot with a member of a node that was seen dead", h => h
            .Start("a@1", "b@1").Join("g", B).Crash("b@1").Saw("a@1", "b@1").Watch("a@1", 1, "g", $"g:{B}")),
        new("P-S4", "a late table of a node that was seen dead", h => h
            .StartWith(Versions, "a@1", "b@1").Join("g", B).Version("b@1", 1, [$"g:{B}"]).Crash("b@1")
            .Saw("a@1", "b@1").Snapshot("a@1", "b@1", 1, $"g:{B}")),
        new("P-S5", "two lives of one node in one list", h => h
            .Start("a@1", "b@1").Join("g", B).Crash("b@1").Start("b@2").Join("g", "b@2/1")
            .Read("a@1", "g", B, "b@2/1")),
        new("P-S5", "a table of an earlier life after one of a later", h => h
            .StartWith(Versions, "a@1", "b@1").Join("g", B).Version("b@1", 1, [$"g:{B}"]).Crash("b@1")
            .StartWith(Versions, "b@2").Join("g", "b@2/1").Version("b@2", 1, ["g:b@2/1"])
            .Snapshot("a@1", "b@2", 1, "g:b@2/1").Snapshot("a@1", "b@1", 1, $"g:{B}")),
        new("P-S6", "one leave too few has effect", h => h
            .Start("a@1").Join("g", A).Join("g", A).Leave("g", A).Read("a@1", "g", A, A)),
        new("P-S6", "another node shows more than were joined", h => h
            .Start("a@1", "b@1").Join("g", A).Read("b@1", "g", A, A)),
        new("P-S6", "still there after it has left", h => h
            .Start("a@1").Join("g", A).Leave("g", A).Read("a@1", "g", A)),
        new("P-S7", "says that it took what was not there", h => h
            .Start("a@1").Join("g", A).Begin(OpVerb.Leave, "g", [A, A], out var call)
            .End(call, OpPhase.Ok, Held($"g:{A}", $"g:{A}"))),
        new("P-S7", "says that it took nothing and was the only one", h => h
            .Start("a@1").Join("g", A).Begin(OpVerb.Leave, "g", [A], out var call).End(call)),
        new("P-S7", "took what it was not asked to", h => h
            .Start("a@1").Join("g k", A).Begin(OpVerb.Leave, "g", [A], out var call)
            .End(call, OpPhase.Ok, Held($"g:{A}", $"k:{A}"))),
        new("P-S8", "a join that has returned is not shown", h => h.Start("a@1").Join("g", A).Read("a@1", "g")),
        new("P-S8", "one of two joins is not shown", h => h
            .Start("a@1").Join("g", A, A).ReadLocal("a@1", "g", A)),
        new("P-S8", "half a batch is shown", h => h
            .Start("a@1").Join("g", A, "a@1/2").Read("a@1", "g", A)),
        new("P-S9", "a group without members", h => h
            .Start("a@1").Join("g", A).Leave("g", A).LocalGroups("a@1", "g")),
        new("P-S9", "a group with members is missing", h => h.Start("a@1").Join("g", A).Groups("a@1")),
        new("P-S9", "a group twice", h => h.Start("a@1").Join("g", A).Groups("a@1", "g", "g")),
        new("P-S9", "a group without members when all is quiet", h => h
            .Start("a@1", "b@1").Join("g", A).Leave("g", A).Quiet().Groups("b@1", "g")),
        new("P-S12", "a member of another scope", h => h
            .Start("a@1", "b@1").Begin(OpVerb.Join, "g", [A], out var call, "t").End(call).Read("b@1", "g", A)),
        new("P-S12", "a monitor tells of a member of another scope", h => h
            .Start("a@1", "b@1").Begin(OpVerb.Join, "g", [A], out var call, "t").End(call).Watch("b@1", 1, null)
            .Told("b@1", 1, 1, MonChange.Joined, "g", A)),
        new("P-L1", "a member is missing elsewhere when all is quiet", h => h
            .Start("a@1", "b@1").Join("g", A).Quiet().Read("b@1", "g")),
        new("P-L1", "a member that has left is still there elsewhere when all is quiet", h => h
            .Start("a@1", "b@1").Join("g", A).Leave("g", A).Quiet().Read("b@1", "g", A)),
        new("P-L2", "a member of a killed node when all is quiet", h => h
            .Start("a@1", "b@1").Join("g", B).Crash("b@1").Quiet().Read("a@1", "g", B)),
        new("P-L2", "a member of a killed node long after", h => h
            .Start("a@1", "b@1").Join("g", B).Crash("b@1").Wait(1_000).Read("a@1", "g", B)),
    ];

    private static IEnumerable<Case> Tables() =>
    [
        new("P-S1", "a copy is not what the owner had", h => h
            .StartWith(Versions, "a@1", "b@1").Join("g k", A).Version("a@1", 1, [$"g:{A}", $"k:{A}"])
            .Snapshot("b@1", "a@1", 1, $"g:{A}")),
        new("P-S1", "a copy goes back", h => h
            .StartWith(Versions, "a@1", "b@1").Join("g", A).Version("a@1", 1, [$"g:{A}"])
            .Join("g", A).Version("a@1", 2, [$"g:{A}"])
            .Snapshot("b@1", "a@1", 2, $"g:{A}", $"g:{A}")
            .Add("b@1", new LogEvent.Dropped("s", "a@1", 1)).Snapshot("b@1", "a@1", 1, $"g:{A}")),
        new("P-S1", "a copy is of a version that was never made", h => h
            .StartWith(Versions, "a@1", "b@1").Join("g", A).Version("a@1", 1, [$"g:{A}"])
            .Snapshot("b@1", "a@1", 2, $"g:{A}")),
        new("P-S2", "a change that does not follow", h => h
            .StartWith(Versions, "a@1", "b@1").Version("a@1", 1, []).Snapshot("b@1", "a@1", 1)
            .Version("a@1", 2, []).Version("a@1", 3, []).Update("b@1", "a@1", 2, 3, [])),
        new("P-S2", "a change without a table before it", h => h
            .StartWith(Versions, "a@1", "b@1").Version("a@1", 1, []).Update("b@1", "a@1", 0, 1, [])),
        new("P-S10", "a read of an older version", h => h
            .StartWith(Versions, "a@1", "b@1").Join("g", A).Version("a@1", 1, [$"g:{A}"])
            .Leave("g", A).Version("a@1", 2, [], $"g:{A}")
            .ReadAt("b@1", "g", [new("a@1", 1, 2)]).ReadAt("b@1", "g", [new("a@1", 1, 1)], A)),
        new("P-S10", "a read of what was there at no version", h => h
            .StartWith(Versions, "a@1", "b@1").Join("g", A).Version("a@1", 1, [$"g:{A}"])
            .ReadAt("b@1", "g", [new("a@1", 1, 1)])),
        new("P-S10", "a list changes in the reader's hands", h => h
            .Start("a@1").Add("a@1", new LogEvent.Altered("s", "g", [A], []))),
        new("P-L1", "a copy stays behind", h => h
            .StartWith(Versions, "a@1", "b@1").Version("a@1", 1, []).Snapshot("b@1", "a@1", 1)
            .Version("a@1", 2, []).Quiet()),
    ];

    private static IEnumerable<Case> Monitors() =>
    [
        new("P-M1", "a join is never told", h => h
            .Start("a@1", "b@1").Watch("b@1", 1, "g").Join("g", A).Quiet()),
        new("P-M1", "somebody leaves who was not there", h => h
            .Start("a@1", "b@1").Join("g", A).Watch("b@1", 1, "g").Leave("g", A)
            .Told("b@1", 1, 1, MonChange.Left, "g", A)),
        new("P-M1", "one join is told twice", h => h
            .Start("a@1", "b@1").Watch("b@1", 1, "g").Join("g", A).Told("b@1", 1, 1, MonChange.Joined, "g", A)
            .Told("b@1", 1, 2, MonChange.Joined, "g", A)),
        new("P-M1", "an event that changes nothing", h => h
            .Start("a@1").Watch("a@1", 1, "g").Told("a@1", 1, 1, MonChange.Joined, "g")),
        new("P-M1", "a node's end is never told", h => h
            .Start("a@1", "b@1").Join("g", B).Watch("a@1", 1, "g", $"g:{B}").Crash("b@1").Quiet()),
        new("P-M2", "a number is missing", h => h
            .Start("a@1", "b@1").Watch("b@1", 1, "g").Join("g", A).Told("b@1", 1, 2, MonChange.Joined, "g", A)),
        new("P-M2", "a number comes twice", h => h
            .Start("a@1", "b@1").Watch("b@1", 1, "g").Join("g", A, A).Told("b@1", 1, 1, MonChange.Joined, "g", A)
            .Told("b@1", 1, 1, MonChange.Joined, "g", A)),
        new("P-M2", "a monitor that never started", h => h
            .Start("a@1", "b@1").Join("g", A).Told("b@1", 1, 1, MonChange.Joined, "g", A)),
        new("P-M3", "a batch in two events", h => h
            .Start("a@1").Watch("a@1", 1, "g").Join("g", A, "a@1/2").Told("a@1", 1, 1, MonChange.Joined, "g", A)
            .Told("a@1", 1, 2, MonChange.Joined, "g", "a@1/2")),
        new("P-M3", "a batch of leaves in two events", h => h
            .Start("a@1").Join("g", A, "a@1/2").Watch("a@1", 1, "g", $"g:{A}", "g:a@1/2").Leave("g", A, "a@1/2")
            .Told("a@1", 1, 1, MonChange.Left, "g", A).Told("a@1", 1, 2, MonChange.Left, "g", "a@1/2").Quiet()),
        new("P-M3", "a node's end in two events", h => h
            .Start("a@1", "b@1").Join("g", B, "b@1/2").Watch("a@1", 1, "g", $"g:{B}", "g:b@1/2").Crash("b@1")
            .ToldBecause("a@1", 1, 1, MonChange.Left, "NodeDown", "g", B)
            .ToldBecause("a@1", 1, 2, MonChange.Left, "NodeDown", "g", "b@1/2")),
        new("P-M4", "starts again without a snapshot", h => h
            .Start("a@1").Watch("a@1", 1, "g").Add("a@1", new LogEvent.MonEvent(
                "s", 1, 1, MonChange.Restarted, "", [], "MonitorOverflow"))),
        new("P-M4", "a change with a snapshot", h => h
            .Start("a@1").Watch("a@1", 1, "g").Join("g", A).Add("a@1", new LogEvent.MonEvent(
                "s", 1, 1, MonChange.Joined, "g", [A], "Joined", []))),
        new("P-M5", "an event after disposal", h => h
            .Start("a@1").Watch("a@1", 1, "g").Join("g", A).Unwatch("a@1", 1)
            .Told("a@1", 1, 1, MonChange.Joined, "g", A)),
        new("P-M5", "a callback after disposal", h => h
            .Start("a@1").Add("a@1", new LogEvent.MonStart("s", 1, null, [], 1, Pushes: true)).Join("g", A)
            .Unwatch("a@1", 1).Told("a@1", 1, 1, MonChange.Joined, "g", A)),
    ];

    private static IEnumerable<Case> Liveness() =>
    [
        new("P-S11", "a node stops by its own fault", h => h.Start("a@1").Stop("a@1", LogReasons.Fault)),
        new("P-S11", "a scope stops by its own fault", h => h.Start("a@1").ScopeStop("a@1", LogReasons.Fault)),
        new("P-L3", "a call that never ends", h => h
            .Start("a@1").Begin(OpVerb.Join, "g", [A], out _).Quiet()),
        new("P-L3", "a call that takes too long", h => h
            .Start("a@1").Begin(OpVerb.Join, "g", [A], out var call).Wait(60).End(call)),
        new("P-L4", "a member's trace when it has left", h => h
            .Start("a@1").Join("g", A).Leave("g", A).Quiet().Probe("a@1", "pg", "watches", 1)),
        new("P-L4", "a monitor's trace when it has ended", h => h
            .Start("a@1").Watch("a@1", 1, "g").Unwatch("a@1", 1).Quiet().Probe("a@1", "pg", "monitors", 1)),
    ];
}
