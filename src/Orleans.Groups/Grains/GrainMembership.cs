namespace Orleans.Groups;

/// <summary>Memberships of a grain in one group, which its next activation is to have again.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.GrainMembership")]
internal sealed class GrainMembership
{
    /// <summary>Name of the scope.</summary>
    [Id(0)]
    public required string Scope { get; init; }

    /// <summary>Name of the group.</summary>
    [Id(1)]
    public required string Group { get; init; }

    /// <summary>How many.</summary>
    [Id(2)]
    public int Count { get; init; }

    /// <summary>Whether they keep the activation.</summary>
    [Id(3)]
    public bool KeepAlive { get; init; }
}
