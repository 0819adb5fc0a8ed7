namespace Orleans.Groups.Conformance;

/// <summary>What a fixture can do to its engine beyond starting nodes and using them.</summary>
[Flags]
public enum FixtureCapabilities
{
    /// <summary>Nothing more.</summary>
    None = 0,

    /// <summary><see cref="IGroupsFixture.CutAsync"/> and <see cref="IGroupsFixture.HealAsync"/>.</summary>
    Cut = 1,

    /// <summary>
    /// <see cref="IGroupsFixture.DeclareDownAsync"/> and, with <see cref="Cut"/>,
    /// <see cref="IGroupsFixture.SplitAsync"/>.
    /// </summary>
    DeclareDown = 2,

    /// <summary>All of <see cref="IRecordFaults"/>.</summary>
    RecordFaults = 4,

    /// <summary><see cref="INodeFixture.StopScopeAsync"/> and <see cref="INodeFixture.StartScopeAsync"/>.</summary>
    StopScope = 8,

    /// <summary><see cref="IGroupsFixture.KillNodeAsync"/>, and adding a node of the same name afterwards.</summary>
    KillNode = 16,

    /// <summary>Everything.</summary>
    All = Cut | DeclareDown | RecordFaults | StopScope | KillNode,
}
