namespace Orleans.Groups;

/// <summary>What became of a payload sent to one member.</summary>
public enum SendOutcome
{
    /// <summary>It is in the member's queue.</summary>
    Delivered,

    /// <summary>The member has ended, or its node is known to be dead. Nothing was delivered.</summary>
    Gone,

    /// <summary>There is no connection to the member's node. Nothing was sent.</summary>
    NotConnected,

    /// <summary>A queue is full: the member's, or the one of unanswered sends. Nothing was delivered.</summary>
    Overloaded,

    /// <summary>
    /// The connection was lost or the time ran out before the answer came. It may have been delivered.
    /// </summary>
    Unknown,
}

/// <summary>What a publication to a group did on the sender's side.</summary>
/// <param name="Members">How many distinct members the group had in this node's view.</param>
/// <param name="Nodes">To how many nodes the payload was sent, this one included.</param>
/// <param name="NotConnected">How many nodes with members could not be reached and were left out.</param>
public readonly record struct PublishResult(int Members, int Nodes, int NotConnected);
