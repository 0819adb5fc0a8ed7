using Orleans.Groups.Checkers;

namespace Orleans.Groups.Simulator;

/// <content>What the applications do.</content>
internal sealed partial class World
{
    private GroupName GroupOf(PlanItem item) => Groups[item.What % Groups.Length];

    private SimRing? ChooseRing(int who)
    {
        var rings = Running.SelectMany(static node => node.Rings)
            .Where(static ring => ring.Stage == RingStage.Member).ToList();
        return rings.Count == 0 ? null : rings[who % rings.Count];
    }

    private void DoToRing(PlanItem item)
    {
        switch (item.Kind)
        {
            case ItemKind.JoinRing:
                Choose(item.Who)?.JoinRing(GroupOf(item));
                return;
            case ItemKind.ForgetRing:
                Choose(item.Who)?.Forget(GroupOf(item), Guid.Empty);
                return;
        }

        if (ChooseRing(item.Who) is not { } ring)
        {
            return;
        }

        switch (item.Kind)
        {
            case ItemKind.Broadcast:
                ring.Broadcast(item.Amount, LevelOf(item.What % 4), isInside: false);
                break;
            case ItemKind.Burst:
                for (var count = 0; count < item.Amount; count++)
                {
                    ring.Broadcast(count % 50, LevelOf((item.What + count) % 7), isInside: false);
                }

                break;
            case ItemKind.LeaveRing:
                ring.Leave();
                break;
            case ItemKind.ShutDownRing:
                ring.ShutDown();
                break;
            case ItemKind.ValidateRing:
                Validate(ring, item);
                break;
            case ItemKind.SlowHandler:
                LogFault(item, isOn: true, ring.Text);
                ring.HandlerDelay = item.Amount * 1_000L;
                Schedule(item.Lasts, new HandlerIsQuick(ring));
                break;
            case ItemKind.HandlerAnswers:
                ring.NextAnswer = (item.What % 5) switch
                {
                    0 or 1 => HandledAs.Threw,
                    2 => HandledAs.Stop,
                    _ => HandledAs.Become,
                };
                break;
            case ItemKind.BroadcastInside:
                ring.NextInside = LevelOf(item.What % 3);
                break;
            case ItemKind.MoveMember:
                LogFault(item, isOn: true, ring.Text);
                ring.Deactivate();
                Choose(item.What)?.JoinRing(ring.Group);
                break;
        }
    }

    private static ProofLevel LevelOf(int choice) => choice switch
    {
        1 => ProofLevel.Received,
        2 => ProofLevel.Processed,
        _ => ProofLevel.None,
    };

    /// <summary>The application's list lacks some, and has some that are not there.</summary>
    private static void Validate(SimRing ring, PlanItem item)
    {
        List<MemberId> members = [];
        var entries = ring.HeldRecord?.Entries ?? [];
        for (var index = 0; index < entries.Length; index++)
        {
            if (((item.What >> (index % 8)) & 1) == 0)
            {
                members.Add(entries[index].Member);
            }
        }

        if (item.Amount % 2 == 0)
        {
            members.Add(new MemberId(ring.Node.Id, 1_000_000, "nobody"));
        }

        ring.Validate(members);
    }

    private void DoToGroups(PlanItem item)
    {
        if (Choose(item.Who) is not { } node || node.Scopes.Count == 0)
        {
            return;
        }

        var scope = node.Scopes[item.What % node.Scopes.Count];
        switch (item.Kind)
        {
            case ItemKind.JoinGroups:
                node.Join(scope, GroupsOf(item), MembersOf(node, item));
                break;
            case ItemKind.LeaveGroups:
                node.Leave(scope, GroupsOf(item), MembersOf(node, item));
                break;
            case ItemKind.EndMember when node.Members.Count > 0:
                node.EndMember(node.Members[item.What % node.Members.Count]);
                break;
            case ItemKind.StartMonitor:
                StartMonitor(node, scope, item);
                break;
            case ItemKind.StopMonitor when ChooseMonitor(scope, item) is { } monitor:
                scope.Life!.StopMonitor(monitor);
                break;
            case ItemKind.ReadMonitor when ChooseMonitor(scope, item) is { } monitor:
                monitor.Read(item.Amount);
                break;
            case ItemKind.ReadGroups:
                if (item.Amount % 3 == 0)
                {
                    node.ReadAll(scope);
                }
                else
                {
                    node.Read(scope, GroupOf(item));
                }

                break;
            case ItemKind.StopScope:
                scope.StopAlone();
                break;
            case ItemKind.StartScope:
                scope.Start();
                break;
        }
    }

    private static SimMonitor? ChooseMonitor(SimScope scope, PlanItem item)
    {
        var monitors = scope.Life?.Monitors.ToList() ?? [];
        return monitors.Count == 0 ? null : monitors[item.What / 7 % monitors.Count];
    }

    private void StartMonitor(SimNode node, SimScope scope, PlanItem item)
    {
        var group = item.Amount % 2 == 0 ? (GroupName?)null : GroupOf(item);
        MemberId? owner = item.Amount % 5 == 0 && node.Members.Count > 0
            ? node.Members[item.What % node.Members.Count].Id
            : null;
        scope.Life?.StartMonitor(group, owner);
    }

    private GroupName[] GroupsOf(PlanItem item)
    {
        var first = GroupOf(item);
        var second = Groups[(item.What + 1) % Groups.Length];
        return item.Amount switch
        {
            3 => [first, second],
            4 => [first, first],
            _ => [first],
        };
    }

    /// <summary>One new or old member, some, or many.</summary>
    private MemberId[] MembersOf(SimNode node, PlanItem item)
    {
        var isJoin = item.Kind == ItemKind.JoinGroups;
        var other = item.Amount == 5 ? Choose(item.What) : node;
        var known = other!.Members;
        if (other != node && known.Count == 0)
        {
            return [];
        }

        if (isJoin && other == node && (known.Count == 0 || item.Amount is 1 or > 5))
        {
            return [.. Enumerable.Range(0, Math.Max(1, item.Amount)).Select(_ => node.AddMember().Id)];
        }

        var count = Math.Min(known.Count, item.Amount > 2 ? item.Amount : 1);
        return [.. Enumerable.Range(0, count).Select(index => known[(item.What + index) % known.Count].Id)];
    }
}

/// <summary>A handler takes no time any more.</summary>
internal sealed class HandlerIsQuick(SimRing ring) : SimEvent(null)
{
    internal override void Fire(World world) => ring.HandlerDelay = 0;
}
