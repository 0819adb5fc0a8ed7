using System;
using System.Collections.Immutable;
using System.Threading;

namespace Orleans.Groups.Protocol;

/// <summary>One group that exists: its members, read by any thread, and the writer's notes about it.</summary>
/// <remarks>
/// A cell lives as long as its group has members. A group that comes back gets a new cell, so whoever keeps one looks it up again
/// once <see cref="IsRemoved"/> is true; what it reads until then is empty, which is right.
/// </remarks>
/// <param name="name">The group.</param>
/// <param name="number">Unique among the cells of a scope; serves as hash code.</param>
internal sealed class GroupCell(GroupName name, int number) : IEquatable<GroupCell>
{
    private bool _isRemoved;
    private ulong _stableHash;

    /// <summary>The group.</summary>
    internal GroupName Name { get; } = name;

    /// <summary>Whether the group ended; it may have come back as another cell. Any thread.</summary>
    internal bool IsRemoved => Volatile.Read(ref _isRemoved);

    /// <summary>All memberships, in the order in which this node learned them. Any thread; as <see cref="SnapshotBag{T}.Snapshot"/>.</summary>
    internal ImmutableArray<MemberId> Members => All.Snapshot;

    /// <summary>The memberships of this node's members. Any thread; as <see cref="SnapshotBag{T}.Snapshot"/>.</summary>
    internal ImmutableArray<MemberId> LocalMembers => Local.Snapshot;

    /// <summary>All memberships. Changed before <see cref="Local"/> by a join and after it by a leave, so that it is never the smaller.</summary>
    internal SnapshotBag<MemberId> All { get; } = new();

    /// <summary>The part of <see cref="All"/> that this node owns.</summary>
    internal SnapshotBag<MemberId> Local { get; } = new();

    /// <summary>Writer only: hash of the name for tables that never leave this process.</summary>
    internal int NameHash { get; } = name.GetHashCode();

    /// <summary>Writer only: hash of the name that is the same on every node.</summary>
    internal ulong StableHash
    {
        get
        {
            if (_stableHash == 0)
            {
                _stableHash = Protocol.StableHash.Of(Name.Value);
            }

            return _stableHash;
        }
    }

    /// <summary>Writer only: position + 1 of this group's first change in the running operation; 0 when it is not part of it.</summary>
    internal int FirstChange { get; set; }

    /// <summary>Writer only: position + 1 of this group's last change in the running operation.</summary>
    internal int LastChange { get; set; }

    /// <summary>Reads both lists as of one moment. Any thread; waits for nobody.</summary>
    /// <remarks>
    /// Race: (1) a reader takes the local members; (2) one of them leaves; (3) the reader takes all members and misses it. It sees that
    /// the local members have changed meanwhile and reads again.
    /// </remarks>
    internal (ImmutableArray<MemberId> Members, ImmutableArray<MemberId> LocalMembers) ReadBoth()
    {
        while (true)
        {
            var local = Local.Head;
            var all = All.Head;
            if (ReferenceEquals(local, Local.Head))
            {
                return (all.Content, local.Content);
            }
        }
    }

    /// <summary>Writer only: the group has no members any more.</summary>
    internal void MarkRemoved() => Volatile.Write(ref _isRemoved, true);

    /// <inheritdoc/>
    public bool Equals(GroupCell? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    /// <inheritdoc/>
    public override int GetHashCode() => number;
}
