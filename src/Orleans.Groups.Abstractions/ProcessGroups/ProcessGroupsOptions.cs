namespace Orleans.Groups;

/// <summary>Settings of process groups on one node.</summary>
public sealed class ProcessGroupsOptions
{
    /// <summary>Scope used where none is named; default <c>default</c>.</summary>
    public string DefaultScope { get; set; } = "default";

    /// <summary>
    /// The scopes that exist; default empty: every scope appears on first use. When not empty, any other scope is
    /// refused with <see cref="UnknownScopeException"/>.
    /// </summary>
    public IList<string> Scopes { get; } = [];

    /// <summary>Scopes that stay on their node: nothing of them is sent to other nodes; default empty.</summary>
    public IList<string> LocalScopes { get; } = [];

    /// <summary>Most scopes on a node, 1 to 10 000; default 256.</summary>
    public int MaxScopes { get; set; } = 256;

    /// <summary>Most groups in a scope that members of this node may create, 1 or more; default 1 000 000.</summary>
    public int MaxGroups { get; set; } = 1_000_000;

    /// <summary>Most memberships of this node's members in one group, 1 or more; default 1 000 000.</summary>
    public int MaxMembersPerGroup { get; set; } = 1_000_000;

    /// <summary>Most memberships of one member in a scope, 1 or more; default 100 000.</summary>
    public int MaxMembershipsPerMember { get; set; } = 100_000;

    /// <summary>Most monitors of a scope, 1 or more; default 10 000.</summary>
    public int MaxMonitors { get; set; } = 10_000;

    /// <summary>
    /// Most changes waiting in a monitor, 1 or more; default 4 096. At the limit the monitor restarts from a snapshot.
    /// </summary>
    public int MonitorBufferChanges { get; set; } = 4_096;

    /// <summary>Most members living on a node, 1 or more; default 1 000 000.</summary>
    public int MaxMembers { get; set; } = 1_000_000;

    /// <summary>Largest payload sent to a member or group, 1 to 16 MiB; default 256 KiB.</summary>
    public int MaxPayloadBytes { get; set; } = 256 * 1024;

    /// <summary>
    /// Most payloads waiting at one member, 1 or more; default 1 024. At the limit sends are answered
    /// <see cref="SendOutcome.Overloaded"/> and publications are counted in <see cref="MemberMessage.Missed"/>.
    /// </summary>
    public int MaxQueuedPayloads { get; set; } = 1_024;

    /// <summary>
    /// Most sends of a node that wait for their answer, 1 or more; default 65 536. At the limit
    /// <see cref="SendOutcome.Overloaded"/>.
    /// </summary>
    public int MaxPendingSends { get; set; } = 65_536;

    /// <summary>
    /// How long a send waits for its answer before it is <see cref="SendOutcome.Unknown"/>; 10 ms to 1 h, default 30
    /// s.
    /// </summary>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Most memberships in one frame between nodes, 16 to 65 536; default 4 096. More, or those of more than 3 072
    /// groups, travel in several frames and are applied as one.
    /// </summary>
    public int MaxMembershipsPerFrame { get; set; } = 4_096;

    /// <summary>How often connected nodes compare what they know of each other; 100 ms to 1 h, default 10 s.</summary>
    public TimeSpan DigestInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// All that is wrong with these settings, each with name, value and allowed range; empty when nothing is.
    /// </summary>
    public IReadOnlyList<string> GetErrors()
    {
        var errors = new OptionErrors(nameof(ProcessGroupsOptions));
        errors.Name(DefaultScope, nameof(DefaultScope));
        errors.Names(Scopes, nameof(Scopes));
        errors.Names(LocalScopes, nameof(LocalScopes));
        errors.Range(MaxScopes, 1, 10_000, nameof(MaxScopes));
        errors.Range(MaxGroups, 1, int.MaxValue, nameof(MaxGroups));
        errors.Range(MaxMembersPerGroup, 1, int.MaxValue, nameof(MaxMembersPerGroup));
        errors.Range(MaxMembershipsPerMember, 1, int.MaxValue, nameof(MaxMembershipsPerMember));
        errors.Range(MaxMonitors, 1, int.MaxValue, nameof(MaxMonitors));
        errors.Range(MonitorBufferChanges, 1, int.MaxValue, nameof(MonitorBufferChanges));
        errors.Range(MaxMembers, 1, int.MaxValue, nameof(MaxMembers));
        errors.Range(MaxPayloadBytes, 1, OptionErrors.HardPayloadBytes, nameof(MaxPayloadBytes));
        errors.Range(MaxQueuedPayloads, 1, int.MaxValue, nameof(MaxQueuedPayloads));
        errors.Range(MaxPendingSends, 1, int.MaxValue, nameof(MaxPendingSends));
        errors.Range(SendTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1), nameof(SendTimeout));
        errors.Range(MaxMembershipsPerFrame, 16, 65_536, nameof(MaxMembershipsPerFrame));
        errors.Range(DigestInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), nameof(DigestInterval));
        if (Scopes.Count > 0 && !Scopes.Contains(DefaultScope, StringComparer.Ordinal))
        {
            var listed = string.Join(", ", Scopes);
            errors.Add(nameof(Scopes), listed, $"must contain {nameof(DefaultScope)} '{DefaultScope}'");
        }

        return errors.ToList();
    }
}
