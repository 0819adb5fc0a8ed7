namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>What applications do and what breaks in a random run.</summary>
internal sealed class RingOperations(RingWorld world, RingProfile profile, DeterministicRandom random)
{
    private static readonly int[] Speeds = [1, 5, 100, 100, 1000];

    private bool _wasLost;

    internal void DoOne()
    {
        var choices = new (int Weight, Action Do)[]
        {
            (profile.Join, Join),
            (profile.Broadcast, () => Broadcast(isConfirmed: false)),
            (profile.Confirm, () => Broadcast(isConfirmed: true)),
            (profile.Leave, Leave),
            (profile.StopHandler, StopHandler),
            (profile.KillMember, Kill),
            (profile.CrashNode, Crash),
            (profile.RestartNode, Restart),
            (profile.Suspect, Suspect),
            (profile.Partition, Partition),
            (profile.Zombie, DeclareDead),
            (profile.LoseRecord, LoseRecord),
            (profile.ShutDown, ShutDown),
            (profile.Forget, Forget),
            (profile.ChangeSpeed, ChangeSpeed),
        };
        var point = random.Next(choices.Sum(static choice => choice.Weight));
        foreach (var (weight, action) in choices)
        {
            point -= weight;
            if (point < 0)
            {
                action();
                return;
            }
        }
    }

    private T? Pick<T>(IReadOnlyList<T> list)
        where T : class => list.Count == 0 ? null : list[random.Next(list.Count)];

    private WorldMember? PickJoined() => Pick(world.Members.FindAll(static member => member.IsJoined));

    private void Join()
    {
        if (world.Running.Count() < profile.MaxRunning && PickNode() is { } node)
        {
            world.Join(node);
        }
    }

    private WorldNode? PickNode() =>
        Pick(world.Nodes.FindAll(static node => node is { IsAlive: true, IsDeclaredDead: false }));

    private void Broadcast(bool isConfirmed)
    {
        if (PickJoined() is { } member)
        {
            ConfirmLevel? level = isConfirmed
                ? random.Next(3) == 0 ? ConfirmLevel.ProcessedByAll : ConfirmLevel.ReceivedByAll
                : null;
            world.Broadcast(member, 1 + random.Next(4), random.Next(3) * 20, level);
        }
    }

    private void Leave()
    {
        // Now and then one that has not even joined.
        var candidates = world.Members.FindAll(
            member => member is { IsRunning: true, IsLeaving: false } && (member.IsJoined || random.Next(4) == 0));
        if (Pick(candidates) is { } member)
        {
            world.Leave(member);
        }
    }

    private void StopHandler()
    {
        if (PickJoined() is { } member)
        {
            world.Stop(member, TerminationReason.HandlerStopped);
        }
    }

    private void Kill()
    {
        if (Pick(world.Members.FindAll(static member => member.IsRunning)) is { } member)
        {
            world.Kill(member);
        }
    }

    private void Crash()
    {
        var living = world.Nodes.FindAll(static node => node.IsAlive);
        if (living.Count > 1 && Pick(living) is { } node)
        {
            world.Crash(node, link => random.Next(link.Count + 1));
        }
    }

    private void Restart()
    {
        var gone = world.Nodes.FindAll(node =>
            !node.IsAlive && !world.Nodes.Exists(other => other.IsAlive && other.Id.Name == node.Id.Name));
        if (Pick(gone) is { } dead)
        {
            world.AddNode(dead.Id.Name);
        }
    }

    private void Suspect()
    {
        var (observer, other) = (PickNode(), PickNode());
        if (observer is not null && other is not null && observer != other)
        {
            world.EndSession(observer, other, random.Next(world.Link(observer, other).Count + 1));
        }
    }

    private void Partition()
    {
        var sides = world.Nodes.ToDictionary(static node => node, _ => random.Next(2));
        foreach (var (a, side) in sides)
        {
            foreach (var (b, other) in sides)
            {
                // Each end notices in its own time; the other end learns it from the goodbye, if not by itself.
                if (side < other && random.Next(8) > 0)
                {
                    world.EndSession(a, b, random.Next(world.Link(a, b).Count + 1));
                }
            }
        }
    }

    private void DeclareDead()
    {
        if (world.Nodes.Count(static node => node is { IsAlive: true, IsDeclaredDead: false }) > 1
            && PickNode() is { } node)
        {
            world.DeclareDead(node, link => random.Next(link.Count + 1));
        }
    }

    private void LoseRecord()
    {
        if (!_wasLost && world.Store.Current is not null)
        {
            _wasLost = true;
            world.LoseRecord();
        }
    }

    private void ShutDown()
    {
        if (PickJoined() is { } member)
        {
            world.ShutDownGroup(member);
        }
    }

    private void Forget()
    {
        if (PickNode() is { } node)
        {
            world.Forget(node);
        }
    }

    private void ChangeSpeed()
    {
        var speed = Speeds[random.Next(Speeds.Length)];
        switch (random.Next(6))
        {
            case 0 or 1 or 2 when Pick(world.Links) is { } link:
                link.Speed = speed;
                break;
            case 3 when Pick(world.Members) is { } member:
                member.Speed = speed;
                break;
            case 4 when Pick(world.Members) is { } member:
                member.HandlerSpeed = speed;
                break;
            case 5:
                world.Store.Speed = Math.Min(speed, 100);
                break;
        }
    }
}
