using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <content>Changes of this node's own members: join, leave, end.</content>
/// <remarks>Source: pg.erl, join_local and leave_local, and the DOWN of a local member.</remarks>
internal sealed partial class ScopeMachine
{
    private readonly OrderedTable<MemberId, LocalMember> _members = new();
    private (MemberId? Member, ulong Hash) _hashed;

    private void OnJoinOne(ScopeInput.JoinOne join, EffectList<ScopeEffect> effects)
    {
        if (!IsLocal(join.Member, effects))
        {
            return;
        }

        Invariant.Require(!join.Group.IsDefault, "a group has a name");
        var hash = GroupCell.HashOf(join.Group.Value);
        var cell = _registry.FindCell(join.Group, hash);
        var size = cell?.LocalCount ?? 0;
        _members.TryGet(join.Member, out var member);
        if (!HasRoomForGroups(size == 0 ? 1 : 0, effects)
            || !HasRoomInGroup(size + 1L, effects)
            || !HasRoomForMember((member?.Memberships ?? 0) + 1L, effects))
        {
            return;
        }

        AddMembership(cell ?? _registry.Create(join.Group, hash), member ?? Adopt(join.Member, effects));
        Commit(isLocal: true, effects);
        effects.Add(ScopeEffect.JoinAnswered.One);
    }

    private void OnJoin(ScopeInput.Join join, EffectList<ScopeEffect> effects)
    {
        foreach (var id in join.Members)
        {
            if (!IsLocal(id, effects))
            {
                return;
            }
        }

        if (!HasRoomFor(join, effects))
        {
            return;
        }

        var added = join.Groups.Length * join.Members.Length;
        if (added > 0)
        {
            foreach (var group in join.Groups)
            {
                var cell = _registry.FindOrCreate(group);
                foreach (var id in join.Members)
                {
                    AddMembership(cell, _members.TryGet(id, out var member) ? member : Adopt(id, effects));
                }
            }

            Commit(isLocal: true, effects);
        }

        // Differs from pg: joining nobody makes no group (PD1).
        effects.Add(new ScopeEffect.JoinAnswered(new JoinResult(JoinStatus.Joined, added)));
    }

    private void OnLeaveOne(ScopeInput.LeaveOne leave, EffectList<ScopeEffect> effects)
    {
        if (!IsLocal(leave.Member, effects))
        {
            return;
        }

        if (_registry.FindCell(leave.Group) is not { } cell
            || !_members.TryGet(leave.Member, out var member)
            || !TryTakeMembership(cell, member))
        {
            effects.Add(ScopeEffect.LeaveAnswered.NotJoined);
            return;
        }

        Commit(isLocal: true, effects);
        ReleaseIfIdle(member, effects);
        var removed = ImmutableArray.Create(new Membership(leave.Group, leave.Member));
        effects.Add(new ScopeEffect.LeaveAnswered(new LeaveResult(LeaveStatus.Left, removed)));
    }

    private void OnLeave(ScopeInput.Leave leave, EffectList<ScopeEffect> effects)
    {
        foreach (var id in leave.Members)
        {
            if (!IsLocal(id, effects))
            {
                return;
            }
        }

        var removed = ImmutableArray.CreateBuilder<Membership>();
        foreach (var group in leave.Groups)
        {
            if (_registry.FindCell(group) is not { } cell)
            {
                continue;
            }

            foreach (var id in leave.Members)
            {
                // Differs from pg: events, peers and the caller hear of what was there, not of what was listed (PD2).
                if (_members.TryGet(id, out var member) && TryTakeMembership(cell, member))
                {
                    removed.Add(new Membership(group, id));
                }
            }
        }

        if (removed.Count == 0)
        {
            effects.Add(ScopeEffect.LeaveAnswered.NotJoined);
            return;
        }

        Commit(isLocal: true, effects);
        foreach (var id in leave.Members)
        {
            if (_members.TryGet(id, out var member))
            {
                ReleaseIfIdle(member, effects);
            }
        }

        effects.Add(new ScopeEffect.LeaveAnswered(new LeaveResult(LeaveStatus.Left, removed.DrainToImmutable())));
    }

    /// <summary>
    /// Differs from pg: an end is a fact about a member, not about one watch of it, and ids are never used again. So a
    /// notice that comes late is either still true or about somebody unknown here, and can do no harm (PD6).
    /// </summary>
    private void OnMembersEnded(ScopeInput.MembersEnded ended, EffectList<ScopeEffect> effects)
    {
        foreach (var id in ended.Members)
        {
            if (_members.TryGet(id, out var member))
            {
                _members.Remove(id); // The watch has done its work.
                EndMonitorsOf(member, effects);
                for (var at = 0; member.Next(ref at, out var cell, out var count);)
                {
                    NoteLocal(cell, id, count, 0);
                    _changes.Add(cell, id, -count, ChangeReason.Ended);
                }
            }
        }

        Commit(isLocal: true, effects);
    }

    private void AddMembership(GroupCell cell, LocalMember member)
    {
        var count = member.Add(cell);
        NoteLocal(cell, member.Id, count - 1, count);
        _changes.Add(cell, member.Id, 1, ChangeReason.Joined);
    }

    private bool TryTakeMembership(GroupCell cell, LocalMember member)
    {
        var count = member.Take(cell);
        if (count < 0)
        {
            return false;
        }

        NoteLocal(cell, member.Id, count + 1, count);
        _changes.Add(cell, member.Id, -1, ChangeReason.Left);
        return true;
    }

    /// <summary>The same hash for one member after the other is worked out once.</summary>
    private ulong HashOf(MemberId member)
    {
        if (!ReferenceEquals(member, _hashed.Member))
        {
            _hashed = (member, StableHash.Of(member));
        }

        return _hashed.Hash;
    }

    private void NoteLocal(GroupCell cell, MemberId member, int oldCount, int newCount)
    {
        _localMemberships += (newCount > 0 ? 1 : 0) - (oldCount > 0 ? 1 : 0);
        if (!_settings.IsLocal)
        {
            _hash = unchecked(_hash + MembershipHash.Difference(cell, HashOf(member), oldCount, newCount));
        }
    }

    /// <summary>Begins to watch a member; in the same step it gets a membership or a monitor.</summary>
    private LocalMember Adopt(MemberId id, EffectList<ScopeEffect> effects)
    {
        var member = new LocalMember(id);
        _members.FindOrAdd(id, out _) = member;
        effects.Add(new ScopeEffect.Watch(id));
        return member;
    }

    private void ReleaseIfIdle(LocalMember member, EffectList<ScopeEffect> effects)
    {
        if (member.IsIdle && _members.Remove(member.Id))
        {
            effects.Add(new ScopeEffect.Unwatch(member.Id));
        }
    }

    private bool IsLocal(MemberId member, EffectList<ScopeEffect> effects)
    {
        if (member.Node.Equals(_self.Node))
        {
            return true;
        }

        effects.Add(new ScopeEffect.NotLocal(member));
        return false;
    }
}
