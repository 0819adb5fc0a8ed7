using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>A copy of what one end of a link knows, for diagnostics and tests.</summary>
/// <param name="Self">This life of this node.</param>
/// <param name="Peer">The life of the other node.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Session">The session that runs, or is wanted next; 0 before the first.</param>
/// <param name="Data">The data lane.</param>
/// <param name="Control">The control lane.</param>
/// <param name="WaitingBytes">Bytes that wait for credit, in all channels.</param>
/// <param name="Channels">Credited channels that owe or wait, by tag.</param>
/// <param name="UnconsumedBytes">Cost of what was delivered in credited channels and not handed back.</param>
/// <param name="OwedBytes">Cost of what was handed back, and the peer has not been told.</param>
/// <param name="Failures">Retries in a row without anything getting through.</param>
/// <param name="TimersSet">Timers that are set.</param>
internal sealed record LinkStatus(
    NodeId Self,
    NodeId Peer,
    LinkState State,
    long Session,
    LinkLaneStatus Data,
    LinkLaneStatus Control,
    long WaitingBytes,
    ImmutableArray<LinkChannelStatus> Channels,
    long UnconsumedBytes,
    long OwedBytes,
    int Failures,
    ImmutableArray<LinkTimer> TimersSet);

/// <summary>A copy of what one end knows of a lane.</summary>
/// <param name="GatheredBytes">Not sent yet.</param>
/// <param name="UnackedBatches">Sent and not acked.</param>
/// <param name="UnackedBytes">Bytes of those.</param>
/// <param name="OldestAttempts">How often the oldest of those was sent; 0 when there is none.</param>
/// <param name="SentThrough">Number of the last batch sent.</param>
/// <param name="AcceptedThrough">Number of the last batch accepted.</param>
/// <param name="HeldBatches">Batches that wait for those before them.</param>
/// <param name="PartBytes">Bytes of a frame of which parts are missing.</param>
internal sealed record LinkLaneStatus(
    long GatheredBytes,
    int UnackedBatches,
    long UnackedBytes,
    int OldestAttempts,
    long SentThrough,
    long AcceptedThrough,
    int HeldBatches,
    long PartBytes);

/// <summary>A copy of what the sender knows of a credited channel.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="OutstandingBytes">Cost of what the peer has not consumed, as far as known.</param>
/// <param name="CreditBytes">What may be sent before the peer consumes; negative when a frame has passed it.</param>
/// <param name="WaitingBytes">Bytes that wait for credit.</param>
/// <param name="HasRoom">What the host was told last.</param>
internal sealed record LinkChannelStatus(
    LinkChannel Channel,
    long OutstandingBytes,
    long CreditBytes,
    long WaitingBytes,
    bool HasRoom);
