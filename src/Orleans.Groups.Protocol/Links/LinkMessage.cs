using System;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>Everything that the two ends of a link say to each other: a closed family.</summary>
/// <remarks>
/// Messages may be lost, doubled, reordered and delayed by any amount; every message says which life of which node says
/// it to which, which session it means, and which versions its sender speaks. Order on the wire of all kinds: from, to,
/// oldest and newest version, session, then the fields of the kind in the order of their parameters.
/// </remarks>
internal abstract record LinkMessage
{
    private LinkMessage(LinkHeader header) => Header = header;

    /// <summary>Who says it to whom.</summary>
    internal LinkHeader Header { get; init; }

    /// <summary>
    /// Bytes that stand behind the encoded message, so that they need not be copied into it; empty for all but batches.
    /// They never change.
    /// </summary>
    internal virtual ReadOnlyMemory<byte> Tail => default;

    /// <summary>"I am ready for this session; all before it are over here."</summary>
    /// <param name="Header">Who says it to whom.</param>
    /// <param name="IsHeard">Whether the same was heard from the receiver: then the session has begun here.</param>
    /// <param name="Limits">What the sender of this message accepts.</param>
    internal sealed record Open(LinkHeader Header, bool IsHeard, LinkLimits Limits) : LinkMessage(Header);

    /// <summary>A numbered batch. What it carries never changes; only the acks do when it is sent again.</summary>
    /// <param name="Header">Who says it to whom.</param>
    /// <param name="Acks">What has arrived here.</param>
    /// <param name="Lane">Its lane.</param>
    /// <param name="Number">Counted from 1 in each lane of each session.</param>
    /// <param name="Credits">What was consumed here and may be sent again.</param>
    /// <param name="Part">Whether the body is a part of one frame.</param>
    /// <param name="Channel">The channel of a part; free 0 otherwise.</param>
    /// <param name="Body">
    /// Frames (see <see cref="LinkFrames"/>) or a part of one. An empty batch without credits is a keep-alive.
    /// </param>
    internal sealed record Batch(
        LinkHeader Header,
        LinkAcks Acks,
        LinkLane Lane,
        long Number,
        ImmutableArray<LinkCredit> Credits,
        LinkPart Part,
        LinkChannel Channel,
        ReadOnlyMemory<byte> Body) : LinkMessage(Header)
    {
        /// <inheritdoc/>
        internal override ReadOnlyMemory<byte> Tail => Body;
    }

    /// <summary>What has arrived, when no batch goes the other way that could say it.</summary>
    internal sealed record Ack(LinkHeader Header, LinkAcks Acks) : LinkMessage(Header);

    /// <summary>
    /// "This session and all before it are over here, and I open no other." Said again until answered.
    /// </summary>
    internal sealed record Over(LinkHeader Header, bool IsAnswer) : LinkMessage(Header);

    /// <summary>"I do not talk to you." Final for these two lives; never answered.</summary>
    internal sealed record Refused(LinkHeader Header, LinkRefusal Reason) : LinkMessage(Header);
}

/// <summary>What every link message begins with.</summary>
/// <param name="From">The life of the node that speaks.</param>
/// <param name="To">The life of the node for which it is meant.</param>
/// <param name="OldestVersion">The oldest protocol version that the speaker speaks; 1 or more.</param>
/// <param name="NewestVersion">The newest.</param>
/// <param name="Session">The session, counted from 1; 0 in a refusal.</param>
internal readonly record struct LinkHeader(
    NodeId From,
    NodeId To,
    int OldestVersion,
    int NewestVersion,
    long Session);

/// <summary>What one end accepts in a session. Order on the wire: as here.</summary>
/// <param name="MaxBatchesInFlight">How far batches may be ahead of the last that was accepted; 1 or more.</param>
/// <param name="MaxBatchBytes">The largest body of a batch.</param>
/// <param name="MaxFrameBytes">The largest frame.</param>
/// <param name="ChannelCreditBytes">Credit with which each credited channel begins.</param>
internal readonly record struct LinkLimits(
    int MaxBatchesInFlight,
    int MaxBatchBytes,
    int MaxFrameBytes,
    long ChannelCreditBytes);

/// <summary>What has arrived in both lanes. Order on the wire: as here.</summary>
/// <param name="DataThrough">All data batches up to this number have been accepted.</param>
/// <param name="DataHeld">Bit i: batch <c>DataThrough + 1 + i</c> is held until those before it arrive.</param>
/// <param name="ControlThrough">As <paramref name="DataThrough"/> for the control lane.</param>
/// <param name="ControlHeld">As <paramref name="DataHeld"/> for the control lane.</param>
internal readonly record struct LinkAcks(long DataThrough, ulong DataHeld, long ControlThrough, ulong ControlHeld);

/// <summary>Credit that comes back. Order on the wire: channel tag, bytes.</summary>
/// <param name="Channel">A credited channel of the receiver of this message.</param>
/// <param name="Bytes">What was consumed, by <see cref="LinkChannel.CostOf"/>; at least 1.</param>
internal readonly record struct LinkCredit(LinkChannel Channel, long Bytes);

/// <summary>What the body of a batch is.</summary>
internal enum LinkPart
{
    /// <summary>Whole frames.</summary>
    None = 1,

    /// <summary>A part of one frame; the next batch goes on with it.</summary>
    More = 2,

    /// <summary>The last part of one frame.</summary>
    Last = 3,
}

/// <summary>Why a node refuses to talk.</summary>
internal enum LinkRefusal
{
    /// <summary>Membership has declared the receiver of this message dead.</summary>
    Dead = 1,

    /// <summary>No protocol version is spoken by both.</summary>
    Version = 2,
}
