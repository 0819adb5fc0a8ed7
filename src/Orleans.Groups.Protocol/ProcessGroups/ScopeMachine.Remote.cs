using System;
using System.Collections.Generic;

namespace Orleans.Groups.Protocol;

/// <content>Changes of peers' members: updates, snapshots, digests, and the end of a peer.</content>
/// <remarks>
/// <para>Source: pg.erl, the remote join and leave, handle_sync and sync_groups.</para>
/// <para>
/// Differs from pg: every change of a peer's table goes through <see cref="SetCount"/>, and events come from the
/// difference found there. So a snapshot that changes a known group is announced (PD3), and what a peer takes away that
/// it never had is no crash (PD4).
/// </para>
/// </remarks>
internal sealed partial class ScopeMachine
{
    private readonly List<MembershipKey> _stale = [];

    private void OnPart(PeerTable peer, ScopeMessage message, EffectList<ScopeEffect> effects)
    {
        var isWhole = peer.Parts.Add(message, out var isBroken);
        if (isBroken)
        {
            Trace(peer, ScopeTrace.BrokenParts, effects);
        }

        if (!isWhole)
        {
            return;
        }

        if (message is ScopeMessage.Update update)
        {
            OnUpdate(peer, update, effects);
        }
        else
        {
            OnSnapshot(peer, (ScopeMessage.Snapshot)message, effects);
        }

        peer.Parts.Clear();
    }

    /// <summary>
    /// Applies the next update; an old one is dropped, and for any other a snapshot is needed (rule P1).
    /// </summary>
    private void OnUpdate(PeerTable peer, ScopeMessage.Update update, EffectList<ScopeEffect> effects)
    {
        if (peer.IsComplete && update.ToVersion <= peer.Version)
        {
            Trace(peer, ScopeTrace.OldUpdate, effects);
            return;
        }

        if (!peer.IsComplete || update.FromVersion != peer.Version)
        {
            Trace(peer, ScopeTrace.Gap, effects);
            if (peer.Wish == SnapshotWish.None)
            {
                AskForSnapshot(peer, effects);
            }

            return;
        }

        peer.Stamp++;
        var isExact = true;
        foreach (var part in peer.Parts.Parts)
        {
            foreach (var delta in ((ScopeMessage.Update)part).Changes)
            {
                isExact &= ApplyDelta(peer, delta);
            }
        }

        peer.Version = update.ToVersion;
        Commit(isLocal: false, effects);
        if (!isExact)
        {
            Trace(peer, ScopeTrace.Malformed, effects);
            if (peer.Wish == SnapshotWish.None)
            {
                AskForSnapshot(peer, effects);
            }
        }
    }

    /// <summary>
    /// Replaces all that is known of a peer, unless it is of a version before ours. At our version it may heal (rule
    /// P2).
    /// </summary>
    private void OnSnapshot(PeerTable peer, ScopeMessage.Snapshot snapshot, EffectList<ScopeEffect> effects)
    {
        if (peer.IsComplete && snapshot.Version < peer.Version)
        {
            Trace(peer, ScopeTrace.OldUpdate, effects);
            return;
        }

        peer.Stamp++;
        var isExact = true;
        foreach (var part in peer.Parts.Parts)
        {
            foreach (var entry in ((ScopeMessage.Snapshot)part).Groups)
            {
                var cell = _registry.FindOrCreate(entry.Group);
                foreach (var (member, count) in entry.Members)
                {
                    isExact &= SetCount(peer, cell, member, count, isRelative: false, ChangeReason.Resynced);
                }
            }
        }

        for (var at = 0; peer.Memberships.Next(ref at, out var key);)
        {
            if (peer.Memberships.At(at).Stamp != peer.Stamp)
            {
                _stale.Add(key);
            }
        }

        foreach (var key in _stale)
        {
            SetCount(peer, key.Cell, key.Member, 0, isRelative: false, ChangeReason.Resynced);
        }

        _stale.Clear();
        peer.Version = snapshot.Version;
        peer.IsComplete = true;
        peer.Wish = SnapshotWish.None;
        Commit(isLocal: false, effects);
        if (!isExact)
        {
            Trace(peer, ScopeTrace.Malformed, effects);
        }

        AnswerDiscover(peer, effects);
    }

    private void OnDigest(PeerTable peer, ScopeMessage.Digest digest, EffectList<ScopeEffect> effects)
    {
        if (peer.IsComplete && digest.Version < peer.Version)
        {
            return;
        }

        if (peer.IsComplete && digest.Version == peer.Version)
        {
            if (digest.Hash == peer.Hash)
            {
                peer.Wish = SnapshotWish.None;
                peer.Agreements++;
                return;
            }

            Trace(peer, ScopeTrace.DigestMismatch, effects);
        }

        // What was asked for may be on its way past this digest. If the next one still shows the need, it was lost.
        if (peer.Wish == SnapshotWish.Asked)
        {
            peer.Wish = SnapshotWish.Overdue;
        }
        else
        {
            AskForSnapshot(peer, effects);
        }
    }

    private void AskForSnapshot(PeerTable peer, EffectList<ScopeEffect> effects)
    {
        if (!peer.HasRoom)
        {
            peer.Wish = SnapshotWish.Postponed;
            return;
        }

        peer.Wish = SnapshotWish.Asked;
        Send(peer, new ScopeMessage.SnapshotRequest(_self), effects);
    }

    /// <summary>A peer's life is over, for us at least: its members leave all groups, as one operation.</summary>
    private void RemoveAll(PeerTable peer, ChangeReason cause, EffectList<ScopeEffect> effects)
    {
        for (var at = 0; peer.Memberships.Next(ref at, out var key);)
        {
            _changes.Add(key.Cell, key.Member, -peer.Memberships.At(at).Count, cause);
        }

        peer.Forget();
        Commit(isLocal: false, effects);
    }

    private bool ApplyDelta(PeerTable peer, GroupDelta delta)
    {
        var isExact = true;
        GroupCell? cell = null;
        foreach (var (member, difference) in delta.Members)
        {
            cell ??= difference > 0 ? _registry.FindOrCreate(delta.Group) : _registry.FindCell(delta.Group);
            if (cell is null)
            {
                isExact = false;
                continue;
            }

            isExact &= SetCount(peer, cell, member, difference, isRelative: true, delta.Cause);
        }

        return isExact;
    }

    /// <summary>
    /// The one place where a peer's table changes, and the one source of remote events: notes by how much a member's
    /// count really changes. Returns whether that is what the message said; a message that names a membership twice
    /// counts only the first time.
    /// </summary>
    private bool SetCount(
        PeerTable peer,
        GroupCell cell,
        MemberId member,
        int value,
        bool isRelative,
        ChangeReason cause)
    {
        var key = new MembershipKey(cell, member);
        ref var known = ref peer.Memberships.FindOrAdd(key, out var isNew);
        if (!isNew && known.Stamp == peer.Stamp)
        {
            return false;
        }

        var old = known.Count;
        var wanted = isRelative ? (long)old + value : value;
        var count = (int)Math.Clamp(wanted, 0, ScopeSettings.HardMembersPerGroup);
        known.Stamp = peer.Stamp;
        known.Count = count;
        if (count == 0)
        {
            peer.Memberships.Remove(key);
        }

        if (count != old)
        {
            peer.Hash = unchecked(peer.Hash + MembershipHash.Difference(cell, HashOf(member), old, count));
            _changes.Add(cell, member, count - old, cause);
        }

        return count == wanted;
    }
}
