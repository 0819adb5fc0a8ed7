using System;

namespace Orleans.Groups.Protocol;

/// <summary>Consecutive messages of one publisher. Immutable: it is handed on from member to member as it is.</summary>
internal sealed class PublicationBatch
{
    /// <summary>What each message counts beside its payload, so that empty ones are bounded too.</summary>
    internal const int OverheadBytes = 64;

    /// <summary>Numbers the payloads from <paramref name="first"/> on; not empty.</summary>
    internal PublicationBatch(long first, ReadOnlyMemory<ReadOnlyMemory<byte>> payloads)
    {
        Invariant.Require(first > 0, "publications are numbered from 1");
        Invariant.Require(!payloads.IsEmpty, "a batch has at least one publication");
        First = first;
        Payloads = payloads;
        foreach (var payload in payloads.Span)
        {
            Bytes += payload.Length + OverheadBytes;
        }
    }

    /// <summary>Number of the first message.</summary>
    internal long First { get; }

    /// <summary>Number of the last message.</summary>
    internal long Last => First + Payloads.Length - 1;

    /// <summary>The payloads in order; opaque.</summary>
    internal ReadOnlyMemory<ReadOnlyMemory<byte>> Payloads { get; }

    /// <summary>Payload bytes and <see cref="OverheadBytes"/> per message.</summary>
    internal long Bytes { get; }

    /// <summary>
    /// The messages after <paramref name="number"/>; this batch when that is all of it. At least one must remain.
    /// </summary>
    internal PublicationBatch After(long number) =>
        number < First ? this : new PublicationBatch(number + 1, Payloads[(int)(number + 1 - First)..]);
}
