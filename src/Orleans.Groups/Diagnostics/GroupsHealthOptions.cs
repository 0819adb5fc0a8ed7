namespace Orleans.Groups;

/// <summary>When the health check of Orleans.Groups says that something is wrong.</summary>
/// <remarks>
/// Health of a silo is about that silo: whoever is told <c>Unhealthy</c> takes it out or restarts it. What another silo
/// or a slow member causes is <c>Degraded</c>, unless <see cref="UnhealthyAfter"/> says otherwise.
/// </remarks>
public sealed class GroupsHealthOptions
{
    /// <summary>
    /// How long another living silo may be without a session, behind, or not heard to agree, before that is
    /// <c>Degraded</c>; 1 s to 1 h, default 30 s. Three times <see cref="ProcessGroupsOptions.DigestInterval"/> where
    /// that is longer: silos compare no more often.
    /// </summary>
    public TimeSpan PeerDegradedAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long messages of a ring member may wait for the slowest of the ring, without that one processing any, before
    /// that is <c>Degraded</c>; 1 s to 1 h, default 30 s. Counted from the first check that sees it.
    /// </summary>
    public TimeSpan RingDegradedAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long any of this may last before it is <c>Unhealthy</c>; not less than the other two, at most 1 day. Default
    /// <see langword="null"/>: for ever. Set it only where a restart of this silo is the right answer to that.
    /// </summary>
    public TimeSpan? UnhealthyAfter { get; set; }

    /// <summary>Most silos per scope, and most rings, that are listed one by one; 0 to 1 000, default 10.</summary>
    public int MaxListed { get; set; } = 10;

    /// <summary>
    /// All that is wrong with these settings, each with name, value and allowed range; empty when nothing is.
    /// </summary>
    public IReadOnlyList<string> GetErrors()
    {
        var errors = new OptionErrors(nameof(GroupsHealthOptions));
        var second = TimeSpan.FromSeconds(1);
        var hour = TimeSpan.FromHours(1);
        errors.Range(PeerDegradedAfter, second, hour, nameof(PeerDegradedAfter));
        errors.Range(RingDegradedAfter, second, hour, nameof(RingDegradedAfter));
        errors.Range(MaxListed, 0, 1_000, nameof(MaxListed));
        if (UnhealthyAfter is { } limit)
        {
            var least = PeerDegradedAfter > RingDegradedAfter ? PeerDegradedAfter : RingDegradedAfter;
            errors.Range(limit, least, TimeSpan.FromDays(1), nameof(UnhealthyAfter));
        }

        return errors.ToList();
    }
}
