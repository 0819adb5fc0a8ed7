using System.Globalization;
using Orleans.Groups.Checkers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <content>What plans do to nodes, wires and the store.</content>
internal sealed partial class World
{
    private const int MostNodes = 9;

    /// <summary>So long after healing whoever does not know whether a ring was forgotten asks again.</summary>
    private const long AskAgainAfter = 4_000_000;

    /// <summary>So long nodes have to get to know each other before work begins, in microseconds.</summary>
    private const long LongestStart = 5_000_000;

    private int _lastName;
    private bool _hasUntoldEnds;

    /// <summary>Everything of a plan will be done when its time comes.</summary>
    internal void Load(WorldPlan plan)
    {
        Groups = [.. plan.Groups.Select(static name => new GroupName(name))];
        Kind = plan.Kind;
        for (var index = 0; index < plan.Settings.Nodes; index++)
        {
            StartNewNode();
        }

        while (Now < LongestStart && Running.Any(node => node.Sessions.Count < plan.Settings.Nodes - 1))
        {
            Step();
        }

        if (Settings.Ring.EjectSlowMembers)
        {
            Log(new LogEvent.Fault("eject", [], On: true)); // Whoever is slow may be thrown out.
        }

        foreach (var item in plan.Items)
        {
            Schedule(item.At, new ItemDue(item));
        }

        HealAt = Now + plan.Length;

        if (plan.Kind == WorldKind.Gm && Settings.InspectInterval > 0)
        {
            Schedule(Settings.InspectInterval, new InspectDue());
        }
    }

    /// <summary>When the faults end, by the plan.</summary>
    internal long HealAt { get; private set; }

    /// <summary>The groups that are worked with.</summary>
    internal GroupName[] Groups { get; private set; } = [];

    internal WorldKind Kind { get; private set; }

    /// <summary>Nodes that will come back.</summary>
    internal int ReturnsOpen { get; set; }

    /// <summary>Whether the store has gone back, so that records promise nothing any more (rule R3).</summary>
    internal bool WasRolledBack { get; private set; }

    /// <summary>An item's time has come.</summary>
    internal void Do(PlanItem item)
    {
        Watcher?.Tell(null, "plan", item);
        if (item.Kind < ItemKind.CutOneWay)
        {
            DoToNode(item);
        }
        else if (item.Kind < ItemKind.StoreDown)
        {
            DoToWires(item);
        }
        else if (item.Kind < ItemKind.JoinRing)
        {
            DoToStore(item);
        }
        else if (item.Kind < ItemKind.JoinGroups)
        {
            DoToRing(item);
        }
        else
        {
            DoToGroups(item);
        }
    }

    /// <summary>Nobody knows if a ring was forgotten, or whoever knew may not have told its members.</summary>
    internal void NoteUntoldEnds()
    {
        _hasUntoldEnds = true;
        if (IsHealed)
        {
            Schedule(AskAgainAfter, new AskAgain());
        }
    }

    /// <summary>Whoever does not know whether a ring was forgotten asks again.</summary>
    internal void ForgetAgain()
    {
        foreach (var group in _hasUntoldEnds ? Groups : [])
        {
            if (Store.Find(group) is { Status: RecordStatus.Forgotten, HasAlive: true } record)
            {
                // That ring, not one that was founded meanwhile.
                Running.FirstOrDefault(static node => !node.IsStopping)?.Forget(group, record.Epoch);
            }
        }

        foreach (var node in _hasUntoldEnds ? Running : [])
        {
            node.TellStoreMayBeLost(); // Whoever was never told looks itself.
        }
    }

    /// <summary>A fault is over by itself.</summary>
    internal void Undo(PlanItem item, List<Wire> wires)
    {
        if (IsHealed)
        {
            return;
        }

        LogFault(item, isOn: false);
        foreach (var wire in wires)
        {
            Change(wire, item, isOn: false);
        }

        ChangeStore(item, isOn: false);
    }

    /// <summary>All faults are over, and nobody works any more.</summary>
    internal void Heal()
    {
        IsHealed = true;
        HealWires();
        Store.Heal();
        foreach (var node in Nodes)
        {
            node.PausedUntil = Math.Min(node.PausedUntil, Now);
            node.Slowness = 1;
            foreach (var ring in node.Rings)
            {
                (ring.HandlerDelay, ring.NextAnswer, ring.NextInside) = (0, HandledAs.Ok, null);
            }
        }

        if (!Running.Any(node => !node.IsStopping && !IsDeclaredDead(node)))
        {
            StartNewNode();
        }

        Schedule(AskAgainAfter, new AskAgain());
        Log(new LogEvent.Healed());
    }

    internal SimNode StartNewNode() => StartNode($"n{_lastName++}");

    /// <summary>A node that takes part, chosen by a number.</summary>
    private SimNode? Choose(int who)
    {
        var count = Running.Count(static node => !node.IsStopping);
        return count == 0 ? null : Running.Where(static node => !node.IsStopping).ElementAt(who % count);
    }

