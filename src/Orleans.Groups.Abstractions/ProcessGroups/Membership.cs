namespace Orleans.Groups;

/// <summary>One membership: this member, once, in this group.</summary>
/// <param name="Group">The group.</param>
/// <param name="Member">The member.</param>
public readonly record struct Membership(GroupName Group, MemberId Member);
