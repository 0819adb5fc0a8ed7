namespace Orleans.Groups;

/// <content>What the client has, and how it gets into a new session.</content>
internal sealed partial class SessionKeeper
{
    /// <summary>Most operations at once while a session is filled.</summary>
    private const int RestoredAtOnce = 64;

    /// <summary>Most groups in one operation while a session is filled.</summary>
    private const int GroupsAtOnce = 4_096;

    private readonly SortedDictionary<long, ClientMember> _members = [];
    private readonly SortedDictionary<long, ClientWatch> _watches = [];
    private readonly Dictionary<MemberId, ClientMember> _byId = [];
    private long _handles;
    private long _idsVersion;

    /// <summary>Changes whenever the ids of the client's members do.</summary>
    internal long IdsVersion => Volatile.Read(ref _idsVersion);

    /// <summary>A handle that was never used before.</summary>
    internal long NewHandle() => Interlocked.Increment(ref _handles);

    /// <summary>The client's own living member of that id, or of an id that it had before.</summary>
    internal ClientMember? FindMember(MemberId id)
    {
        lock (_gate)
        {
            return _byId.GetValueOrDefault(id);
        }
    }

    /// <summary>A member was made; called under the lock.</summary>
    internal void Add(ClientMember member, MemberId id)
    {
        _members[member.Handle] = member;
        SetId(member, id);
        if (_opened is { } life)
        {
            member.Rebind(life);
        }
    }

    /// <summary>A member has ended.</summary>
    internal void Remove(ClientMember member)
    {
        lock (_gate)
        {
            _members.Remove(member.Handle);
            foreach (var id in member.Ids)
            {
                _byId.Remove(id);
            }

            _idsVersion++;
        }
    }

    /// <summary>A monitor is to be told of events from now on, in this session and later ones.</summary>
    internal void Add(ClientWatch watch)
    {
        lock (_gate)
        {
            _watches[watch.Handle] = watch;
            if (_opened is { } life)
            {
                watch.Rebind(life);
            }
        }
    }

    /// <summary>A monitor has ended.</summary>
    internal void Remove(ClientWatch watch)
    {
        lock (_gate)
        {
            _watches.Remove(watch.Handle);
        }
    }

    /// <summary>Everything that the client has; the client stops.</summary>
    internal (List<ClientMember> Members, List<ClientWatch> Monitors) CopyAll()
    {
        lock (_gate)
        {
            return ([.. _members.Values], [.. _watches.Values]);
        }
    }

    /// <summary>
    /// Brings members, memberships and watches into a new session; then the one before is not needed.
    /// </summary>
    /// <returns><see langword="false"/> when the session is of no use.</returns>
    private async Task<bool> RestoreAsync(SessionLife life)
    {
        List<ClientMember> members;
        List<ClientWatch> watches;
        List<PinnedKey> previous;
        lock (_gate)
        {
            members = [.. _members.Values];
            watches = [.. _watches.Values.Where(static watch => watch.IsStarted)];
            previous = [.. _previous];
            _opened = life;
            foreach (var source in members.Concat<ClientSource>(_watches.Values))
            {
                source.Rebind(life);
            }
        }

        List<(SessionOperation Operation, Action<SessionResult> OnDone)> operations = [];
        foreach (var member in members)
        {
            operations.Add((member.Describe(), result => OnMadeAgain(member, result)));
            operations.AddRange(member.DescribeMemberships(GroupsAtOnce)
                .Select(static operation => (operation, (Action<SessionResult>)(static _ => { }))));
        }

        operations.AddRange(watches.Select(watch => (
            (SessionOperation)watch.Describe(),
            (Action<SessionResult>)(result => OnWatchedAgain(watch, result)))));
        operations.AddRange(previous.Select(static key => (
            (SessionOperation)new ReplaceSession { Silo = key.Silo, Session = key.Id },
            (Action<SessionResult>)(static _ => { }))));

        foreach (var chunk in operations.Chunk(RestoredAtOnce))
        {
            var calls = chunk.Select(item => life.CallAsync(life.NextNumber(), item.Operation)).ToList();
            var results = await Task.WhenAll(calls).ConfigureAwait(false);
            for (var index = 0; index < chunk.Length; index++)
            {
                if (results[index] is not { } result || IsOver(result))
                {
                    return false;
                }

                chunk[index].OnDone(result);
            }
        }

        return !life.IsLost;
    }

    private void OnMadeAgain(ClientMember member, SessionResult result)
    {
        if (result is MemberMade made)
        {
            lock (_gate)
            {
                if (_members.ContainsKey(member.Handle))
                {
                    SetId(member, made.Id);
                }
            }
        }
        else if (result is Refused refused)
        {
            core.Logger.ClientMemberLost(member.Name, refused.Error.Message);
            member.EndHere();
        }
    }

    private void OnWatchedAgain(ClientWatch watch, SessionResult result)
    {
        if (result is Refused refused)
        {
            core.Logger.ClientMonitorLost(watch.Scope, refused.Error.Message);
            watch.EndHere(MonitorEndReason.ScopeStopped);
        }
    }

    private void SetId(ClientMember member, MemberId id)
    {
        if (member.SetId(id) is { } forgotten)
        {
            _byId.Remove(forgotten);
        }

        _byId[id] = member;
        _idsVersion++;
    }

    private void OnEvent(SessionLife life, SessionEvent item)
    {
        switch (item)
        {
            case PayloadArrived payload:
                FindByHandle(_members, payload.Handle)?.Take(life, payload);
                break;
            case MonitorPart part:
                FindByHandle(_watches, part.Handle)?.Take(life, part);
                break;
            case MonitorMark mark:
                FindByHandle(_watches, mark.Handle)?.TakeMark(mark.Mark);
                break;
            case MonitorOver over when FindByHandle(_watches, over.Handle) is { } watch && watch.IsOf(life):
                watch.EndHere(over.Reason);
                break;
            case SiloStopping:
                life.TellStopping();
                break;
            case MonitorOver:
                break; // Of another session; in this one it goes on.
            default:
                core.Logger.ClientEventUnknown(item.GetType().Name);
                break;
        }
    }

    private T? FindByHandle<T>(SortedDictionary<long, T> table, long handle)
        where T : class
    {
        lock (_gate)
        {
            return table.GetValueOrDefault(handle);
        }
    }
}
