using System.Collections.Immutable;

namespace Orleans.Groups;

/// <summary>A monitor on the client's silo, and what the client makes of its events.</summary>
internal abstract class ClientWatch : ClientSource
{
    private readonly List<GroupPart> _parts = [];

    protected ClientWatch(SessionKeeper keeper, ScopeName scope)
        : base(keeper.NewHandle())
    {
        Keeper = keeper;
        Scope = scope;
    }

    internal ScopeName Scope { get; }

    /// <summary>Whether a session has it: then each new one gets it, too. Locked by the keeper.</summary>
    internal bool IsStarted { get; set; }

    protected SessionKeeper Keeper { get; }

    /// <summary>What starts it in a session.</summary>
    internal abstract StartMonitor Describe();

    /// <summary>A part of a snapshot or change. Called in order, one at a time.</summary>
    internal void Take(SessionLife life, MonitorPart part)
    {
        lock (_parts)
        {
            if (!IsOf(life))
            {
                return; // A late word of another session; the snapshot of this one tells all.
            }

            _parts.AddRange(part.Groups);
            if (part.HasMore)
            {
                NoteHandled(life, isIdle: true); // It is large: the next is waited for.
                return;
            }

            List<GroupPart> whole = [.. _parts];
            _parts.Clear();
            Apply(life, part.Kind, part.Reason, whole);
        }
    }

    /// <summary>The silo has told of everything up to a mark.</summary>
    internal virtual void TakeMark(long mark)
    {
    }

    /// <summary>It has ended on the silo, or cannot be started there again.</summary>
    internal abstract void EndHere(MonitorEndReason reason);

    /// <summary>Starts it, and completes when the silo has it.</summary>
    internal async Task StartAsync(string subject, CancellationToken cancellationToken)
    {
        Keeper.Add(this);
        try
        {
            var pending = new PendingOperation(
                Describe(),
                changesState: true,
                result => IsStarted = result is not Refused);
            var result = await Keeper.DoAsync(pending).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (result is Refused refused)
            {
                throw refused.Error.ToException(subject);
            }
        }
        catch
        {
            Forget();
            throw;
        }
    }

    /// <summary>Nothing more is wanted.</summary>
    internal virtual void Forget()
    {
        Keeper.Remove(this);
        try
        {
            _ = Keeper.DoAsync(new PendingOperation(new StopMonitor { Handle = Handle }, changesState: true));
        }
        catch (GroupException)
        {
            // The client has stopped.
        }
    }

    /// <summary>A whole snapshot or change. Whoever has handled it says so. Called under a lock.</summary>
    protected abstract void Apply(SessionLife life, MonitorPartKind kind, ChangeReason reason, List<GroupPart> groups);

    /// <inheritdoc/>
    protected override void OnRebound()
    {
        lock (_parts)
        {
            _parts.Clear();
        }
    }

    /// <summary>A snapshot of its parts.</summary>
    protected static MembershipSnapshot ToSnapshot(List<GroupPart> parts)
    {
        var groups = ImmutableArray.CreateBuilder<GroupMembers>();
        foreach (var group in parts.GroupBy(static part => part.Group, StringComparer.Ordinal))
        {
            groups.Add(new GroupMembers(new GroupName(group.Key), [.. group.SelectMany(static part => part.Members)]));
        }

        return new MembershipSnapshot(groups.ToImmutable());
    }
}
