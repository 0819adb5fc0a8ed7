namespace Orleans.Groups.Checkers;

/// <summary>What a run is checked for.</summary>
public sealed class CheckSettings
{
    /// <summary>Which families: process groups, rings, or both; default both.</summary>
    public CheckFamilies Families { get; set; } = CheckFamilies.All;

    /// <summary>How long a call on process groups may take (P-L3); default 10 s.</summary>
    public TimeSpan OperationBound { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long joining or leaving a ring may take (G-L1); default 2 min.</summary>
    public TimeSpan JoinBound { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a proof may take (G-L2); default 2 min.</summary>
    public TimeSpan ConfirmBound { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a refusal for reentrancy may take (G-L7); default 1 s.</summary>
    public TimeSpan ReentrantBound { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long members of a killed node may be shown (P-L2), where one log has it all; default 2 min.
    /// </summary>
    public TimeSpan DeathBound { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Scopes that stay on their node; default empty.</summary>
    public HashSet<string> LocalScopes { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Fewest events of some kinds (<c>Deliver</c>, or <c>*</c> for all together): with fewer, the run is red.
    /// </summary>
    public Dictionary<string, long> Minimum { get; } = new(StringComparer.Ordinal) { ["*"] = 1 };

    /// <summary>So many violations are kept, of each property; all are counted. Default 20.</summary>
    public int MaxKeptPerProperty { get; set; } = 20;
}

/// <summary>Families of checkers.</summary>
[Flags]
public enum CheckFamilies
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Process groups.</summary>
    ProcessGroups = 1,

    /// <summary>Rings.</summary>
    Multicast = 2,

    /// <summary>Both.</summary>
    All = ProcessGroups | Multicast,
}
