using System.Diagnostics.CodeAnalysis;

namespace Orleans.Groups;

/// <content>The operations: all that a client says is checked here.</content>
internal sealed partial class ClientSession
{
    /// <summary>What an event counts that has hardly any content.</summary>
    internal const int SmallEvent = 64;

    /// <summary>Most groups, and most members, in one operation.</summary>
    private const int MaxListed = 65_536;

    /// <summary>Does an operation. What must happen in order happens before it returns.</summary>
    private async Task<SessionResult> ExecuteAsync(SessionOperation operation)
    {
        try
        {
            return operation switch
            {
                MakeMember make => Make(make),
                EndMember end => End(end),
                ChangeMemberships change => await ChangeAsync(change),
                StartMonitor start => await StartAsync(start),
                StopMonitor stop => Stop(stop),
                SendPayload send => await SendAsync(send),
                ReplaceSession replace => Replace(replace),
                ForgetRing forget => await ForgetAsync(forget),
                _ => Refuse($"The silo does not know the operation {operation.GetType().Name}."),
            };
        }
        catch (Exception exception) when (GroupError.From(exception) is not null)
        {
            return new Refused
            {
                Error = exception is UnknownScopeException unknown
                    ? GroupError.UnknownScope(unknown.Scope, _clients.Options.ProcessGroups.Scopes)
                    : GroupError.From(exception)!,
            };
        }
    }

    private static Refused Refuse(string why) => new() { Error = GroupError.Argument(why) };

    private static bool TryGroups(string[]? names, [NotNullWhen(true)] out GroupName[]? groups)
    {
        groups = null;
        if (names is null || names.Length > MaxListed)
        {
            return false;
        }

        var checkedNames = new GroupName[names.Length];
        for (var index = 0; index < names.Length; index++)
        {
            if (!GroupName.TryCreate(names[index], out checkedNames[index]))
            {
                return false;
            }
        }

        groups = checkedNames;
        return true;
    }

    private SessionResult Make(MakeMember make)
    {
        lock (_gate)
        {
            if (CheckNew(make.Handle, _members.Count, nameof(GroupsOptions.MaxMembersPerClient),
                _clients.Options.MaxMembersPerClient) is { } refused)
            {
                return refused;
            }

            if (GrainNames.GetError(make.Name) is { } error)
            {
                return Refuse($"The member's name is not valid: {error}.");
            }

            var member = new SessionMember(this, make.Handle);
            member.Local = Host.Members.Create(make.Name!, make.HasHandler ? member.TellAsync : null);
            _members.Add(make.Handle, member);
            return new MemberMade { Id = member.Local.Id };
        }
    }

    private Done End(EndMember end)
    {
        SessionMember? member;
        lock (_gate)
        {
            _members.Remove(end.Handle, out member);
        }

        member?.End();
        return Done.Instance;
    }

    private async Task<SessionResult> ChangeAsync(ChangeMemberships change)
    {
        if (!ScopeName.TryCreate(change.Scope, out var scope)
            || !TryGroups(change.Groups, out var groups)
            || change.Members is not { Length: <= MaxListed } handles
            || (long)groups.Length * handles.Length > MaxListed)
        {
            return Refuse($"The scope, a group, or the number of memberships (at most {MaxListed}) is not valid.");
        }

        var members = new MemberId[handles.Length];
        SessionMonitor? marked;
        lock (_gate)
        {
            for (var index = 0; index < handles.Length; index++)
            {
                if (!_members.TryGetValue(handles[index], out var member))
                {
                    return Refuse($"The session has no member {handles[index]}.");
                }

                members[index] = member.Local!.Id;
            }

            marked = _monitors.GetValueOrDefault(change.MarkedMonitor);
        }

        var front = Host.GetScope(scope);
        var result = change.IsJoin
            ? Describe(await front.JoinAsync(groups, members))
            : Describe(await front.LeaveAsync(groups, members), handles, members);
        return new MembershipsChanged
        {
            Joined = result.Joined,
            Left = result.Left,
            Added = result.Added,
            RemovedGroups = result.RemovedGroups,
            RemovedMembers = result.RemovedMembers,
            IsMarked = marked?.Mark(change.Mark) == true,
        };
    }

    private static MembershipsChanged Describe(JoinResult joined) =>
        new() { Joined = joined.Status, Added = joined.Added };

