namespace Orleans.Groups.Comparison;

/// <summary>What a node of either engine gives to its work.</summary>
internal interface IBenchNode
{
    /// <summary>Guaranteed multicast on this node.</summary>
    IMulticast Multicast { get; }

    /// <summary>The process groups of a scope on this node, which begins with the first call.</summary>
    IProcessGroups GetScope(string scope);

    /// <summary>A member that lives on this node.</summary>
    ValueTask<IGroupMember> CreateMemberAsync(string name, Func<MemberMessage, ValueTask>? onMessage = null);
}
