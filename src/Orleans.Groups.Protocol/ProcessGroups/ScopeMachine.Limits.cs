using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace Orleans.Groups.Protocol;

/// <content>The limits of the settings; each is checked before anything of an operation happens.</content>
/// <remarks>Differs from pg: it has none.</remarks>
internal sealed partial class ScopeMachine
{
    private bool HasRoomForGroups(long more, EffectList<ScopeEffect> effects) => IsWithin(
        more == 0 ? 0 : _registry.LocalGroupCount + more,
        _settings.MaxGroups,
        nameof(ProcessGroupsOptions.MaxGroups),
        effects);

    private bool HasRoomInGroup(long memberships, EffectList<ScopeEffect> effects) =>
        IsWithin(memberships, _settings.MaxMembersPerGroup, nameof(ProcessGroupsOptions.MaxMembersPerGroup), effects);

    private bool HasRoomForMember(long memberships, EffectList<ScopeEffect> effects) => IsWithin(
        memberships,
        _settings.MaxMembershipsPerMember,
        nameof(ProcessGroupsOptions.MaxMembershipsPerMember),
        effects);

    private bool HasRoomForMonitor(EffectList<ScopeEffect> effects) =>
        IsWithin(_monitors.Count + 1L, _settings.MaxMonitors, nameof(ProcessGroupsOptions.MaxMonitors), effects);

    private bool HasRoomFor(ScopeInput.Join join, EffectList<ScopeEffect> effects)
    {
        var timesOfGroup = new Dictionary<GroupName, int>(); // Looked up only, never enumerated.
        var timesOfMember = new Dictionary<MemberId, int>(); // Likewise.
        var newGroups = 0L;
        foreach (var group in join.Groups)
        {
            Invariant.Require(!group.IsDefault, "a group has a name");
            var size = _registry.CountLocalMembers(group);
            var times = ++CollectionsMarshal.GetValueRefOrAddDefault(timesOfGroup, group, out var isListedAgain);
            newGroups += size == 0 && !isListedAgain ? 1 : 0;
            if (!HasRoomInGroup(size + ((long)times * join.Members.Length), effects))
            {
                return false;
            }
        }

        foreach (var id in join.Members)
        {
            var times = ++CollectionsMarshal.GetValueRefOrAddDefault(timesOfMember, id, out _);
            var has = _members.TryGet(id, out var member) ? member.Memberships : 0;
            if (!HasRoomForMember(has + ((long)times * join.Groups.Length), effects))
            {
                return false;
            }
        }

        // The answer counts what was added, in 32 bits.
        var added = (long)join.Groups.Length * join.Members.Length;
        return HasRoomForGroups(join.Members.IsEmpty ? 0 : newGroups, effects)
            && IsWithin(added, int.MaxValue, nameof(ProcessGroupsOptions.MaxMembersPerGroup), effects);
    }

    private static bool IsWithin(long wanted, int limit, string name, EffectList<ScopeEffect> effects)
    {
        if (wanted <= limit)
        {
            return true;
        }

        effects.Add(new ScopeEffect.LimitReached(name, limit));
        return false;
    }
}
