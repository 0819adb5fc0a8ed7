namespace Orleans.Groups;

/// <summary>A monitor of a client, on the client's silo: reads changes as fast as the client handles them.</summary>
internal sealed class SessionMonitor(ClientSession session, long handle, IMembershipMonitor source)
{
    /// <summary>Most memberships in one event.</summary>
    internal const int MaxMembershipsPerPart = 2_048;

    private const int MaxUnhandled = 64;

    private const int MaxUnhandledBytes = 1024 * 1024;

    /// <summary>About what a membership takes on the wire.</summary>
    private const int MembershipBytes = 80;

    private readonly Lock _gate = new();
    private List<long> _marks = [];
    private TaskCompletionSource _markAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _hasEnded;

    /// <summary>What the client has not handled.</summary>
    internal SourceCredit Credit { get; } = new(MaxUnhandled, MaxUnhandledBytes);

    /// <summary>Begins to tell the client.</summary>
    internal void Start() => _ = Task.Run(PumpAsync); // Never throws.

    /// <summary>Tells nothing more.</summary>
    internal void Stop()
    {
        Credit.Close();
        _ = source.DisposeAsync().AsTask(); // Its consumer reads; nothing has to be waited for.
    }

    /// <summary>
    /// Asks for a mark behind all changes that have happened; <see langword="false"/> when it will not come.
    /// </summary>
    internal bool Mark(long mark)
    {
        lock (_gate)
        {
            if (_hasEnded)
            {
                return false;
            }

            _marks.Add(mark);
            _markAsked.TrySetResult();
            return true;
        }
    }

    private async Task PumpAsync()
    {
        var goesOn = await TellSnapshotAsync(MonitorPartKind.Snapshot, ChangeReason.Joined, source.Snapshot)
            .ConfigureAwait(false);
        Task<bool>? readable = null;
        while (goesOn)
        {
            readable ??= source.WaitToReadAsync().AsTask();
            await Task.WhenAny(readable, _markAsked.Task).ConfigureAwait(false);
            var marks = TakeMarks();
            if (readable.IsCompleted)
            {
                goesOn = await readable.ConfigureAwait(false);
                readable = null;
            }

            goesOn = goesOn && await TellChangesAsync().ConfigureAwait(false);
            foreach (var mark in marks)
            {
                session.Outbox.Add(new MonitorMark { Handle = handle, Mark = mark }, ClientSession.SmallEvent);
            }
        }

        await TellEndAsync().ConfigureAwait(false);
    }

    private async Task TellEndAsync()
    {
        List<long> marks;
        lock (_gate)
        {
            _hasEnded = true;
            marks = _marks;
        }

        foreach (var mark in marks)
        {
            session.Outbox.Add(new MonitorMark { Handle = handle, Mark = mark }, ClientSession.SmallEvent);
        }

        if (session.IsNodeStopping)
        {
            session.TellStopping(); // The client goes elsewhere, and its monitor with it.
            return;
        }

        await source.DisposeAsync().ConfigureAwait(false);
        var reason = await source.Completion.ConfigureAwait(false);
        session.Outbox.Add(new MonitorOver { Handle = handle, Reason = reason }, ClientSession.SmallEvent);
    }

    /// <summary>The marks asked for: whatever happened before they were is read after this.</summary>
    private List<long> TakeMarks()
    {
        lock (_gate)
        {
            var marks = _marks;
            if (marks.Count > 0)
            {
                _marks = [];
                _markAsked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return marks;
        }
    }

    private async Task<bool> TellChangesAsync()
    {
        while (await WaitAsync().ConfigureAwait(false))
        {
            if (!source.TryRead(out var change))
            {
                return true;
            }

            var goesOn = change!.Snapshot is { } snapshot
                ? await TellSnapshotAsync(MonitorPartKind.Restarted, change.Reason, snapshot).ConfigureAwait(false)
                : await TellChangeAsync(change).ConfigureAwait(false);
            if (!goesOn)
            {
                return false;
            }
        }

        return false;
    }

    private async Task<bool> TellChangeAsync(MembershipChange change)
    {
        var kind = change.Kind == MembershipChangeKind.Joined ? MonitorPartKind.Joined : MonitorPartKind.Left;
        for (var start = 0; start < change.Members.Length; start += MaxMembershipsPerPart)
        {
            var members = change.Members.AsSpan(
                start,
                Math.Min(MaxMembershipsPerPart, change.Members.Length - start)).ToArray();
            var hasMore = start + members.Length < change.Members.Length;
            GroupPart[] groups = [new GroupPart { Group = change.Group.Value, Members = members }];
            if (!await TellAsync(kind, change.Reason, groups, members.Length, hasMore).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    private async Task<bool> TellSnapshotAsync(MonitorPartKind kind, ChangeReason reason, MembershipSnapshot snapshot)
    {
        List<GroupPart> groups = [];
        var count = 0;
        foreach (var group in snapshot.Groups)
        {
            for (var start = 0; start < group.Members.Length;)
            {
                var length = Math.Min(MaxMembershipsPerPart - count, group.Members.Length - start);
                groups.Add(new GroupPart
                {
                    Group = group.Group.Value,
                    Members = group.Members.AsSpan(start, length).ToArray(),
                });
                start += length;
                count += length;
                if (count == MaxMembershipsPerPart)
                {
                    if (!await TellAsync(kind, reason, [.. groups], count, hasMore: true).ConfigureAwait(false))
                    {
                        return false;
                    }

                    groups.Clear();
                    count = 0;
                }
            }
        }

        return await TellAsync(kind, reason, [.. groups], count, hasMore: false).ConfigureAwait(false);
    }

    private async Task<bool> TellAsync(
        MonitorPartKind kind,
        ChangeReason reason,
        GroupPart[] groups,
        int memberships,
        bool hasMore)
    {
        if (!await WaitAsync().ConfigureAwait(false))
        {
            return false;
        }

        var bytes = ClientSession.SmallEvent + (memberships * MembershipBytes);
        Credit.Take(bytes);
        var part = new MonitorPart
        {
            Handle = handle,
            Kind = kind,
            Reason = reason,
            Groups = groups,
            HasMore = hasMore,
        };
        return session.Outbox.Add(part, bytes) > 0;
    }

    private async ValueTask<bool> WaitAsync()
    {
        await session.Outbox.WhenRoomAsync().ConfigureAwait(false);
        return await Credit.WaitAsync().ConfigureAwait(false);
    }
}
