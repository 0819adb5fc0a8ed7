using System.Globalization;

namespace Orleans.Groups.Simulator;

/// <summary>One thing that is done to a world: a piece of work, or a fault.</summary>
/// <remarks>
/// Numbers, not references: what they choose from is there only when the time has come. So a world stays a world when
/// any of its items are left out.
/// </remarks>
/// <param name="Id">Its place in the whole plan; names it when others are left out.</param>
/// <param name="At">When, in microseconds.</param>
/// <param name="Kind">What.</param>
/// <param name="Who">Chooses a node or a member among those that are there.</param>
/// <param name="What">Chooses something else: a group, another node, a level.</param>
/// <param name="Amount">How much: a size, a rate, a delay.</param>
/// <param name="Lasts">For a fault: how long, in microseconds.</param>
/// <param name="Fault">The fault that it is, if it is one.</param>
internal sealed record PlanItem(
    int Id,
    long At,
    ItemKind Kind,
    int Who,
    int What,
    int Amount,
    long Lasts,
    FaultKind? Fault)
{
    /// <summary>For people.</summary>
    public override string ToString()
    {
        var fault = Fault is { } kind ? $" ({kind})" : "";
        var lasts = Lasts > 0 ? string.Create(CultureInfo.InvariantCulture, $" for {Lasts / 1000.0:F1} ms") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"#{Id} at {At / 1000.0:F3} ms: {Kind}{fault} {Who}/{What}/{Amount}{lasts}");
    }
}

/// <summary>What an item does.</summary>
internal enum ItemKind
{
    StartNode,
    StopNode,
    CrashNode,
    RestartNode,
    PauseNode,
    SlowNode,
    SuspectNode,
    EndSession,
    UpgradeNode,

    CutOneWay,
    Partition,
    PartialPartition,
    DropPackets,
    DoublePackets,
    DelayPackets,
    ReorderPackets,

    StoreDown,
    StoreLosesAnswers,
    StoreWritesLate,
    StoreIsSlow,
    LoseRecord,
    RollBackRecord,

    JoinRing,
    Broadcast,
    Burst,
    LeaveRing,
    ShutDownRing,
    ForgetRing,
    ValidateRing,
    SlowHandler,
    HandlerAnswers,
    BroadcastInside,
    MoveMember,

    JoinGroups,
    LeaveGroups,
    EndMember,
    StartMonitor,
    StopMonitor,
    ReadMonitor,
    ReadGroups,
    StopScope,
    StartScope,
}

/// <summary>The faults F1 to F20 of the catalogue (docs/simulator.md).</summary>
internal enum FaultKind
{
    None,
    F1,
    F2,
    F3,
    F4,
    F5,
    F6,
    F7,
    F8,
    F9,
    F10,
    F11,
    F12,
    F13,
    F14,
    F15,
    F16,
    F17,
    F18,
    F19,
    F20,
}

/// <summary>Which protocol a world works with.</summary>
internal enum WorldKind
{
    /// <summary>Process groups.</summary>
    Pg,

    /// <summary>Guaranteed multicast.</summary>
    Gm,
}
