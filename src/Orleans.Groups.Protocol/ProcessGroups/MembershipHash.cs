namespace Orleans.Groups.Protocol;

/// <summary>
/// The hash of a table of memberships that digests compare: a sum, so that order does not matter and a change costs
/// O(1).
/// </summary>
internal static class MembershipHash
{
    /// <summary>By how much the hash of a table changes when a member's count in a group changes.</summary>
    /// <param name="cell">The group.</param>
    /// <param name="member">The stable hash of the member.</param>
    /// <param name="oldCount">How often it was in the group.</param>
    /// <param name="newCount">How often it is.</param>
    internal static ulong Difference(GroupCell cell, ulong member, int oldCount, int newCount)
    {
        var pair = StableHash.Combine(cell.StableHash, member);
        return unchecked(Of(pair, newCount) - Of(pair, oldCount));
    }

    private static ulong Of(ulong pair, int count) => count == 0 ? 0 : StableHash.Combine(pair, (ulong)count);
}
