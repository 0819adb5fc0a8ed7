using System;

namespace Orleans.Groups.Protocol;

/// <summary>What a scope machine needs of <see cref="ProcessGroupsOptions"/>; validated by whoever makes it.</summary>
/// <param name="MaxGroups">Most groups with members of this node.</param>
/// <param name="MaxMembersPerGroup">Most memberships of this node's members in one group.</param>
/// <param name="MaxMembershipsPerMember">Most memberships of one member.</param>
/// <param name="MaxMonitors">Most monitors.</param>
/// <param name="MaxMembershipsPerFrame">Most memberships in one part of a snapshot or update.</param>
/// <param name="IsLocal">Whether the scope stays on its node: no peers, no frames.</param>
internal sealed record ScopeSettings(
    int MaxGroups,
    int MaxMembersPerGroup,
    int MaxMembershipsPerMember,
    int MaxMonitors,
    int MaxMembershipsPerFrame,
    bool IsLocal)
{
    /// <summary>
    /// Most memberships that one node's members can have in one group, whatever its settings. Every node believes its
    /// peers up to here, so that limits may differ from node to node, but a forged count cannot fill the memory.
    /// </summary>
    internal const int HardMembersPerGroup = 1 << 24;

    /// <summary>Takes the settings from the options.</summary>
    internal static ScopeSettings From(ProcessGroupsOptions options, bool isLocal) =>
        new(
            options.MaxGroups,
            Math.Min(options.MaxMembersPerGroup, HardMembersPerGroup),
            options.MaxMembershipsPerMember,
            options.MaxMonitors,
            options.MaxMembershipsPerFrame,
            isLocal);
}
