using System.Collections.Concurrent;
using System.Collections.Immutable;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <summary>The ring members of one node, those that are joining included. Any thread.</summary>
internal sealed class RingTable
{
    private readonly ConcurrentDictionary<long, RingHost> _byNumber = new();
    private readonly Dictionary<GroupName, List<RingHost>> _byGroup = [];
    private readonly Lock _gate = new();

    internal int Count => _byNumber.Count;

    /// <summary>The member of that id, unless it has ended.</summary>
    internal RingHost? Find(MemberId id) =>
        _byNumber.TryGetValue(id.Number, out var host) && host.Self.Equals(id) ? host : null;

    /// <summary>Adds a member. Called under the network's lock.</summary>
    internal void Add(RingHost host)
    {
        _byNumber[host.Self.Number] = host;
        lock (_gate)
        {
            if (!_byGroup.TryGetValue(host.Group, out var members))
            {
                members = new List<RingHost>(1);
                _byGroup.Add(host.Group, members);
            }

            members.Add(host);
        }
    }

    internal void Remove(RingHost host)
    {
        _byNumber.TryRemove(host.Self.Number, out _);
        lock (_gate)
        {
            if (_byGroup.TryGetValue(host.Group, out var members) && members.Remove(host) && members.Count == 0)
            {
                _byGroup.Remove(host.Group);
            }
        }
    }

    internal List<RingHost> CopyAll() => [.. _byNumber.Values];

    /// <summary>The highest record that a member here holds (rule R3).</summary>
    internal GroupRecord? HighestRecord(GroupName group)
    {
        GroupRecord? highest = null;
        lock (_gate)
        {
            if (_byGroup.TryGetValue(group, out var members))
            {
                foreach (var member in members)
                {
                    highest = ViewSurvey.Higher(highest, member.HeldRecord);
                }
            }
        }

        return highest;
    }

    /// <summary>
    /// Tells all members which sessions run, and that one has begun. Called under the network's lock.
    /// </summary>
    internal void TellSessions(ImmutableDictionary<NodeId, long> sessions, RingInput.PeerUp? renewed)
    {
        foreach (var host in _byNumber.Values)
        {
            host.TellSessions(sessions, renewed);
        }
    }
}