    private void DoToNode(PlanItem item)
    {
        if (item.Kind == ItemKind.StartNode)
        {
            if (Running.Count() < MostNodes)
            {
                Employ(StartNewNode());
            }

            return;
        }

        if (Choose(item.Who) is not { } node)
        {
            return;
        }

        switch (item.Kind)
        {
            case ItemKind.StopNode:
                node.Stop();
                ComeBack(node, item);
                break;
            case ItemKind.CrashNode:
                Crash(node);
                ComeBack(node, item);
                break;
            case ItemKind.RestartNode:
                Crash(node);
                Return(item.Amount * 1_000L, new NodeReturns(node.Id.Name, OrdinalOf(item)));
                break;
            case ItemKind.PauseNode:
                Pause(node, item);
                break;
            case ItemKind.SlowNode:
                LogFault(item, isOn: true, node.Text);
                node.Slowness = 1 + item.Amount;
                break;
            case ItemKind.SuspectNode:
                DeclareDead(node);
                break;
            case ItemKind.EndSession:
                EndSession(node, item);
                break;
            case ItemKind.UpgradeNode:
                node.Stop();
                Return(item.Lasts, new NodeReturns(node.Id.Name, OrdinalChoice.Higher, isUpgraded: true));
                break;
        }
    }

    private void Pause(SimNode node, PlanItem item)
    {
        LogFault(item, isOn: true, node.Text);
        var lasts = item.Lasts * (1 + (item.What % 3));
        node.PausedUntil = Now + lasts;
        var detection = Draw(Random, Settings.DetectionMinimum, Settings.DetectionMaximum);
        if (detection < lasts)
        {
            Schedule(detection, new DetectedPaused(node));
        }
        else
        {
            Note(Mark.PauseUndetected);
        }
    }

    /// <summary>A node gives up a session with another, and both live on (rule H1).</summary>
    private void EndSession(SimNode node, PlanItem item)
    {
        var links = node.Peers.Select(static peer => peer.Link).OfType<SimLink>()
            .Where(static link => link.Session > 0).ToList();
        if (links.Count > 0)
        {
            LogFault(item, isOn: true, node.Text);
            var link = links[item.What % links.Count];
            link.EndSession(link.Session);
        }
    }

    private void ComeBack(SimNode node, PlanItem item)
    {
        if (item.What % 3 == 0)
        {
            Return(item.Lasts, new NodeReturns(node.Id.Name, OrdinalChoice.Higher));
        }
    }

    private void Return(long after, NodeReturns next)
    {
        ReturnsOpen++;
        Schedule(after, next);
    }

    private OrdinalChoice OrdinalOf(PlanItem item) =>
        Settings.ClockRates.Length == 0 ? OrdinalChoice.Higher : (OrdinalChoice)(item.What % 3);

    /// <summary>The application on a new node does something, too.</summary>
    internal void Employ(SimNode node)
    {
        if (Kind == WorldKind.Gm)
        {
            node.JoinRing(Groups[Random.Next(Groups.Length)]);
            return;
        }

        foreach (var scope in node.Scopes)
        {
            node.Join(scope, [Groups[Random.Next(Groups.Length)]], [node.AddMember().Id]);
        }
    }

    private void DoToWires(PlanItem item)
    {
        var names = Running.Select(static node => node.Id.Name).Distinct().ToList();
        if (names.Count < 2)
        {
            return;
        }

        var (first, second) = (names[item.Who % names.Count], names[item.What % names.Count]);
        second = first == second ? names[(item.What + 1) % names.Count] : second;
        var wires = new List<Wire>();
        foreach (var from in names)
        {
            foreach (var to in names)
            {
                var isMeant = item.Kind switch
                {
                    ItemKind.CutOneWay => from == first && to == second,
                    ItemKind.PartialPartition => (from == first && to == second) || (from == second && to == first),
                    ItemKind.Partition => IsInPart(names, from, item) != IsInPart(names, to, item),
                    _ => item.What % 3 == 0 || from == first || to == first,
                };
                if (isMeant && from != to)
                {
                    wires.Add(WireOf(from, to));
                }
            }
        }

        LogFault(item, isOn: true);
        foreach (var wire in wires)
        {
            Change(wire, item, isOn: true);
        }

        if (item.Kind is ItemKind.CutOneWay or ItemKind.PartialPartition or ItemKind.Partition)
        {
            NoteCut(wires);
            SuspectBehind(wires, item, first, names);
        }

        Schedule(item.Lasts, new FaultOver(item, wires));
    }

    /// <summary>A part has one node, or as many bits of a number say.</summary>
    private static bool IsInPart(List<string> names, string name, PlanItem item)
    {
        var index = names.IndexOf(name);
        return item.Amount % 2 == 0 ? index == item.Who % names.Count : ((item.Who >> index) & 1) == 1;
    }

    private void NoteCut(List<Wire> wires)
    {
        foreach (var wire in wires)
        {
            if (FindRunning(wire.From) is { } from && FindRunning(wire.To) is { } to
                && from.LinkTo(to.Id)?.UnderWay.Any(static frame => frame.Message is RingMessage.Catchup) == true)
            {
                Note(Mark.CutDuringCatchup);
            }
        }
    }

