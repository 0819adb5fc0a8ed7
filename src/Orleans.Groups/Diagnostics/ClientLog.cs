using Microsoft.Extensions.Logging;

namespace Orleans.Groups;

/// <summary>What is logged about clients, on silos (22xx) and on the clients themselves (23xx).</summary>
/// <remarks>Ids of sessions are keys to them, and are logged nowhere in full.</remarks>
internal static partial class ClientLog
{
    /// <summary>Enough of an id to tell sessions apart, and not enough to use one.</summary>
    internal static string Shorten(Guid id) => id.ToString("N")[..8];

    internal static void SessionOpened(this ILogger logger, Guid session, NodeId node)
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            logger.SessionOpened(Shorten(session), node);
        }
    }

    internal static void SessionClosed(this ILogger logger, Guid session, NodeId node, int members)
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            logger.SessionClosed(Shorten(session), node, members);
        }
    }

    internal static void SessionExpired(this ILogger logger, Guid session, NodeId node, TimeSpan lease)
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
            logger.SessionExpired(Shorten(session), node, lease);
        }
    }

    [LoggerMessage(2201, LogLevel.Debug, "Session {Session}… of a client began on {Node}.")]
    private static partial void SessionOpened(this ILogger logger, string session, NodeId node);

    [LoggerMessage(2202, LogLevel.Debug, "Session {Session}… of a client on {Node} has ended, with {Members} members.")]
    private static partial void SessionClosed(this ILogger logger, string session, NodeId node, int members);

    [LoggerMessage(
        2203,
        LogLevel.Information,
        "Session {Session}… of a client on {Node} ends: the client has been silent for {Lease}.")]
    private static partial void SessionExpired(this ILogger logger, string session, NodeId node, TimeSpan lease);

    [LoggerMessage(
        2204,
        LogLevel.Information,
        "A member of group {Group} on {Node} leaves: its owner has been silent for {Lease}.")]
    internal static partial void RingMemberExpired(this ILogger logger, string group, NodeId node, TimeSpan lease);

    [LoggerMessage(2205, LogLevel.Debug, "Silo {Silo} did not say what it knows of a ring.")]
    internal static partial void RingQuestionFailed(this ILogger logger, Exception exception, SiloAddress silo);

    [LoggerMessage(2206, LogLevel.Debug, "An earlier session of a client on {Silo} was not ended; its lease ends it.")]
    internal static partial void CloseElsewhereFailed(this ILogger logger, Exception exception, SiloAddress silo);
}
