using System.Collections.Concurrent;

namespace Orleans.Groups.Engine;

/// <summary>The members that live on one node, and the numbers of all ids that it gives.</summary>
internal sealed class MemberTable(EngineCore core, NodeId node)
{
    private readonly ConcurrentDictionary<long, LocalMember> _members = new();
    private readonly Lock[] _gates = [.. Enumerable.Range(0, 64).Select(static _ => new Lock())];
    private long _lastNumber;
    private long _count;
    private volatile bool _isClosed; // No more are made.

    internal EngineCore Core { get; } = core;

    internal NodeId Node { get; } = node;

    /// <summary>How many members live.</summary>
    internal long Count => Volatile.Read(ref _count);

    /// <summary>An id that was never used before.</summary>
    internal MemberId NewId(string name) => new(Node, Interlocked.Increment(ref _lastNumber), name);

    /// <summary>Makes a member.</summary>
    /// <exception cref="GroupLimitException">There are too many.</exception>
    /// <exception cref="GroupException">The node is stopping.</exception>
    internal LocalMember Create(string name, Func<MemberMessage, ValueTask>? onMessage)
    {
        if (_isClosed)
        {
            throw NodeHost.ShuttingDown(Node, $"Member '{name}' was not made");
        }

        if (Interlocked.Increment(ref _count) > Core.ProcessGroups.MaxMembers)
        {
            Interlocked.Decrement(ref _count);
            throw new GroupLimitException(
                nameof(ProcessGroupsOptions.MaxMembers),
                Core.ProcessGroups.MaxMembers,
                $"Making member '{name}' on node {Node}");
        }

        LocalMember member;
        try
        {
            member = new LocalMember(this, NewId(name), onMessage);
        }
        catch (ArgumentException)
        {
            Interlocked.Decrement(ref _count);
            throw;
        }

        _members[member.Id.Number] = member;
        if (_isClosed)
        {
            member.End(); // The node ended meanwhile, and may not have seen this one.
        }

        return member;
    }

    /// <summary>The living member of that id, if it is one of this life of the node.</summary>
    internal LocalMember? Find(MemberId id) =>
        _members.TryGetValue(id.Number, out var member) && member.Id.Equals(id) ? member : null;

    internal Lock GateOf(MemberId id) => _gates[id.Number & 63];

    internal void Remove(LocalMember member)
    {
        if (_members.TryRemove(new KeyValuePair<long, LocalMember>(member.Id.Number, member)))
        {
            Interlocked.Decrement(ref _count);
        }
    }

    /// <summary>Makes no more members, because their node begins to stop; those there are live on for now.</summary>
    internal void Refuse() => _isClosed = true;

    /// <summary>Ends all members, because their node stops; no more are made.</summary>
    internal void EndAll()
    {
        _isClosed = true;
        foreach (var member in _members.Values)
        {
            member.End();
        }
    }

    /// <summary>Forgets all members, because their node was killed; no more are made.</summary>
    internal void AbandonAll()
    {
        _isClosed = true;
        foreach (var member in _members.Values)
        {
            member.Abandon();
        }

        _members.Clear();
    }
}
