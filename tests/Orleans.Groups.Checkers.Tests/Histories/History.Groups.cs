namespace Orleans.Groups.Checkers.Tests;

/// <content>Process groups, in one scope <c>s</c> unless another is named.</content>
internal sealed partial class History
{
    private readonly Dictionary<long, LogEvent.Op> _calls = [];
    private long _lastCall;

    /// <summary>Text <c>g:a@1/1</c> is a membership.</summary>
    internal static Held[] Held(params string[] texts) =>
        [.. texts.Select(static text => text.Split(':')).Select(static parts => new Held(parts[0], parts[1]))];

    internal History Begin(OpVerb verb, string group, string[] members, out long call, string scope = "s")
    {
        call = ++_lastCall;
        var begun = new LogEvent.Op(call, OpPhase.Inv, verb, scope, group.Split(' '), members);
        _calls.Add(call, begun);
        return Add(LogIds.NodeOf(members[0]), begun);
    }

    internal History End(long call, OpPhase phase = OpPhase.Ok, params Held[] removed)
    {
        var begun = _calls[call];
        return Add(
            begun.Node,
            new LogEvent.Op(call, phase, begun.Verb, begun.Scope, begun.Groups, begun.Members, removed));
    }

    internal History Join(string group, params string[] members) =>
        Begin(OpVerb.Join, group, members, out var call).End(call);

    internal History Leave(string group, params string[] members) =>
        Begin(OpVerb.Leave, group, members, out var call)
            .End(call, OpPhase.Ok, [.. members.Select(member => new Held(group, member))]);

    internal History EndMember(string member) =>
        Add(LogIds.NodeOf(member), new LogEvent.Op(++_lastCall, OpPhase.Inv, OpVerb.End, "", [], [member]));

    internal History Read(string node, string group, params string[] members) =>
        Add(node, new LogEvent.Read("s", ReadWhat.Members, group, members, _events.Count));

    internal History ReadSince(long since, string node, string group, params string[] members) =>
        Add(node, new LogEvent.Read("s", ReadWhat.Members, group, members, since));

    internal History ReadAt(string node, string group, PeerVersion[] at, params string[] members) =>
        Add(node, new LogEvent.Read("s", ReadWhat.Members, group, members, _events.Count, at));

    internal History ReadLocal(string node, string group, params string[] members) =>
        Add(node, new LogEvent.Read("s", ReadWhat.LocalMembers, group, members, _events.Count));

    internal History Groups(string node, params string[] groups) =>
        Add(node, new LogEvent.Read("s", ReadWhat.Groups, null, groups, _events.Count));

    internal History LocalGroups(string node, params string[] groups) =>
        Add(node, new LogEvent.Read("s", ReadWhat.LocalGroups, null, groups, _events.Count));

    internal History Watch(string node, long monitor, string? group, params string[] held) =>
        Add(node, new LogEvent.MonStart("s", monitor, group, Held(held), _events.Count));

    internal History Told(
        string node,
        long monitor,
        long number,
        MonChange change,
        string group,
        params string[] who) =>
        ToldBecause(node, monitor, number, change, change.ToString(), group, who);

    internal History ToldBecause(
        string node,
        long monitor,
        long number,
        MonChange change,
        string reason,
        string group,
        params string[] who) =>
        Add(node, new LogEvent.MonEvent("s", monitor, number, change, group, who, reason));

    internal History Restarted(string node, long monitor, long number, params string[] held) =>
        Add(node, new LogEvent.MonEvent(
            "s", monitor, number, MonChange.Restarted, "", [], "MonitorOverflow", Held(held)));

    internal History Unwatch(string node, long monitor, string reason = "Disposed") =>
        Add(node, new LogEvent.MonEnd("s", monitor, reason));

    internal History Version(string node, long version, string[] added, params string[] taken) =>
        Add(node, new LogEvent.LocalVer("s", 1, version, Held(added), Held(taken)));

    internal History Snapshot(string node, string peer, long version, params string[] added) =>
        Add(node, new LogEvent.Applied("s", peer, 1, 0, version, Snap: true, Held(added), []));

    internal History Update(string node, string peer, long from, long version, string[] added, params string[] taken) =>
        Add(node, new LogEvent.Applied("s", peer, 1, from, version, Snap: false, Held(added), Held(taken)));

    internal History ScopeStop(string node, string reason = LogReasons.Stopped) =>
        reason == LogReasons.Fault
            ? Add(node, new LogEvent.ScopeStop("s", reason))
            : Add(node, new LogEvent.ScopeStop("s", LogReasons.Stopping))
                .Add(node, new LogEvent.ScopeStop("s", reason));

    internal History ScopeStart(string node) => Add(node, new LogEvent.ScopeStart("s", 0));
}
