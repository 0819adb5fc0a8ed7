using System.Text;

namespace Orleans.Groups.InMemory.Tests;

/// <summary>Short ways to rings and payloads.</summary>
internal static class Rings
{
    internal static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    internal static Task<IMulticastGroup> JoinAsync(
        this InMemoryNode node,
        IMulticastHandler handler,
        string group = "ring") =>
        node.Multicast.JoinAsync(group, handler).Soon();

    internal static ValueTask<BroadcastOutcome> SayAsync(
        this IMulticastGroup group,
        string text,
        CancellationToken cancellationToken = default) =>
        group.BroadcastAsync(Bytes(text), cancellationToken);

    internal static ValueTask<BroadcastOutcome> ProveAsync(
        this IMulticastGroup group,
        string text,
        ConfirmLevel level = ConfirmLevel.ReceivedByAll,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default) =>
        group.ConfirmedBroadcastAsync(Bytes(text), level, timeout, cancellationToken);

    internal static BroadcastOutcome Failed(BroadcastReason reason) => new(BroadcastStatus.Failed, reason);

    internal static BroadcastOutcome Unknown(BroadcastReason reason) => new(BroadcastStatus.Unknown, reason);
}
