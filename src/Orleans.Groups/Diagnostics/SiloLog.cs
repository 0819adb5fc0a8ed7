using Microsoft.Extensions.Logging;
using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <summary>What only silos log, beside what all engines do. Ids never change their meaning.</summary>
internal static partial class SiloLog
{
    /// <summary>A goodbye is no reason to warn.</summary>
    [LoggerMessage(EventId = 2001, Message = "Silo {Silo}: session {Session} with {Other} has ended: {Reason}.")]
    internal static partial void LinkSessionEnded(
        this ILogger logger,
        LogLevel level,
        SiloAddress silo,
        long session,
        SiloAddress other,
        LinkEndReason reason);

    [LoggerMessage(
        2002,
        LogLevel.Error,
        "Silo {Silo} was declared dead, says {By}, although it runs: its members have lost their memberships.")]
    internal static partial void DeclaredDead(this ILogger logger, SiloAddress silo, SiloAddress by);

    [LoggerMessage(
        2003,
        LogLevel.Warning,
        "Silo {Silo} gave up saying goodbye after {Limit}: not all others have acknowledged it.")]
    internal static partial void GoodbyeGaveUp(this ILogger logger, SiloAddress silo, TimeSpan limit);

    [LoggerMessage(2004, LogLevel.Debug, "An introduction by {Silo} was asked for in vain; it is asked again.")]
    internal static partial void IntroductionFailed(this ILogger logger, Exception exception, SiloAddress silo);

    [LoggerMessage(2005, LogLevel.Debug, "A link message to {Silo} failed; it is sent again.")]
    internal static partial void LinkSendFailed(this ILogger logger, Exception exception, SiloAddress silo);

    [LoggerMessage(2006, LogLevel.Warning, "A link message of {Silo} was refused: {Error}.")]
    internal static partial void LinkMessageRefused(this ILogger logger, SiloAddress silo, string error);

    [LoggerMessage(2007, LogLevel.Warning, "A frame of {Silo} was refused: {Error}.")]
    internal static partial void FrameRefused(this ILogger logger, SiloAddress silo, string error);

    [LoggerMessage(2008, LogLevel.Debug, "The link to {Silo} has dropped a message: {Kind}.")]
    internal static partial void LinkTraced(this ILogger logger, SiloAddress silo, string kind);

    [LoggerMessage(
        2010,
        LogLevel.Debug,
        "Silo {Silo} has not answered in session {Session} after {Retries} retries; it is asked again.")]
    internal static partial void LinkUnanswered(this ILogger logger, SiloAddress silo, long session, int retries);

    [LoggerMessage(
        2011,
        LogLevel.Critical,
        "The link to {Silo} has broken an invariant, which is a bug of Orleans.Groups: its session ends and another "
        + "begins. Please report it with what the log says.")]
    internal static partial void LinkFaulted(this ILogger logger, Exception exception, SiloAddress silo);

    [LoggerMessage(
        2009,
        LogLevel.Error,
        "Silo {Silo} speaks versions {Oldest} to {Newest} of the protocol, and this one none of them: they cannot "
        + "work together. Upgrade the older one.")]
    internal static partial void Incompatible(this ILogger logger, SiloAddress silo, int oldest, int newest);

    [LoggerMessage(
        2012,
        LogLevel.Warning,
        "Silo {Silo}: {Other} has not acknowledged anything for {Retries} retries; it is asked on.")]
    internal static partial void LinkSilent(
        this ILogger logger,
        SiloAddress silo,
        SiloAddress other,
        int retries);

    [LoggerMessage(2013, LogLevel.Information, "Silo {Silo}: {Other} acknowledges again.")]
    internal static partial void LinkAnsweredAgain(this ILogger logger, SiloAddress silo, SiloAddress other);

    [LoggerMessage(
        2014,
        LogLevel.Critical,
        "Silo {Silo} can no longer follow the cluster's membership: its members have lost their memberships. "
        + "Restart it.")]
    internal static partial void MembershipLost(this ILogger logger, Exception exception, SiloAddress silo);
}
