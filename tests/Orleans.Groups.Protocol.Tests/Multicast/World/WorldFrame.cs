namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>What travels on the link from one node to another, on the data lane.</summary>
internal abstract record WorldFrame
{
    private WorldFrame()
    {
    }

    /// <summary>A frame from member to member.</summary>
    internal sealed record ToRing(MemberId From, MemberId To, RingMessage Message) : WorldFrame;

    /// <summary>"Tell me when this member of yours has ended."</summary>
    internal sealed record WatchMember(MemberId Member) : WorldFrame;

    /// <summary>"This member of mine has ended, or has never been."</summary>
    internal sealed record MemberEnded(MemberId Member) : WorldFrame;

    /// <summary>The sender has ended the session; its last word in it.</summary>
    internal sealed record SessionOver : WorldFrame;

    /// <summary>Membership says that the sender's node is dead; comes after what is still accepted of it.</summary>
    internal sealed record NodeDead : WorldFrame;
}
