namespace Orleans.Groups.Checkers.Tests;

/// <content>One ring <c>r</c>.</content>
internal sealed partial class History
{
    private const string R = "r";

    private long _lastJoin;

    /// <summary>Text <c>a@1/1 (b@1/1)</c> lists a living and a dead member.</summary>
    internal static Entry[] Entries(string text) =>
        [.. List(text).Select(static id => new Entry(id.Trim('(', ')'), !id.StartsWith('(')))];

    internal static string[] List(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A, B and C on nodes of their own are in the ring, and all go by version 3.</summary>
    internal History Ring(params string[] hooks)
    {
        StartWith(hooks, "a@1", "b@1", "c@1");
        if (hooks.Contains(LogHooks.Store))
        {
            Write(1, A, A).Write(2, A, $"{A} {B}").Write(3, B, $"{A} {B} {C}");
        }

        return Enter(A, A, $"{A}:0")
            .Enter(B, $"{A} {B}", $"{A}:0 {B}:0").Changed(A, B, "", $"{A} {B}")
            .Enter(C, $"{A} {B} {C}", $"{A}:0 {B}:0 {C}:0")
            .Changed(A, C, "", $"{A} {B} {C}").Changed(B, C, "", $"{A} {B} {C}")
            .AdoptAll(3, $"{A} {B} {C}", A, B, C);
    }

    /// <summary>One member has founded the ring, and the log tells what the store holds.</summary>
    internal History Alone(string member) =>
        StartWith([LogHooks.Store], LogIds.NodeOf(member))
            .Write(1, member, member).Enter(member, member, $"{member}:0").Adopt(member, 1, member);

    /// <summary>A member joins; text <c>a@1/1:5</c> is a base.</summary>
    internal History Enter(string member, string members, string bases, string? policy = null)
    {
        var node = LogIds.NodeOf(member);
        return Add(node, new LogEvent.JoinInv(R, ++_lastJoin))
            .Joined(member, members, bases, policy)
            .Add(node, new LogEvent.JoinDone(R, _lastJoin, member));
    }

    internal History Joined(string member, string members, string bases, string? policy = null) =>
        At(member, new LogEvent.Joined(R, member, List(members), Bases(bases), policy));

    internal History AdoptAll(long version, string entries, params string[] members)
    {
        Array.ForEach(members, member => Adopt(member, version, entries));
        return this;
    }

    internal History Adopt(string member, long version, string entries, string epoch = "e", string? parent = null) =>
        At(member, new LogEvent.Adopt(R, member, epoch, version, Entries(entries), parent));

    internal History Write(
        long version,
        string author,
        string entries,
        string epoch = "e",
        string parent = "",
        RingState status = RingState.Open) =>
        At(author, new LogEvent.RegWrite(R, epoch, parent, version, author, status, Entries(entries)));

    internal History Changed(string member, string births, string deaths, string members) =>
        At(member, new LogEvent.Changed(R, member, List(births), List(deaths), List(members)));

    internal History Send(
        string member,
        long call,
        ProofLevel level = ProofLevel.None,
        bool inside = false,
        string? hash = null) =>
        At(member, new LogEvent.Send(R, member, call, hash ?? $"h{call}", 1, level, inside, "e", 3));

    internal History Sent(string member, long call, Outcome status = Outcome.Ok, string reason = "None") =>
        At(member, new LogEvent.Sent(R, member, call, status, reason));

    internal History Say(string member, long call) => Send(member, call).Sent(member, call);

    internal History Proved(
        string member,
        long call,
        ProofLevel level = ProofLevel.Received,
        Outcome status = Outcome.Ok,
        string reason = "None") =>
        At(member, new LogEvent.Confirm(R, member, call, level, status, reason));

    /// <summary>Members get a message, whose number is that of the call, and whose content is the call's.</summary>
    internal History Give(string from, long number, params string[] members)
    {
        Array.ForEach(members, member => GiveAs(from, number, number, $"h{number}", member));
        return this;
    }

    internal History GiveAs(string from, long number, long call, string hash, string member) =>
        Deliver(from, number, call, hash, member)
            .At(member, new LogEvent.Handled(R, member, from, number, HandledAs.Ok));

    internal History Deliver(string from, long number, long call, string hash, string member) =>
        At(member, new LogEvent.Deliver(R, member, from, number, hash, call));

    internal History Receive(string from, long number, string member, string via, string epoch = "e") =>
        At(member, new LogEvent.Receive(R, member, from, number, number, via, epoch));

    internal History Between(string left, string right, params Flow[] flows) =>
        At(left, new LogEvent.Between(R, left, right, flows));

    internal History Leaving(string member) => At(member, new LogEvent.LeaveInv(R, member));

    internal History Left(string member, string reason = "Left") =>
        At(member, new LogEvent.LeaveDone(R, member, reason, 0)).Stopped(member, reason);

    internal History Stopped(string member, string reason) =>
        At(member, new LogEvent.Stopped(R, member, reason, 0));

    internal History At(string member, LogEvent logEvent) => Add(LogIds.NodeOf(member), logEvent);

    private static BaseOf[] Bases(string text) =>
        [.. List(text).Select(static one => one.Split(':')).Select(static p => new BaseOf(p[0], long.Parse(p[1])))];
}
