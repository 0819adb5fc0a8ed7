namespace Orleans.Groups.Checkers;

/// <content>What concerns nodes and the whole run.</content>
public abstract partial record LogEvent
{
    /// <summary>A life of a node begins.</summary>
    /// <param name="Hooks">What this node's log carries beyond the public API; see <see cref="LogHooks"/>.</param>
    /// <param name="Window">The last quiet before it; 0 before the first.</param>
    public sealed record NodeStart(string[] Hooks, long Window = 0) : LogEvent;

    /// <summary>A node has ended in order, or by its own fault.</summary>
    /// <param name="Reason"><c>stopped</c>, or <c>fault</c>.</param>
    public sealed record NodeStop(string Reason) : LogEvent;

    /// <summary>A node was killed; said by whoever killed it, when it was dead.</summary>
    public sealed record NodeCrash : LogEvent;

    /// <summary>The scopes and rings of this node have been told that others are dead, and have handled it.</summary>
    public sealed record Seen(long Version, string[] Dead) : LogEvent;

    /// <summary>A fault is switched on or off.</summary>
    /// <param name="What">For example <c>cut</c>, <c>crash</c>, <c>drop</c>; see <see cref="LogFaults"/>.</param>
    /// <param name="Args">Nodes, or other details.</param>
    /// <param name="On">On, or off again.</param>
    public sealed record Fault(string What, string[] Args, bool On) : LogEvent;

    /// <summary>All faults are off and nobody works any more; from here on things only settle.</summary>
    public sealed record Healed : LogEvent;

    /// <summary>
    /// Everything has settled and every monitor has been read empty. Reads that follow, until something changes, must
    /// be exact. In several logs each has its own, of the same window.
    /// </summary>
    public sealed record Quiesced(long Window) : LogEvent;

    /// <summary>What is left over inside, by name.</summary>
    /// <param name="Area"><c>pg</c>, <c>gm</c> or <c>store</c>.</param>
    /// <param name="Counts">How many of each.</param>
    /// <param name="Member">Of which ring member, if of one.</param>
    /// <param name="Limits">The most there may be of some of them.</param>
    public sealed record Probe(
        string Area,
        Dictionary<string, long> Counts,
        string? Member = null,
        Dictionary<string, long>? Limits = null) : LogEvent;
}

/// <summary>What a log may carry beyond what the public API tells.</summary>
public static class LogHooks
{
    /// <summary>The end of every message callback: <see cref="LogEvent.Handled"/>.</summary>
    public const string Handled = "handled";

    /// <summary>When a member received a message, before its handler gets it: <see cref="LogEvent.Receive"/>.</summary>
    public const string Receive = "receive";

    /// <summary>
    /// Every version of the scopes' tables: <see cref="LogEvent.LocalVer"/>, <see cref="LogEvent.Applied"/>.
    /// </summary>
    public const string Versions = "versions";

    /// <summary>Every write of the record store: <see cref="LogEvent.RegWrite"/>.</summary>
    public const string Store = "store";
}

/// <summary>Reasons of ends that checkers know.</summary>
public static class LogReasons
{
    /// <summary>It is about to end.</summary>
    public const string Stopping = "stopping";

    /// <summary>It has ended in order.</summary>
    public const string Stopped = "stopped";

    /// <summary>It has ended because it broke a rule of its own.</summary>
    public const string Fault = "fault";
}

/// <summary>Names of faults that checkers know.</summary>
public static class LogFaults
{
    /// <summary>A node is being killed.</summary>
    public const string Crash = "crash";

    /// <summary>A node is being stopped in order.</summary>
    public const string Stop = "stop";

    /// <summary>Frames are lost.</summary>
    public const string Drop = "drop";

    /// <summary>Frames come twice.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>Frames come late.</summary>
    public const string Delay = "delay";

    /// <summary>Frames overtake each other.</summary>
    public const string Reorder = "reorder";

    /// <summary>Whether the fault is one that never takes a member out of its ring.</summary>
    internal static bool IsMild(string what) => what is Drop or Duplicate or Delay or Reorder;
}