    /// <summary>Membership may come to a verdict about somebody whom others do not hear.</summary>
    private void SuspectBehind(List<Wire> wires, PlanItem item, string first, List<string> names)
    {
        var detection = Draw(Random, Settings.DetectionMinimum, Settings.DetectionMaximum);
        if (detection >= item.Lasts || item.Amount % 3 == 0 || wires.Count == 0)
        {
            return;
        }

        foreach (var name in names)
        {
            var isSuspected = item.Kind == ItemKind.Partition ? IsInPart(names, name, item) : name == first;
            if (isSuspected && FindRunning(name) is { } node)
            {
                Schedule(detection, new DetectedBehindCut(node, wires[0]));
            }
        }
    }

    private static void Change(Wire wire, PlanItem item, bool isOn)
    {
        var sign = isOn ? 1 : -1;
        switch (item.Kind)
        {
            case ItemKind.DropPackets: wire.Drop += sign * item.Amount; break;
            case ItemKind.DoublePackets: wire.Duplicate += sign * item.Amount; break;
            case ItemKind.ReorderPackets: wire.Reorder += sign * item.Amount; break;
            case ItemKind.DelayPackets: wire.Delay += sign * item.Amount * 1_000L; break;
            default: wire.Cuts += sign; break;
        }
    }

    private void DoToStore(PlanItem item)
    {
        var group = Groups[item.What % Groups.Length];
        switch (item.Kind)
        {
            case ItemKind.LoseRecord:
                LogFault(item, isOn: true, group.Value);
                Store.Lose(group);
                break;
            case ItemKind.RollBackRecord:
                LogFault(item, isOn: true, group.Value);
                WasRolledBack |= Store.RollBack(group, item.Amount);
                break;
            default:
                LogFault(item, isOn: true);
                ChangeStore(item, isOn: true);
                Schedule(item.Lasts, new FaultOver(item, []));
                break;
        }
    }

    private void ChangeStore(PlanItem item, bool isOn)
    {
        var sign = isOn ? 1 : -1;
        switch (item.Kind)
        {
            case ItemKind.StoreDown: Store.Down += sign; break;
            case ItemKind.StoreLosesAnswers: Store.LosesAnswers += sign * item.Amount; break;
            case ItemKind.StoreWritesLate: Store.WritesLate += sign * item.Amount; break;
            case ItemKind.StoreIsSlow: Store.Delay += sign * item.Amount * 1_000L; break;
        }
    }

    private void LogFault(PlanItem item, bool isOn, params string[] args)
    {
        var what = item.Kind switch
        {
            ItemKind.DropPackets => LogFaults.Drop,
            ItemKind.DoublePackets => LogFaults.Duplicate,
            ItemKind.DelayPackets => LogFaults.Delay,
            ItemKind.ReorderPackets => LogFaults.Reorder,
            _ => item.Kind.ToString(),
        };
        Log(new LogEvent.Fault(what, [item.Id.ToString(CultureInfo.InvariantCulture), .. args], isOn));
    }
}

/// <summary>Somebody asks again whether a ring was forgotten.</summary>
internal sealed class AskAgain : SimEvent
{
    internal AskAgain()
        : base(null)
    {
    }

    internal override void Fire(World world) => world.ForgetAgain();
}

/// <summary>An item of the plan is due.</summary>
internal sealed class ItemDue(PlanItem item) : SimEvent(null)
{
    internal override void Fire(World world) => world.Do(item);
}

/// <summary>A fault ends by itself.</summary>
internal sealed class FaultOver(PlanItem item, List<Wire> wires) : SimEvent(null)
{
    internal override void Fire(World world) => world.Undo(item, wires);
}

/// <summary>The next life of a node begins at its address.</summary>
internal sealed class NodeReturns(string name, OrdinalChoice ordinal, bool isUpgraded = false) : SimEvent(null)
{
    internal override void Fire(World world)
    {
        world.ReturnsOpen--;
        if (world.FindRunning(name) is null)
        {
            var node = world.StartNode(name, ordinal, isUpgraded);
            world.Employ(node);
            world.Note(ordinal switch
            {
                OrdinalChoice.Higher => isUpgraded ? Mark.NodeUpgraded : Mark.NodeReturned,
                OrdinalChoice.Same => Mark.NodeReturnedWithTheSameOrdinal,
                _ => Mark.NodeReturnedWithALowerOrdinal,
            });
        }
    }
}

/// <summary>The failure detector finds a node that pauses too long.</summary>
internal sealed class DetectedPaused(SimNode suspect) : SimEvent(null)
{
    internal override void Fire(World world)
    {
        if (suspect.PausedUntil > world.Now && suspect.IsRunning)
        {
            world.Note(Mark.PausedNodeDeclaredDead);
            world.DeclareDead(suspect);
        }
    }
}

/// <summary>The failure detector finds a node that others do not hear.</summary>
internal sealed class DetectedBehindCut(SimNode suspect, Wire wire) : SimEvent(null)
{
    internal override void Fire(World world)
    {
        if (wire.Cuts > 0 && suspect.IsRunning)
        {
            world.Note(Mark.PartitionedNodeDeclaredDead);
            world.DeclareDead(suspect);
        }
    }
}
