namespace Orleans.Groups;

/// <summary>How one member joins a ring.</summary>
public sealed class MulticastJoinOptions
{
    /// <summary>Label of the member for people; default: the name of the group.</summary>
    public string? MemberName { get; init; }

    /// <summary>
    /// How long joining may take; default <see langword="null"/>: <see cref="MulticastOptions.JoinTimeout"/>.
    /// </summary>
    public TimeSpan? Timeout { get; init; }
}
