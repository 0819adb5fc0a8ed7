using System.Collections.Generic;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <content>The invariants I1–I5 of spec/pg.md, recomputed from scratch; for tests after every step.</content>
internal sealed partial class ScopeMachine
{
    /// <summary>
    /// Recomputes everything that is kept incrementally, and throws <see cref="InvariantViolationException"/> where it
    /// differs.
    /// </summary>
    internal void VerifyInvariants()
    {
        AssertInvariants();
        var all = new Dictionary<(GroupName Group, MemberId Member), int>();
        var localGroups = VerifyLocal(all);
        foreach (var ((group, member), count) in all)
        {
            var shown = CountOf(_registry.GetLocalMembers(group), member);
            Invariant.Require(shown == count, "I1: local members are the local table");
        }

        VerifyPeers(all);
        var listed = 0L;
        foreach (var group in _registry.GetGroups())
        {
            var cell = _registry.Find(group);
            Invariant.Require(cell is { IsRemoved: false }, "I3: a listed group exists and has members");
            Invariant.Require(cell.Members.Length == cell.Count, "a count is the number of members");
            Invariant.Require(cell.LocalMembers.Length == cell.LocalCount, "a count is the number of local members");
            foreach (var member in cell.LocalMembers)
            {
                Invariant.Require(member.Node.Equals(_self.Node), "I1: a local member lives here");
            }

            listed += cell.Count;
        }

        foreach (var ((group, member), count) in all)
        {
            var shown = CountOf(_registry.GetMembers(group), member);
            Invariant.Require(shown == count, "I2: all members are the sum of the tables");
            listed -= count;
        }

        Invariant.Require(listed == 0, "I2: nobody is listed whom no table names");
        var groups = new HashSet<GroupName>(_registry.GetGroups());
        Invariant.Require(groups.Count == _registry.GroupCount, "groups are listed once");
        Invariant.Require(_registry.CellCount == _registry.GroupCount, "I3: no cell is without members");
        var areLocal = localGroups.SetEquals(_registry.GetLocalGroups());
        Invariant.Require(areLocal, "I3: local groups are those with local members");
        Invariant.Require(localGroups.Count == _registry.LocalGroupCount, "local groups are listed once");
    }

    private HashSet<GroupName> VerifyLocal(Dictionary<(GroupName Group, MemberId Member), int> all)
    {
        var groups = new HashSet<GroupName>();
        var hash = 0UL;
        for (var at = 0; _members.Next(ref at, out var id);)
        {
            var member = _members.At(at);
            Invariant.Require(!member.IsIdle, "I4: only members with memberships or monitors are watched");
            var sum = 0;
            for (var position = 0; member.Next(ref position, out var cell, out var count);)
            {
                Invariant.Require(count > 0, "I3: a membership has a count");
                Invariant.Require(!cell.IsRemoved, "I3: a member is in groups that exist");
                all.Add((cell.Name, id), count);
                groups.Add(cell.Name);
                hash = unchecked(hash + MembershipHash.Difference(cell, StableHash.Of(id), 0, count));
                sum += count;
            }

            Invariant.Require(sum == member.Memberships, "memberships of a member are counted");
            foreach (var monitor in member.Monitors ?? [])
            {
                var isOwner = _monitors.TryGet(monitor, out var known) && known.Owner == id;
                Invariant.Require(isOwner, "I4: an owner's monitors run");
            }
        }

        Invariant.Require(all.Count == _localMemberships, "local memberships are counted");
        Invariant.Require(_settings.IsLocal || hash == _hash, "the digest is the hash of the local table");
        return groups;
    }

    private void VerifyPeers(Dictionary<(GroupName Group, MemberId Member), int> all)
    {
        var inStep = 0;
        var receivers = 0;
        for (var at = 0; _peers.Next(ref at, out var node);)
        {
            var peer = _peers.At(at);
            var hash = 0UL;
            for (var position = 0; peer.Memberships.Next(ref position, out var key);)
            {
                var count = peer.Memberships.At(position).Count;
                Invariant.Require(count > 0, "I3: a membership has a count");
                Invariant.Require(key.Member.Node.Equals(node), "I5: a peer speaks for its own members");
                Invariant.Require(!key.Cell.IsRemoved, "I3: a peer's member is in groups that exist");
                all.Add((key.Cell.Name, key.Member), count);
                hash = unchecked(hash + MembershipHash.Difference(key.Cell, StableHash.Of(key.Member), 0, count));
            }

            Invariant.Require(hash == peer.Hash, "a peer's digest is the hash of its table");
            var isHeard = peer.IsIntroduced || peer.Memberships.Count == 0;
            Invariant.Require(isHeard, "only who has introduced itself has members");
            var isTold = peer.IsIntroduced || peer.Sync == PeerSync.Fresh;
            Invariant.Require(isTold, "only who has introduced itself is told anything");
            inStep += IsInStep(peer.Sync) ? 1 : 0;
            VerifySending(peer);
            receivers += peer.Shipment is null ? 0 : 1;
        }

        foreach (var shipment in _shipments)
        {
            receivers -= shipment.Receivers;
            Invariant.Require(
                shipment.Later is null || shipment.Later.BaseVersion == shipment.Version,
                "what came later leads on from the shipment");
        }

        Invariant.Require(receivers == 0, "what is on its way counts to whom");

        Invariant.Require(inStep == _inStep, "peers in step are counted");
    }

    private void VerifySending(PeerTable peer)
    {
        Invariant.Require(
            peer.Sync == PeerSync.Sending == peer.Shipment is not null, "who is being sent parts has a shipment");
        if (peer.Shipment is { } shipment)
        {
            Invariant.Require(_shipments.Contains(shipment), "all shipments hear of what comes later");
            Invariant.Require(peer.NextPart < shipment.Parts.Length, "who has all parts is in step or sent more");
            Invariant.Require(_isFlushWanted || !peer.HasRoom, "who has room is sent the next part soon");
        }
    }

    private static int CountOf(ImmutableArray<MemberId> members, MemberId member)
    {
        var count = 0;
        foreach (var other in members)
        {
            count += other.Equals(member) ? 1 : 0;
        }

        return count;
    }
}
