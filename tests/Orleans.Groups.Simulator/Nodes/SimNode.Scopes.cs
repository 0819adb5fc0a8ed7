using Orleans.Groups.Checkers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <content>Scopes, and the members that live here.</content>
internal sealed partial class SimNode
{
    private readonly List<SimMember> _members = [];
    private long _lastOperation;
    private long _lastMonitor;

    internal List<SimScope> Scopes { get; } = [];

    /// <summary>Members that have not ended.</summary>
    internal IReadOnlyList<SimMember> Members => _members;

    internal SimScope? FindScope(ScopeName name) => Scopes.Find(scope => scope.Name.Equals(name));

    internal SimScope GetScope(string name)
    {
        if (FindScope(name) is { } found)
        {
            return found;
        }

        var scope = new SimScope(this, name);
        Scopes.Add(scope);
        scope.Start();
        return scope;
    }

    /// <summary>The channel of a scope is the same on all links of all nodes.</summary>
    internal LinkChannel ChannelOf(ScopeName scope) =>
        LinkChannel.Credited(2 + (ulong)Math.Max(0, Array.IndexOf(World.Settings.Scopes, scope.Value)));

    internal void TellWritable(LinkChannel channel, NodeId peer, long session, bool hasRoom)
    {
        var index = (int)channel.Number - 2;
        if (index >= 0 && index < World.Settings.Scopes.Length)
        {
            World.Note(hasRoom ? Mark.ChannelHasRoomAgain : Mark.ChannelFull);
            FindScope(World.Settings.Scopes[index])?.Life?.Tell(new ScopeInput.Writable(peer, session, hasRoom));
        }
    }

    internal void TellDigestDue()
    {
        foreach (var scope in Scopes)
        {
            scope.Life?.Tell(ScopeInput.DigestDue.Instance);
        }
    }

    internal long NextMonitorRef() => ++_lastMonitor;

    internal SimMember AddMember()
    {
        var member = new SimMember(NewMember("m"));
        _members.Add(member);
        return member;
    }

    internal SimMember? FindMember(MemberId id) => _members.Find(member => member.Id.Equals(id));

    /// <summary>A member ends; its scopes learn it soon.</summary>
    internal void EndMember(SimMember member)
    {
        var id = ++_lastOperation;
        Log(new LogEvent.Op(id, OpPhase.Inv, OpVerb.End, "", [], [World.TextOf(member.Id)]));
        member.HasEnded = true;
        _members.Remove(member);
        foreach (var watcher in member.Watchers)
        {
            watcher.MemberEnded(member.Id);
        }
    }

    /// <summary>The application joins members to groups, each to each.</summary>
    internal void Join(SimScope scope, GroupName[] groups, MemberId[] members) => Call(
        scope,
        OpVerb.Join,
        groups,
        members,
        groups.Length == 1 && members.Length == 1
            ? new ScopeInput.JoinOne(groups[0], members[0])
            : new ScopeInput.Join([.. groups], [.. members]));

    /// <summary>The application takes members out of groups.</summary>
    internal void Leave(SimScope scope, GroupName[] groups, MemberId[] members) => Call(
        scope,
        OpVerb.Leave,
        groups,
        members,
        groups.Length == 1 && members.Length == 1
            ? new ScopeInput.LeaveOne(groups[0], members[0])
            : new ScopeInput.Leave([.. groups], [.. members]));

    /// <summary>The application reads all groups, and of each group all members.</summary>
    internal void ReadAll(SimScope scope)
    {
        var registry = scope.Life?.Registry;
        var name = scope.Name.Value;
        var since = World.Watcher?.LastSeq ?? 0;
        var groups = registry?.GetGroups() ?? [];
        Log(new LogEvent.Read(name, ReadWhat.Groups, null, [.. groups.Select(static g => g.Value)], since));
        foreach (var group in groups)
        {
            Read(scope, group);
        }

        since = World.Watcher?.LastSeq ?? 0;
        groups = registry?.GetLocalGroups() ?? [];
        Log(new LogEvent.Read(name, ReadWhat.LocalGroups, null, [.. groups.Select(static g => g.Value)], since));
        foreach (var group in groups)
        {
            since = World.Watcher?.LastSeq ?? 0;
            var local = registry!.GetLocalMembers(group);
            Log(new LogEvent.Read(
                name, ReadWhat.LocalMembers, group.Value, [.. local.Select(World.TextOf)], since));
        }
    }

    /// <summary>The application reads the members of a group.</summary>
    internal void Read(SimScope scope, GroupName group)
    {
        var since = World.Watcher?.LastSeq ?? 0;
        var members = scope.Life?.Registry.GetMembers(group) ?? [];
        Log(new LogEvent.Read(
            scope.Name.Value,
            ReadWhat.Members,
            group.Value,
            [.. members.Select(member => World.TextOf(member))],
            since,
            VersionsOf(scope)));
    }

    private PeerVersion[]? VersionsOf(SimScope scope)
    {
        if (scope.Life?.GetStatus() is not { } status)
        {
            return null;
        }

        List<PeerVersion> versions = [new(World.TextOf(status.Self.Node), status.Self.Counter, status.Version)];
        foreach (var peer in status.Peers)
        {
            if (peer is { IsComplete: true, Scope: { } life })
            {
                versions.Add(new PeerVersion(World.TextOf(peer.Node), life.Counter, peer.Version));
            }
        }

        return [.. versions];
    }

    private void Call(SimScope scope, OpVerb verb, GroupName[] groups, MemberId[] members, ScopeInput input)
    {
        var names = Array.ConvertAll(groups, static group => group.Value);
        var ids = Array.ConvertAll(members, member => World.TextOf(member));
        var begun = new LogEvent.Op(++_lastOperation, OpPhase.Inv, verb, scope.Name.Value, names, ids);
        Log(begun);
        var (phase, removed, why) = scope.Life?.Call(input) switch
        {
            ScopeEffect.JoinAnswered { Result: var joined } => joined.IsJoined
                ? (OpPhase.Ok, null, null)
                : (OpPhase.Fail, null, joined.Status.ToString()),
            ScopeEffect.LeaveAnswered { Result: var left } => left.Status is LeaveStatus.Left or LeaveStatus.NotJoined
                ? (OpPhase.Ok, Of(left), (string?)null)
                : (OpPhase.Fail, (Held[]?)null, left.Status.ToString()),
            ScopeEffect.LimitReached reached => (OpPhase.Fail, null, reached.Limit),
            ScopeEffect.NotLocal => (OpPhase.Fail, null, "NotLocal"),
            _ => (OpPhase.Fail, null, "ScopeStopped"),
        };
        Log(new LogEvent.Op(begun.Id, phase, verb, begun.Scope, names, ids, removed, why));
        if (why is not null)
        {
            World.Note(why == "NotLocal" ? Mark.MemberOfAnotherNodeRefused : Mark.CallRefused);
        }
    }

    private Held[] Of(LeaveResult result) =>
        [.. result.Removed.Select(held => new Held(held.Group.Value, World.TextOf(held.Member)))];

    private void StopScopes(bool saysGoodbye)
    {
        foreach (var scope in Scopes)
        {
            scope.Stop(saysGoodbye);
        }
    }
}

/// <summary>A member of process groups.</summary>
internal sealed class SimMember(MemberId id)
{
    internal MemberId Id { get; } = id;

    internal bool HasEnded { get; set; }

    /// <summary>Lives of scopes that want to know when it ends.</summary>
    internal List<SimScopeLife> Watchers { get; } = [];
}
