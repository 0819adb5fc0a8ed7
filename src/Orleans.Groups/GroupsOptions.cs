namespace Orleans.Groups;

/// <summary>Settings of Orleans.Groups on one silo. All silos of a cluster should have the same.</summary>
public sealed class GroupsOptions
{
    /// <summary>Settings of process groups.</summary>
    public ProcessGroupsOptions ProcessGroups { get; } = new();

    /// <summary>Settings of guaranteed multicast.</summary>
    public MulticastOptions Multicast { get; } = new();

    /// <summary>
    /// Name of the grain storage provider that keeps the records of rings; default <see langword="null"/>: they are
    /// kept in the memory of one silo. Then a record dies with that silo and is made again from what the ring's members
    /// know, which is for local development: two halves of a cluster cannot be kept from making it twice.
    /// </summary>
    /// <remarks>
    /// The provider must keep ETags, the first write included: on PostgreSQL that takes
    /// <see cref="GroupsSql.PostgreSqlUniqueIndex"/>. What a ring that has ended leaves behind is cleared after some
    /// minutes; whether the provider then deletes or empties the row is its own setting.
    /// </remarks>
    public string? RecordStorage { get; set; }

    /// <summary>
    /// How long a client may be silent before its members and monitors end; 1 s to 1 h, default 30 s.
    /// </summary>
    public TimeSpan ClientLease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Most sessions of clients on this silo, 1 or more; default 10 000.</summary>
    public int MaxClientSessions { get; set; } = 10_000;

    /// <summary>Most members that one client has, 1 or more; default 100 000.</summary>
    public int MaxMembersPerClient { get; set; } = 100_000;

    /// <summary>Most monitors that one client has, 1 or more; default 1 000.</summary>
    public int MaxMonitorsPerClient { get; set; } = 1_000;

    /// <summary>
    /// Most ring members on this silo that are driven from afar, by clients or through <see cref="IRingMemberGrain"/>;
    /// 1 or more, default 10 000. They also count for <see cref="MulticastOptions.MaxLocalMembers"/>.
    /// </summary>
    public int MaxClientRingMembers { get; set; } = 10_000;

    /// <summary>
    /// All that is wrong with these settings, each with name, value and allowed range; empty when nothing is.
    /// </summary>
    public IReadOnlyList<string> GetErrors()
    {
        var errors = new OptionErrors(nameof(GroupsOptions));
        errors.Range(ClientLease, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), nameof(ClientLease));
        errors.Range(MaxClientSessions, 1, int.MaxValue, nameof(MaxClientSessions));
        errors.Range(MaxMembersPerClient, 1, int.MaxValue, nameof(MaxMembersPerClient));
        errors.Range(MaxMonitorsPerClient, 1, int.MaxValue, nameof(MaxMonitorsPerClient));
        errors.Range(MaxClientRingMembers, 1, int.MaxValue, nameof(MaxClientRingMembers));
        if (RecordStorage is { } storage && string.IsNullOrWhiteSpace(storage))
        {
            errors.Add(nameof(RecordStorage), storage, "must name a grain storage provider, or be null");
        }

        return [.. errors.ToList(), .. ProcessGroups.GetErrors(), .. Multicast.GetErrors()];
    }
}
