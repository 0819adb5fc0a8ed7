using System;

namespace Orleans.Groups.Protocol;

/// <summary>Everything that one node says to another: the closed family that <see cref="WireCodec"/> encodes.</summary>
/// <remarks>
/// The sending node is not part of a frame: the link knows it. The receiver must not believe a member id in a frame
/// before it has compared the member's node with the node at the other end of the link. All of it travels on the data
/// lane (rule H4).
/// </remarks>
internal abstract record NodeFrame
{
    private NodeFrame()
    {
    }

    /// <summary>To the scope machine of one scope. Order on the wire: scope, message.</summary>
    internal sealed record ToScope(ScopeName Scope, ScopeMessage Message) : NodeFrame;

    /// <summary>To one ring member. Order on the wire: group, from, to, message.</summary>
    internal sealed record ToRing(GroupName Group, MemberId From, MemberId To, RingMessage Message) : NodeFrame;

    /// <summary>
    /// A payload for one member, answered by <see cref="PayloadAnswer"/>. Order on the wire: scope, request, to, from,
    /// bytes.
    /// </summary>
    /// <param name="Scope">The scope in which the receiver was found.</param>
    /// <param name="Request">Pairs the answer with it; unique at the sender for the life of the link.</param>
    /// <param name="To">The receiver, on the node that gets the frame.</param>
    /// <param name="From">The sender; <see langword="null"/> when it is no member.</param>
    /// <param name="Bytes">The payload; may be empty. After decoding it is a slice of the decoded memory.</param>
    internal sealed record Payload(
        ScopeName Scope,
        long Request,
        MemberId To,
        MemberId? From,
        ReadOnlyMemory<byte> Bytes) : NodeFrame;

    /// <summary>What became of a <see cref="Payload"/>. Order on the wire: request, outcome.</summary>
    internal sealed record PayloadAnswer(long Request, SendOutcome Outcome) : NodeFrame;

    /// <summary>
    /// A payload for all members of a group on the node that gets the frame. Order on the wire: scope, group, from,
    /// bytes.
    /// </summary>
    /// <param name="Scope">The scope of the group.</param>
    /// <param name="Group">The group.</param>
    /// <param name="From">The sender; <see langword="null"/> when it is no member.</param>
    /// <param name="Bytes">The payload; may be empty. After decoding it is a slice of the decoded memory.</param>
    internal sealed record Publication(
        ScopeName Scope,
        GroupName Group,
        MemberId? From,
        ReadOnlyMemory<byte> Bytes) : NodeFrame;

    /// <summary>
    /// "Tell me when this member of yours ends." Answered by <see cref="MemberEnded"/>, at once if it has ended (rule
    /// P5).
    /// </summary>
    internal sealed record WatchMember(MemberId Member) : NodeFrame;

    /// <summary>"This member of mine has ended." Behind its last frame (rule H4).</summary>
    internal sealed record MemberEnded(MemberId Member) : NodeFrame;

    /// <summary>
    /// "Which record of this group do your members hold?" (rule R3). Order on the wire: request, group.
    /// </summary>
    internal sealed record SurveyRequest(long Request, GroupName Group) : NodeFrame;

    /// <summary>Answer to <see cref="SurveyRequest"/>. Order on the wire: request, highest.</summary>
    /// <param name="Request">The number of the request.</param>
    /// <param name="Highest">
    /// The highest record that a member on the answering node holds; <see langword="null"/> when none does.
    /// </param>
    internal sealed record SurveyAnswer(long Request, GroupRecord? Highest) : NodeFrame;
}
