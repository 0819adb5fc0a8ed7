using static Orleans.Groups.Checkers.Tests.History;

namespace Orleans.Groups.Checkers.Tests;

/// <summary>Histories of process groups in which nothing is wrong.</summary>
internal static class GoodGroups
{
    internal static IEnumerable<Case> All() =>
    [
        new("P-S3 P-S8 P-S9 P-L1 P-L3", "a join is shown at once here, and in the end there", h => h
            .Start("a@1", "b@1").Join("g", A)
            .Read("a@1", "g", A).Read("b@1", "g").LocalGroups("a@1", "g").Groups("b@1")
            .Quiet()
            .Read("b@1", "g", A).Groups("b@1", "g").LocalGroups("b@1")),
        new("P-S6 P-S7", "two joins take two leaves, the third takes nothing", h => h
            .Start("a@1", "b@1").Join("g", A, A).Read("a@1", "g", A, A).Leave("g", A).Read("a@1", "g", A)
            .Begin(OpVerb.Leave, "g", [A, A], out var call).End(call, OpPhase.Ok, Held($"g:{A}"))
            .Begin(OpVerb.Leave, "g", [A], out call).End(call)
            .Read("a@1", "g").Quiet().Read("b@1", "g")),
        new("P-S7", "leaves that overlap share what is there", h => h
            .Start("a@1").Join("g", A)
            .Begin(OpVerb.Leave, "g", [A], out var one).Begin(OpVerb.Leave, "g", [A], out var two)
            .End(two, OpPhase.Ok, Held($"g:{A}")).End(one)),
        new("P-S8", "a read that overlaps a join may show either", h => h
            .Start("a@1").Begin(OpVerb.Join, "g", [A], out var call).End(call).ReadSince(1, "a@1", "g")),
        new("P-S3", "a join of which nobody knows whether it was done", h => h
            .Start("a@1", "b@1").Begin(OpVerb.Join, "g", [A], out var call).End(call, OpPhase.Info)
            .Read("b@1", "g", A).Quiet().Read("a@1", "g", A).Read("b@1", "g")),
        new("P-S4 P-S5 P-L2", "a killed node's members go, its next life's come", h => h
            .Start("a@1", "b@1").Join("g", B).Read("a@1", "g", B).Crash("b@1").Read("a@1", "g", B)
            .Saw("a@1", "b@1").Read("a@1", "g").Start("b@2").Join("g", "b@2/1").Read("a@1", "g", "b@2/1")
            .Quiet().Read("a@1", "g", "b@2/1")),
        new("P-S11 P-S8 P-L4", "a scope stops and starts again, empty", h => h
            .Start("a@1", "b@1").Join("g", A).ScopeStop("a@1").Read("a@1", "g").ScopeStart("a@1").Join("g", A)
            .Leave("g", A).Quiet().Read("b@1", "g").Probe("a@1", "pg", "members", 0).Stop("a@1")),
        new("P-S12", "the same names in two scopes are two groups", h => h
            .Start("a@1").Join("g", A).Begin(OpVerb.Join, "g", [A], out var call, "t").End(call)
            .Add("a@1", new LogEvent.Read("t", ReadWhat.Members, "g", [A], 5)).Read("a@1", "g", A)),
        new("P-S6 P-L1", "a member ends and is gone by the time all is quiet", h => h
            .Start("a@1", "b@1").Join("g", A).EndMember(A).Read("a@1", "g", A).Read("a@1", "g")
            .Quiet().Read("a@1", "g").Read("b@1", "g").Groups("b@1")),
        new("P-S1 P-S2 P-S10", "copies follow the versions of their owner", h => h
            .StartWith([LogHooks.Versions], "a@1", "b@1")
            .Join("g", A).Version("a@1", 1, [$"g:{A}"]).Snapshot("b@1", "a@1", 1, $"g:{A}")
            .ReadAt("b@1", "g", [new("a@1", 1, 1)], A)
            .Join("g", A).Version("a@1", 2, [$"g:{A}"]).Join("k", A).Version("a@1", 3, [$"k:{A}"])
            .Update("b@1", "a@1", 1, 3, [$"g:{A}", $"k:{A}"]).ReadAt("b@1", "g", [new("a@1", 1, 3)], A, A)
            .Add("b@1", new LogEvent.Dropped("s", "a@1", 1)).Snapshot("b@1", "a@1", 3, $"g:{A}", $"g:{A}", $"k:{A}")
            .Quiet()),
        new("P-M1 P-M2 P-M3 P-M5", "monitors tell joins, leaves and the end of a node", h => h
            .Start("a@1", "b@1").Join("g", B).Watch("a@1", 1, "g", $"g:{B}").Watch("a@1", 2, null, $"g:{B}")
            .Join("g k", A, A).Told("a@1", 1, 1, MonChange.Joined, "g", A, A)
            .Told("a@1", 2, 1, MonChange.Joined, "g", A, A).Told("a@1", 2, 2, MonChange.Joined, "k", A, A)
            .Begin(OpVerb.Leave, "k", [A, A], out var call).Told("a@1", 2, 3, MonChange.Left, "k", A, A)
            .End(call, OpPhase.Ok, Held($"k:{A}", $"k:{A}"))
            .Crash("b@1").ToldBecause("a@1", 1, 2, MonChange.Left, "NodeDown", "g", B)
            .Unwatch("a@1", 1).ToldBecause("a@1", 2, 4, MonChange.Left, "NodeDown", "g", B).Quiet()),
        new("P-M4 P-M2", "a slow observer starts again from a snapshot", h => h
            .Start("a@1").Watch("a@1", 1, "g").Join("g", A).Join("g", A)
            .Told("a@1", 1, 1, MonChange.Joined, "g", A).Restarted("a@1", 1, 2, $"g:{A}", $"g:{A}")
            .Leave("g", A).Told("a@1", 1, 3, MonChange.Left, "g", A).Quiet()),
        new("P-M5", "a callback that runs when the scope stops comes to its end", h => h
            .Start("a@1").Add("a@1", new LogEvent.MonStart("s", 1, null, [], 1, Pushes: true)).Join("g", A)
            .Unwatch("a@1", 1, "ScopeStopped").Told("a@1", 1, 1, MonChange.Joined, "g", A)),
    ];
}
