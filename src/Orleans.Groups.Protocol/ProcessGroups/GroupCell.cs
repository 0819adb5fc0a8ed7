using System;
using System.Collections.Immutable;
using System.Threading;

namespace Orleans.Groups.Protocol;

/// <summary>One group that exists: its members, read by any thread, and the writer's notes about it.</summary>
/// <remarks>
/// A cell lives as long as its group has members. A group that comes back gets a new cell, so whoever keeps one looks
/// it up again once <see cref="IsRemoved"/> is true; what it reads until then is empty, which is right.
/// </remarks>
/// <param name="name">The group.</param>
/// <param name="nameHash">What <see cref="HashOf"/> says of it.</param>
internal sealed class GroupCell(GroupName name, int nameHash) : IEquatable<GroupCell>
{
    private SnapshotBag<MemberId> _all = SnapshotBag<MemberId>.Empty;
    private SnapshotBag<MemberId> _local = SnapshotBag<MemberId>.Empty;
    private bool _isRemoved;
    private ulong _stableHash;

    /// <summary>The group.</summary>
    internal GroupName Name { get; } = name;

    /// <summary>Whether the group ended; it may have come back as another cell. Any thread.</summary>
    internal bool IsRemoved => Volatile.Read(ref _isRemoved);

    /// <summary>All memberships, in the order in which this node learned them. Any thread.</summary>
    internal ImmutableArray<MemberId> Members => Volatile.Read(ref _all).Items;

    /// <summary>The memberships of this node's members. Any thread.</summary>
    internal ImmutableArray<MemberId> LocalMembers => Volatile.Read(ref _local).Items;

    /// <summary>Number of all memberships. Any thread; O(1).</summary>
    internal int Count => Volatile.Read(ref _all).Count;

    /// <summary>Number of the memberships of this node's members. Any thread; O(1).</summary>
    internal int LocalCount => Volatile.Read(ref _local).Count;

    /// <summary>Writer only: hash of the name for tables that never leave this process.</summary>
    internal int NameHash { get; } = nameHash;

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

    /// <summary>
    /// Writer only: number of this group's first change in the running operation, from 1; 0 for none.
    /// </summary>
    internal int FirstChange { get; set; }

    /// <summary>Writer only: number of this group's last change in the running operation.</summary>
    internal int LastChange { get; set; }

    /// <summary>The hash under which a name is looked up.</summary>
    internal static int HashOf(string name) => name.GetHashCode(StringComparison.Ordinal);

    /// <summary>Reads both lists as of one moment. Any thread; waits for nobody.</summary>
    /// <remarks>
    /// Race: (1) a reader takes the local members; (2) one of them leaves; (3) the reader takes all members and misses
    /// it. It sees that the local members have changed meanwhile and reads again.
    /// </remarks>
    internal (ImmutableArray<MemberId> Members, ImmutableArray<MemberId> LocalMembers) ReadBoth()
    {
        while (true)
        {
            var local = Volatile.Read(ref _local);
            var all = Volatile.Read(ref _all);
            if (ReferenceEquals(local, Volatile.Read(ref _local)))
            {
                return (all.Items, local.Items);
            }
        }
    }

    /// <summary>
    /// Writer only: publishes a change as one. Whatever a reader sees, local members are a part of all.
    /// </summary>
    /// <param name="removed">Memberships that are there.</param>
    /// <param name="added">Further memberships.</param>
    /// <param name="isLocal">Whether they are of this node's members.</param>
    internal void Change(ReadOnlySpan<MemberId> removed, ReadOnlySpan<MemberId> added, bool isLocal)
    {
        var all = _all.Change(removed, added);
        if (!isLocal)
        {
            Volatile.Write(ref _all, all);
            return;
        }

        // While a group has members of this node only, both lists are one object.
        var local = ReferenceEquals(_local, _all) ? all : _local.Change(removed, added);
        if (removed.IsEmpty)
        {
            Volatile.Write(ref _all, all);
            Volatile.Write(ref _local, local);
        }
        else
        {
            Invariant.Require(added.IsEmpty, "an operation of this node adds or takes away, not both");
            Volatile.Write(ref _local, local);
            Volatile.Write(ref _all, all);
        }
    }

    /// <summary>Writer only: the group has no members any more.</summary>
    internal void MarkRemoved() => Volatile.Write(ref _isRemoved, true);

    /// <summary>Writer only: takes all members out of the group at once, and ends it.</summary>
    internal void Clear()
    {
        Volatile.Write(ref _local, SnapshotBag<MemberId>.Empty);
        Volatile.Write(ref _all, SnapshotBag<MemberId>.Empty);
        MarkRemoved();
    }

    /// <inheritdoc/>
    public bool Equals(GroupCell? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    /// <inheritdoc/>
    public override int GetHashCode() => NameHash;
}
