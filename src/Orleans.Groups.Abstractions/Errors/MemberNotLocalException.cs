namespace Orleans.Groups;

/// <summary>Only the node on which a member lives can join it to groups or take it out. Nothing was changed.</summary>
public sealed class MemberNotLocalException : ArgumentException
{
    /// <summary>Describes the member.</summary>
    public MemberNotLocalException(MemberId member, NodeId node)
        : base(
            $"Member {member} does not live on node {node}, so it cannot join or leave there. "
                + "Call the node on which it lives.") =>
        Member = member;

    /// <summary>The member.</summary>
    public MemberId Member { get; }
}
