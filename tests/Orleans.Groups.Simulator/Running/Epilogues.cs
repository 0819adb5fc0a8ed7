using Orleans.Groups.Checkers;

namespace Orleans.Groups.Simulator;

/// <summary>
/// After healing the rings must be as good as new: a newcomer, proof of both levels from everybody, then all leave.
/// </summary>
internal sealed class RingEpilogue(World world)
{
    private const long QuietTime = 20_000_000;

    internal void Run(Func<bool> settle)
    {
        var node = world.Running.First();
        var older = node.Rings.ToHashSet();
        var olderEjected = world.Ejected.ToHashSet();
        foreach (var group in world.Groups)
        {
            node.JoinRing(group);
        }

        if (!settle())
        {
            return;
        }

        foreach (var group in world.Groups)
        {
            var isJoined = node.Rings.Exists(ring =>
                ring.Group.Equals(group) && ring.Stage == RingStage.Member && !older.Contains(ring));
            var isShort = world.Settings.JoinTimeout < QuietTime;

            // Whose report took too long was let in, and put out.
            var isOut = world.Ejected.Any(member =>
                member.Node.Equals(node.Id) && member.Name == group.Value && !olderEjected.Contains(member)
                && !older.Any(ring => ring.Self.Equals(member)));
            Require(isJoined || isShort || isOut || IsFull(group), "G-L1", $"nobody new could join {group}");
        }

        var rings = world.Running.SelectMany(static running => running.Rings).ToList();
        List<SimBroadcast> proofs = [];
        foreach (var ring in rings)
        {
            foreach (var level in new[] { ProofLevel.Processed, ProofLevel.Received })
            {
                if (ring.Broadcast(8, level, isInside: false) is { } proof)
                {
                    proofs.Add(proof);
                }
            }
        }

        if (!settle())
        {
            return;
        }

        var mayFail = world.Settings.ConfirmTimeout < QuietTime;
        foreach (var proof in proofs)
        {
            var isOut = world.Ejected.Contains(proof.Owner.Self);
            Require(
                proof.Status == Outcome.Ok || mayFail || isOut,
                "G-L2",
                $"all is well, and broadcast {proof.Call} of {proof.Owner.Text} is {proof.Status}");
        }

        rings = [.. world.Running.SelectMany(static running => running.Rings)];
        rings.ForEach(static ring => ring.Leave());
        if (settle())
        {
            CheckEmpty(rings);
        }
    }

    private bool IsFull(GroupName group) =>
        world.Store.Find(group) is { } record && record.Entries.Length >= world.Settings.Ring.MaxMembers;

    private void CheckEmpty(List<SimRing> rings)
    {
        foreach (var ring in world.Running.SelectMany(static node => node.Rings))
        {
            Require(false, "G-L1", $"{ring.Text} is still there after all have left");
        }

        var open = 0L;
        foreach (var record in world.Store.Records)
        {
            var isForced = rings.Exists(ring =>
                ring.Group.Equals(record.Group) && ring.EndedBy != TerminationReason.Left);
            open += record.Status == Protocol.RecordStatus.Open && !record.Entries.IsEmpty && !isForced ? 1 : 0;
        }

        world.Log(new LogEvent.Probe(
            "store", new Dictionary<string, long>(StringComparer.Ordinal) { ["openRecords"] = open }));
    }

    private void Require(bool holds, string property, string sentence)
    {
        if (!holds)
        {
            world.Watcher?.Violated(property, sentence);
        }
    }
}

/// <summary>After healing all monitors are stopped and all members leave: nothing may be left.</summary>
internal sealed class GroupsEpilogue(World world)
{
    internal void Run(Func<long, bool> settle)
    {
        foreach (var node in world.Running)
        {
            foreach (var scope in node.Scopes)
            {
                scope.Start();
                scope.Life!.StartMonitor(null, null);
            }
        }

        if (!settle(2))
        {
            return;
        }

        foreach (var node in world.Running)
        {
            foreach (var scope in node.Scopes)
            {
                foreach (var monitor in scope.Life!.Monitors.ToList())
                {
                    scope.Life.StopMonitor(monitor);
                }
            }

            foreach (var member in node.Members.ToList())
            {
                node.EndMember(member);
            }
        }

        settle(3);
        foreach (var scope in world.Running.SelectMany(static node => node.Scopes))
        {
            var status = scope.Life!.GetStatus();
            if (status.MembershipCount + status.GroupCount > 0)
            {
                world.Watcher?.Violated("P-L4", $"{scope.Node.Text} has {status} after all have left");
            }
        }
    }
}
