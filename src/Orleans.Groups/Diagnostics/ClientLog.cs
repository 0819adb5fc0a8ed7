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

    [LoggerMessage(2301, LogLevel.Information, "Silo {Node} serves this client now.")]
    internal static partial void ClientServed(this ILogger logger, NodeId node);

    [LoggerMessage(2302, LogLevel.Warning, "Silo {Silo} does not serve this client any more: {Reason}.")]
    internal static partial void ClientSessionLost(this ILogger logger, SiloAddress silo, LossReason reason);

    [LoggerMessage(2303, LogLevel.Debug, "A call of {Name} to silo {Silo} failed; it is made again if need be.")]
    internal static partial void ClientCallFailed(
        this ILogger logger,
        Exception exception,
        string name,
        SiloAddress silo);

    [LoggerMessage(2304, LogLevel.Debug, "No silo serves this client; another try follows.")]
    internal static partial void ClientOpenFailed(this ILogger logger, Exception exception);

    [LoggerMessage(2305, LogLevel.Warning, "A silo does not serve this client: {Error}")]
    internal static partial void ClientRefused(this ILogger logger, string error);

    [LoggerMessage(2306, LogLevel.Warning, "No silo has served this client within {Limit}; it goes on looking.")]
    internal static partial void ClientStartedAlone(this ILogger logger, TimeSpan limit);

    [LoggerMessage(2307, LogLevel.Warning, "Member '{Name}' ends: the new silo of this client refused it: {Error}")]
    internal static partial void ClientMemberLost(this ILogger logger, string name, string error);

    [LoggerMessage(2308, LogLevel.Warning, "A monitor of scope {Scope} ends: the new silo refused it: {Error}")]
    internal static partial void ClientMonitorLost(this ILogger logger, ScopeName scope, string error);

    [LoggerMessage(2309, LogLevel.Debug, "The silo sent an event that this version does not know: {Kind}.")]
    internal static partial void ClientEventUnknown(this ILogger logger, string kind);

    [LoggerMessage(2310, LogLevel.Error, "The handler of member {Member} threw; the next payload follows.")]
    internal static partial void ClientHandlerFailed(this ILogger logger, Exception exception, MemberId member);

    [LoggerMessage(2311, LogLevel.Error, "The callback of a monitor of scope {Scope} threw; the next change follows.")]
    internal static partial void ClientMonitorFailed(this ILogger logger, Exception exception, ScopeName scope);

    [LoggerMessage(
        2312,
        LogLevel.Error,
        "{Callback} of the handler of {Member} in group {Group} threw; the policy is {Policy}.")]
    internal static partial void ClientRingHandlerFailed(
        this ILogger logger,
        Exception exception,
        MemberId member,
        GroupName group,
        string callback,
        HandlerFailurePolicy policy);
}
