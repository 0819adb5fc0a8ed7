namespace Orleans.Groups.Simulator;

/// <content>What is done to the world.</content>
internal sealed partial class PlanDrawer
{
    private static readonly (ItemKind Kind, int Weight)[] RingWork =
    [
        (ItemKind.JoinRing, 14),
        (ItemKind.Broadcast, 60),
        (ItemKind.Burst, 6),
        (ItemKind.LeaveRing, 5),
        (ItemKind.ShutDownRing, 1),
        (ItemKind.ForgetRing, 1),
        (ItemKind.ValidateRing, 2),
        (ItemKind.HandlerAnswers, 3),
        (ItemKind.BroadcastInside, 4),
        (ItemKind.StartNode, 2),
    ];

    private static readonly (ItemKind Kind, int Weight)[] GroupWork =
    [
        (ItemKind.JoinGroups, 40),
        (ItemKind.LeaveGroups, 20),
        (ItemKind.EndMember, 8),
        (ItemKind.StartMonitor, 6),
        (ItemKind.StopMonitor, 3),
        (ItemKind.ReadMonitor, 12),
        (ItemKind.ReadGroups, 12),
        (ItemKind.StopScope, 1),
        (ItemKind.StartScope, 2),
        (ItemKind.StartNode, 2),
    ];

    private void DrawWork()
    {
        var isGm = _kind == WorldKind.Gm;
        for (var node = 0; node < _nodes; node++)
        {
            if (isGm)
            {
                Add(_random.Next(200_000), ItemKind.JoinRing);
            }
            else
            {
                Add(_random.Next(200_000), ItemKind.JoinGroups, Between(1, 5));
            }
        }

        var work = isGm ? RingWork : GroupWork;
        var total = work.Sum(static entry => entry.Weight);
        var count = isGm ? Between(4, Chance(4) ? 45 : 24) : Between(8, Chance(4) ? 90 : 45);
        for (var index = 0; index < count * _work; index++)
        {
            var point = _random.Next(total);
            var kind = work[0].Kind;
            foreach (var (candidate, weight) in work)
            {
                point -= weight;
                if (point < 0)
                {
                    kind = candidate;
                    break;
                }
            }

            Add(Sometime(), kind, AmountOf(kind));
        }
    }

    private int AmountOf(ItemKind kind) => kind switch
    {
        ItemKind.Broadcast => Chance(10) ? Between(200, 2_000) : Between(0, 40),
        ItemKind.Burst => Between(5, 40),
        ItemKind.JoinGroups or ItemKind.LeaveGroups => Chance(12) ? Between(6, 30) : Between(1, 5),
        ItemKind.ReadMonitor => Between(1, 10),
        _ => Between(0, 100),
    };

    private void DrawFaultItems()
    {
        foreach (var fault in _faults.Order())
        {
            switch (fault)
            {
                case FaultKind.F1: Repeat(fault, ItemKind.CrashNode, 1, 3, 0); break;
                case FaultKind.F2: Repeat(fault, ItemKind.RestartNode, 1, 3, 300); break;
                case FaultKind.F3: Repeat(fault, ItemKind.StopNode, 1, 2, 0); break;
                case FaultKind.F4:
                    Repeat(fault, ItemKind.SlowNode, 1, 2, 50);
                    Repeat(fault, ItemKind.SlowHandler, 1, 3, 200);
                    break;
                case FaultKind.F5: Repeat(fault, ItemKind.DelayPackets, 1, 4, 300); break;
                case FaultKind.F6: Repeat(fault, ItemKind.ReorderPackets, 1, 3, 600); break;
                case FaultKind.F7: Repeat(fault, ItemKind.DropPackets, 1, 4, 500); break;
                case FaultKind.F8: Repeat(fault, ItemKind.DoublePackets, 1, 3, 600); break;
                case FaultKind.F9: Repeat(fault, ItemKind.CutOneWay, 1, 4, 100); break;
                case FaultKind.F10: Repeat(fault, ItemKind.Partition, 1, 2, 100); break;
                case FaultKind.F11: Repeat(fault, ItemKind.PartialPartition, 1, 3, 100); break;
                case FaultKind.F12: Repeat(fault, ItemKind.PauseNode, 1, 3, 100); break;
                case FaultKind.F14:
                    Repeat(fault, ItemKind.StoreDown, 0, 2, 100);
                    Repeat(fault, ItemKind.StoreLosesAnswers, 0, 2, 900);
                    Repeat(fault, ItemKind.StoreWritesLate, 0, 2, 700);
                    Repeat(fault, ItemKind.StoreIsSlow, 0, 2, 400);
                    break;
                case FaultKind.F15:
                    Repeat(fault, Chance(3) ? ItemKind.RollBackRecord : ItemKind.LoseRecord, 1, 2, 4);
                    break;
                case FaultKind.F17: Repeat(fault, ItemKind.UpgradeNode, 1, 3, 0); break;
                case FaultKind.F18:
                    Repeat(fault, ItemKind.SuspectNode, 0, 2, 0);
                    Repeat(fault, ItemKind.EndSession, 1, 4, 0);
                    break;
                case FaultKind.F19: Repeat(fault, ItemKind.MoveMember, 1, 3, 0); break;
            }
        }
    }

    private void Repeat(FaultKind fault, ItemKind kind, int fewest, int most, int amount)
    {
        for (var count = Between(fewest, most); count > 0; count--)
        {
            var lasts = 1_000L * Between(5, Chance(3) ? 1_500 : 200);
            Add(Sometime(), kind, amount == 0 ? 0 : Between(1, amount), lasts, fault);
        }
    }
}
