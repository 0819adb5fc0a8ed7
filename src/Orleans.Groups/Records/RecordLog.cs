using Microsoft.Extensions.Logging;
using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <summary>What the record store logs. Ids never change their meaning.</summary>
internal static partial class RecordLog
{
    [LoggerMessage(2101, LogLevel.Warning, "The record of group {Group} could not be read or written.")]
    internal static partial void RecordStorageFailed(this ILogger logger, Exception exception, GroupName group);

    [LoggerMessage(
        2102,
        LogLevel.Critical,
        "The record of group {Group} is damaged where it is stored. It is left as it is, and nobody can join or leave "
        + "the group until it is repaired or deleted there.")]
    internal static partial void RecordDamaged(this ILogger logger, Exception exception, GroupName group);

    [LoggerMessage(
        2103,
        LogLevel.Error,
        "An edit of the record of group {Group} found it changed {Attempts} times in a row: does its storage keep "
        + "ETags?")]
    internal static partial void RecordContended(this ILogger logger, GroupName group, int attempts);

    [LoggerMessage(
        2104,
        LogLevel.Warning,
        "A request for the record of group {Group}, of protocol version {Version}, was not understood: {Error}. Are "
        + "there silos of different versions?")]
    internal static partial void RecordRequestNotUnderstood(
        this ILogger logger,
        GroupName group,
        int version,
        WireError error);

    [LoggerMessage(
        2105,
        LogLevel.Warning,
        "The record of group {Group}, whose ring has ended, was not purged; it stays until somebody asks for it.")]
    internal static partial void RecordNotPurged(this ILogger logger, Exception exception, GroupName group);

    [LoggerMessage(2106, LogLevel.Warning, "The record of group {Group} cannot be reached; it is tried again.")]
    internal static partial void RecordUnreachable(this ILogger logger, Exception exception, GroupName group);

    [LoggerMessage(
        2107,
        LogLevel.Warning,
        "The silo that keeps the record of group {Group} has no answer: {Failure}. It is asked again.")]
    internal static partial void RecordHasNoAnswer(this ILogger logger, GroupName group, RecordFailure failure);

    [LoggerMessage(
        2108,
        LogLevel.Error,
        "An answer about the record of group {Group}, of protocol version {Version}, was not understood: {Error}. Are "
        + "there silos of different versions?")]
    internal static partial void RecordAnswerNotUnderstood(
        this ILogger logger,
        GroupName group,
        int version,
        WireError error);

    [LoggerMessage(
        2109,
        LogLevel.Error,
        "{Limit} requests wait for records: one for group {Group} is answered as failed at once.")]
    internal static partial void RecordRequestRefused(this ILogger logger, GroupName group, int limit);

    [LoggerMessage(2110, LogLevel.Critical, "The answer about the record of group {Group} broke its receiver.")]
    internal static partial void RecordAnswerFailed(this ILogger logger, Exception exception, GroupName group);

    [LoggerMessage(
        2111,
        LogLevel.Warning,
        "A call of {Method} by {Source} was refused: it is for living silos of this cluster only.")]
    internal static partial void SiloCallRefused(this ILogger logger, string method, string source);
}