    private static MembershipsChanged Describe(LeaveResult left, long[] handles, MemberId[] members) => new()
    {
        Left = left.Status,
        RemovedGroups = [.. left.Removed.Select(static removed => removed.Group.Value)],
        RemovedMembers = [.. left.Removed.Select(removed => handles[Array.IndexOf(members, removed.Member)])],
    };

    private async Task<SessionResult> StartAsync(StartMonitor start)
    {
        GroupName group = default;
        if (!ScopeName.TryCreate(start.Scope, out var scope)
            || (start.Group is not null && !GroupName.TryCreate(start.Group, out group))
            || start.BufferChanges < 0)
        {
            return Refuse("The scope, the group or the size of the buffer is not valid.");
        }

        MemberId? owner = null;
        lock (_gate)
        {
            if (start.Owner != 0)
            {
                if (!_members.TryGetValue(start.Owner, out var member))
                {
                    return Refuse($"The session has no member {start.Owner}.");
                }

                owner = member.Local!.Id;
            }

            if (CheckNew(start.Handle, _monitors.Count, nameof(GroupsOptions.MaxMonitorsPerClient),
                _clients.Options.MaxMonitorsPerClient) is { } refused)
            {
                return refused;
            }
        }

        var options = new MonitorOptions
        {
            Owner = owner,
            BufferChanges = start.BufferChanges > 0 ? start.BufferChanges : null,
        };
        var front = Host.GetScope(scope);
        var source = start.Group is null
            ? await front.MonitorScopeAsync(options) // Completes at once.
            : await front.MonitorGroupAsync(group, options);
        var monitor = new SessionMonitor(this, start.Handle, source);
        lock (_gate)
        {
            if (!_isClosed)
            {
                _monitors.Add(start.Handle, monitor);
                monitor.Start();
                return Done.Instance;
            }
        }

        await source.DisposeAsync();
        return new Refused { Error = Closed() };
    }

    private Done Stop(StopMonitor stop)
    {
        SessionMonitor? monitor;
        lock (_gate)
        {
            _monitors.Remove(stop.Handle, out monitor);
        }

        monitor?.Stop();
        return Done.Instance;
    }

    private async Task<SessionResult> SendAsync(SendPayload send)
    {
        GroupName group = default;
        if (!ScopeName.TryCreate(send.Scope, out var scope)
            || (send.To is null && !GroupName.TryCreate(send.Group, out group)))
        {
            return Refuse("The scope, or the receiver, is not valid.");
        }

        var limit = _clients.Options.ProcessGroups.MaxPayloadBytes;
        if (send.Payload.Length > limit)
        {
            const string Option = $"{nameof(ProcessGroupsOptions)}.{nameof(ProcessGroupsOptions.MaxPayloadBytes)}";
            return new Refused { Error = GroupError.TooLarge(send.Payload.Length, limit, Option) };
        }

        MemberId? from = null;
        if (send.From != 0)
        {
            lock (_gate)
            {
                if (!_members.TryGetValue(send.From, out var member))
                {
                    return Refuse($"The session has no member {send.From}.");
                }

                from = member.Local!.Id;
            }
        }

        var front = Host.GetScope(scope);
        if (send.To is { } to)
        {
            return new Sent { Outcome = await front.SendAsync(to, send.Payload, from) };
        }

        var published = await front.PublishAsync(group, send.Payload, from);
        return new Sent
        {
            Members = published.Members,
            Nodes = published.Nodes,
            NotConnected = published.NotConnected,
        };
    }

    private async Task<SessionResult> ForgetAsync(ForgetRing forget) =>
        GroupName.TryCreate(forget.Group, out var group)
            ? new RingForgotten { HasExisted = await Host.Multicast.ForgetAsync(group) }
            : Refuse("The group is not valid.");

    private Done Replace(ReplaceSession replace)
    {
        if (replace.Silo is { } silo && replace.Session != Id)
        {
            _clients.CloseElsewhere(new PinnedKey(silo, replace.Session));
        }

        return Done.Instance;
    }

    /// <summary>Checks a new handle. Locked by the caller.</summary>
    private Refused? CheckNew(long handle, int count, string limit, int value)
    {
        if (_isClosed)
        {
            return new Refused { Error = Closed() };
        }

        if (handle < 1 || _members.ContainsKey(handle) || _monitors.ContainsKey(handle))
        {
            return Refuse($"The handle {handle} is taken, or none.");
        }

        return count >= value
            ? new Refused { Error = GroupError.Limit(limit, value, $"The session has {value} of them already.") }
            : null;
    }
}
