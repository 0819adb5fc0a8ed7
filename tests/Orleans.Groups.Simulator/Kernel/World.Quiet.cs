using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <content>Whether everything has settled.</content>
internal sealed partial class World
{
    /// <summary>What is not at rest; nothing when all is quiet.</summary>
    internal string? FindUnrest()
    {
        if (PacketsUnderWay > 0)
        {
            return $"{PacketsUnderWay} packets are under way";
        }

        if (ReturnsOpen > 0)
        {
            return $"{ReturnsOpen} nodes will come back";
        }

        if (Store.OpenRequests > 0)
        {
            return $"{Store.OpenRequests} requests to the store are open";
        }

        foreach (var entry in _table)
        {
            if (entry.IsDead ? entry.Node.IsRunning : !entry.Node.IsRunning || entry.Node.IsStopping)
            {
                return $"{entry.Node.Text} is coming to its end";
            }
        }

        foreach (var node in Running)
        {
            if (FindUnrest(node) is { } unrest)
            {
                return unrest;
            }
        }

        return FindUnrestOfRecords();
    }

    private string? FindUnrest(SimNode node)
    {
        if (node.SeenVersion < TableVersion)
        {
            return $"{node.Text} has not heard of the last change of membership";
        }

        if (node.JoinsOpen > 0 || node.Surveys.Count > 0 || node.HandlersEnding > 0)
        {
            return $"{node.Text} has {node.JoinsOpen} joins, {node.Surveys.Count} surveys and "
                + $"{node.HandlersEnding} ends open";
        }

        foreach (var other in Running)
        {
            if (other != node && FindUnrest(node, other) is { } unrest)
            {
                return unrest;
            }
        }

        foreach (var ring in node.Rings)
        {
            if (FindUnrest(ring) is { } unrest)
            {
                return unrest;
            }
        }

        return node.Scopes.Any(static scope => scope.Life is { HasMail: true }) ? $"{node.Text} has work" : null;
    }

    private static string? FindUnrest(SimNode node, SimNode other)
    {
        if (node.LinkTo(other.Id) is not { Session: > 0 } link || other.LinkTo(node.Id)?.Session != link.Session)
        {
            return $"{node.Text} and {other.Text} are not in one session";
        }

        var status = link.GetStatus();
        foreach (var lane in new[] { status.Data, status.Control })
        {
            if (lane.GatheredBytes + lane.UnackedBatches + lane.HeldBatches + lane.PartBytes > 0)
            {
                return $"the link from {node.Text} to {other.Text} is busy: {lane}";
            }
        }

        if (status.WaitingBytes + status.UnconsumedBytes + status.OwedBytes > 0 || !status.Channels.IsEmpty)
        {
            return $"the link from {node.Text} to {other.Text} owes credit: {status}";
        }

        return node.Scopes.Select(scope => FindUnrest(scope, other)).FirstOrDefault(static found => found is not null);
    }

    /// <summary>Whether a scope knows all memberships of its like on another node.</summary>
    private static string? FindUnrest(SimScope scope, SimNode other)
    {
        if (scope.IsLocal || scope.Life?.GetStatus() is not { } known
            || other.FindScope(scope.Name)?.Life?.GetStatus() is not { } owned)
        {
            return null;
        }

        foreach (var peer in known.Peers)
        {
            if (peer.Node.Equals(other.Id))
            {
                return peer is { IsComplete: true, Wish: SnapshotWish.None, HasRoom: true, Sync: PeerSync.Clean }
                    && peer.Scope == owned.Self && peer.Version == owned.Version && peer.Hash == owned.Hash
                        ? null
                        : $"{scope.Node.Text} knows {peer} in {scope.Name}, which is at {owned.Self} v{owned.Version}";
            }
        }

        return $"{scope.Node.Text} knows nothing of {other.Text} in {scope.Name}";
    }

    private static string? FindUnrest(SimRing ring)
    {
        if (ring.HasMail || !ring.IsHandlerIdle || ring.Pending > 0 || ring.TimersSet > 0)
        {
            return $"{ring.Text} has mail, or {ring.QueuedDeliveries} calls of its handler, {ring.Pending} broadcasts, "
                + $"{ring.TimersSet} timers open";
        }

        var status = ring.GetStatus();
        var isIdle = status is { HasWork: false, Phase: MulticastPhase.Member, PendingBytes: 0, UnprocessedBytes: 0 };
        return isIdle
            ? null
            : $"{ring.Text} is {status.Phase}, {status.PendingBytes} bytes pending, {status.UnprocessedBytes} bytes "
                + $"unprocessed, work {status.HasWork}";
    }

    /// <summary>All members go by the record of their group, which lists those that live and nobody dead.</summary>
    private string? FindUnrestOfRecords()
    {
        foreach (var ring in Running.SelectMany(static node => node.Rings))
        {
            var (held, record) = (ring.HeldRecord, Store.Find(ring.Group));
            if (record is null || held is null || held.Epoch != record.Epoch || held.Version != record.Version)
            {
                return $"{ring.Text} goes by {held}, and the record is {record}";
            }

            foreach (var entry in record.Entries)
            {
                if (!entry.IsAlive || Find(entry.Member.Node)?.FindRing(entry.Member) is null)
                {
                    return $"{record} lists {entry.Member}, which has ended";
                }
            }
        }

        return null;
    }
}
