using Microsoft.Extensions.Logging;

namespace Orleans.Groups.Engine;

/// <summary>Everything that the engines log. Ids never change their meaning; payloads are never logged.</summary>
internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Information, "Node {Node} has started.")]
    internal static partial void NodeStarted(this ILogger logger, NodeId node);

    [LoggerMessage(1002, LogLevel.Information, "Node {Node} has stopped.")]
    internal static partial void NodeStopped(this ILogger logger, NodeId node);

    [LoggerMessage(1003, LogLevel.Information, "Node {Node} was killed.")]
    internal static partial void NodeKilled(this ILogger logger, NodeId node);

    [LoggerMessage(
        1004,
        LogLevel.Warning,
        "Disposing the cluster gave up waiting after {Limit}: a callback of the application still runs.")]
    internal static partial void DisposeGaveUp(this ILogger logger, TimeSpan limit);

    [LoggerMessage(
        1005,
        LogLevel.Warning,
        "Stopping node {Node} gave up waiting for its ring members after {Limit}: a callback still runs.")]
    internal static partial void StopGaveUp(this ILogger logger, NodeId node, TimeSpan limit);

    [LoggerMessage(1101, LogLevel.Information, "Session {Session} between {Left} and {Right} has begun.")]
    internal static partial void SessionBegan(this ILogger logger, long session, NodeId left, NodeId right);

    [LoggerMessage(1102, LogLevel.Warning, "Node {Observer} has given up session {Session} with {Node}.")]
    internal static partial void SessionEnded(this ILogger logger, NodeId observer, long session, NodeId node);

    [LoggerMessage(
        1103,
        LogLevel.Warning,
        "The cut link from {From} to {To} holds {Limit} frames, which is MaxHeldFramesPerLink: the session is "
        + "given up.")]
    internal static partial void LinkOverflowed(this ILogger logger, NodeId from, NodeId to, int limit);

    [LoggerMessage(1104, LogLevel.Critical, "An answer of node {From} to node {To} could not be sent.")]
    internal static partial void AnswerFailed(this ILogger logger, Exception exception, NodeId from, NodeId to);

    [LoggerMessage(
        1201,
        LogLevel.Critical,
        "Scope {Scope} of node {Node} has broken an invariant and starts anew; its local memberships and "
        + "monitors have ended.")]
    internal static partial void ScopeFaulted(this ILogger logger, Exception exception, ScopeName scope, NodeId node);

    [LoggerMessage(
        1202,
        LogLevel.Error,
        "A change callback of a monitor of scope {Scope} on node {Node} threw; the next change follows.")]
    internal static partial void MonitorCallbackFailed(
        this ILogger logger,
        Exception exception,
        ScopeName scope,
        NodeId node);

    [LoggerMessage(1203, LogLevel.Error, "The handler of member {Member} threw; the next payload follows.")]
    internal static partial void MemberHandlerFailed(this ILogger logger, Exception exception, MemberId member);

    [LoggerMessage(1204, LogLevel.Debug, "Scope {Scope} of node {Node}: {Trace}, from node {Peer}.")]
    internal static partial void ScopeTraced(
        this ILogger logger,
        ScopeName scope,
        NodeId node,
        string trace,
        NodeId peer);

    [LoggerMessage(
        1205,
        LogLevel.Warning,
        "Scope {Scope} of node {Node} knows something else of node {Peer} than that node itself at the same version; a "
        + "fresh copy was asked for.")]
    internal static partial void ScopeDisagrees(this ILogger logger, ScopeName scope, NodeId node, NodeId peer);

    [LoggerMessage(
        1301,
        LogLevel.Critical,
        "Ring member {Member} of group {Group} has broken an invariant and was taken out.")]
    internal static partial void RingFaulted(
        this ILogger logger,
        Exception exception,
        MemberId member,
        GroupName group);

    [LoggerMessage(
        1302,
        LogLevel.Error,
        "The handler of ring member {Member} of group {Group} threw in {Callback}; policy {Policy}.")]
    internal static partial void RingHandlerFailed(
        this ILogger logger,
        Exception exception,
        MemberId member,
        GroupName group,
        string callback,
        HandlerFailurePolicy policy);

    [LoggerMessage(1303, LogLevel.Debug, "Ring member {Member} of group {Group}: {Trace}, about {Other}.")]
    internal static partial void RingTraced(
        this ILogger logger,
        MemberId member,
        GroupName group,
        string trace,
        MemberId? other);

    [LoggerMessage(1304, LogLevel.Information, "Ring member {Member} of group {Group} has joined.")]
    internal static partial void RingJoined(this ILogger logger, MemberId member, GroupName group);

    [LoggerMessage(1305, LogLevel.Information, "Ring member {Member} of group {Group} has ended: {Reason}; {Detail}.")]
    internal static partial void RingEnded(
        this ILogger logger,
        MemberId member,
        GroupName group,
        TerminationReason reason,
        string detail);

    [LoggerMessage(
        1306,
        LogLevel.Debug,
        "Ring member {Member} of group {Group} has not joined: {Reason}; another try follows.")]
    internal static partial void RingJoinRetried(this ILogger logger, MemberId member, GroupName group, string reason);

    [LoggerMessage(
        1307,
        LogLevel.Warning,
        "The record of group {Group} was lost; {Member} has made it again from what the living know.")]
    internal static partial void RecordRecreated(this ILogger logger, MemberId member, GroupName group);

    [LoggerMessage(
        1308,
        LogLevel.Error,
        "The record of group {Group} contradicts what ring member {Member} knows, and that member ends: its storage "
        + "has gone back to an older copy, or it was lost and made again without this member.")]
    internal static partial void RecordRolledBack(this ILogger logger, MemberId member, GroupName group);

    [LoggerMessage(
        1309,
        LogLevel.Warning,
        "Ring member {Member} of group {Group} has ended although it was to stay, or before all had its messages: "
        + "{Reason}; {Unsettled} unsettled; {Detail}.")]
    internal static partial void RingLost(
        this ILogger logger,
        MemberId member,
        GroupName group,
        TerminationReason reason,
        long unsettled,
        string detail);

    [LoggerMessage(
        1310,
        LogLevel.Debug,
        "Ring member {Member} of group {Group} goes by version {Version}: {Alive} alive, {Dead} dead and not settled.")]
    internal static partial void RingViewChanged(
        this ILogger logger,
        MemberId member,
        GroupName group,
        long version,
        int alive,
        int dead);
}
