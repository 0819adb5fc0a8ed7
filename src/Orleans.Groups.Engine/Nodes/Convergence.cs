using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <summary>Whether all nodes of one process agree: for waiting in tests.</summary>
internal static class Convergence
{
    /// <summary>
    /// Whether any two connected nodes agree on each other's memberships, and all ring members on the record of their
    /// group, which lists exactly those that live.
    /// </summary>
    /// <param name="nodes">All living nodes.</param>
    /// <param name="isWhole">Whether two nodes are connected both ways.</param>
    /// <param name="records">All records.</param>
    internal static bool IsReached(
        IReadOnlyCollection<NodeHost> nodes,
        Func<NodeHost, NodeHost, bool> isWhole,
        IEnumerable<GroupRecord> records)
    {
        foreach (var left in nodes)
        {
            foreach (var right in nodes)
            {
                if (!ReferenceEquals(left, right) && isWhole(left, right) && !Knows(left, right))
                {
                    return false;
                }
            }
        }

        return RingsAgree(nodes, records);
    }

    /// <summary>Whether one node knows all memberships of the other, in all scopes that run on both.</summary>
    private static bool Knows(NodeHost reader, NodeHost owner)
    {
        foreach (var scope in reader.Scopes)
        {
            var owned = owner.Scopes.FirstOrDefault(other => other.Scope == scope.Scope)?.Life?.GetStatus();
            if (scope.IsLocal || owned is null || scope.Life?.GetStatus() is not { } known)
            {
                continue;
            }

            var peer = known.Peers.FirstOrDefault(peer => peer.Node.Equals(owner.Id));
            if (peer is not { IsComplete: true } || peer.Scope != owned.Self
                || peer.Version != owned.Version || peer.Hash != owned.Hash)
            {
                return false;
            }
        }

        return true;
    }

    private static bool RingsAgree(IEnumerable<NodeHost> nodes, IEnumerable<GroupRecord> records)
    {
        var hosts = nodes.SelectMany(static node => node.Rings.CopyAll()).ToDictionary(static host => host.Self);
        foreach (var record in records)
        {
            foreach (var entry in record.Entries)
            {
                if (record.Status == RecordStatus.Open && !(entry.IsAlive && Agrees(hosts, entry.Member, record)))
                {
                    return false;
                }

                if (record.Status == RecordStatus.Open)
                {
                    hosts.Remove(entry.Member);
                }
            }
        }

        return hosts.Count == 0; // Nobody is in a ring, or joining one, without the record saying so.
    }

    private static bool Agrees(Dictionary<MemberId, RingHost> hosts, MemberId member, GroupRecord record) =>
        hosts.TryGetValue(member, out var host)
        && host.GetRingStatus() is { Phase: MulticastPhase.Member, Record: { } view }
        && view.Epoch == record.Epoch
        && view.Version == record.Version;
}
