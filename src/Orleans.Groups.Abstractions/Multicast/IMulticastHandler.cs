namespace Orleans.Groups;

/// <summary>
/// What a member of a ring does with what happens to it. One call at a time, in protocol order, on the thread pool.
/// </summary>
/// <remarks>
/// A slow handler delays nobody's messages but its own, until the senders' windows are full. A handler that throws is
/// treated as <see cref="MulticastOptions.OnHandlerFailure"/> says and harms nobody else.
/// </remarks>
public interface IMulticastHandler
{
    /// <summary>The member is in the ring. The first call, once.</summary>
    ValueTask<HandlerReply> OnJoinedAsync(MulticastJoined joined);

    /// <summary>
    /// Members came or went. A birth comes before that member's first message, a death after its last.
    /// </summary>
    ValueTask<HandlerReply> OnMembersChangedAsync(MembersChanged change);

    /// <summary>A message of some member, this one included.</summary>
    ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message);

    /// <summary>The member has ended. The last call, once.</summary>
    ValueTask OnTerminatedAsync(MulticastTermination termination);
}
