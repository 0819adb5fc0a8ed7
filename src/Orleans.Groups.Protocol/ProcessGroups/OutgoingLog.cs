using System;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Orleans.Groups.Protocol;

/// <summary>
/// The net changes of this node's memberships since the version that all peers in step have in common.
/// </summary>
/// <remarks>
/// Differs from pg: that sends every change at once, one message each. Here a burst becomes one update, and a join and
/// leave that cancel each other leave no trace but the version (rule P3).
/// </remarks>
internal sealed class OutgoingLog
{
    private readonly OrderedTable<Key, Net> _changes = new();

    /// <summary>The version from which the gathered changes lead on.</summary>
    internal long BaseVersion { get; private set; }

    /// <summary>Number of memberships that changed in net.</summary>
    internal int Count => _changes.Count;

    /// <summary>Gathers one change.</summary>
    internal void Add(GroupCell cell, in MemberChange change) =>
        Add(new Key(cell.Name, change.Member, cell.NameHash), change.Difference, change.Cause);

    /// <summary>Gathers what another log has, which leads on from here.</summary>
    internal void Add(OutgoingLog later)
    {
        for (var at = 0; later._changes.Next(ref at, out var key);)
        {
            var net = later._changes.At(at);
            Add(key, net.Difference, net.Cause);
        }
    }

    private void Add(in Key key, int difference, ChangeReason cause)
    {
        ref var net = ref _changes.FindOrAdd(key, out _);
        net.Difference += difference;
        net.Cause = cause;
        if (net.Difference == 0)
        {
            _changes.Remove(key);
        }
    }

    /// <summary>Begins anew: everybody who matters is at this version.</summary>
    internal void Restart(long version)
    {
        BaseVersion = version;
        _changes.Clear();
    }

    /// <summary>
    /// The update from the base to a version, in parts; what a group changed for one cause stands together.
    /// </summary>
    internal ImmutableArray<ScopeMessage.Update> Build(ScopeId self, long version, int maxPerPart)
    {
        if (_changes.Count == 1)
        {
            return [new ScopeMessage.Update(self, BaseVersion, version, 0, 1, [Only()])];
        }

        var blocks = Collect();
        var deltas = new PartSplitter<GroupDelta>(maxPerPart, blocks.Count);
        for (var at = 0; blocks.Next(ref at, out var key);)
        {
            var members = ImmutableCollectionsMarshal.AsImmutableArray(blocks.At(at).Members);
            for (var start = 0; start < members.Length;)
            {
                var count = deltas.Take(members.Length - start);
                var piece = count == members.Length ? members : members.Slice(start, count);
                deltas.Add(new GroupDelta(key.Group, key.Cause, piece));
                start += count;
            }
        }

        var parts = deltas.ToParts();
        var updates = ImmutableArray.CreateBuilder<ScopeMessage.Update>(parts.Length);
        for (var part = 0; part < parts.Length; part++)
        {
            updates.Add(new ScopeMessage.Update(self, BaseVersion, version, part, parts.Length, parts[part]));
        }

        return updates.MoveToImmutable();
    }

    /// <summary>The change, if there is one.</summary>
    private GroupDelta Only()
    {
        var at = 0;
        Invariant.Require(_changes.Next(ref at, out var change), "there is a change");
        var net = _changes.At(at);
        return new GroupDelta(change.Group, net.Cause, [new MemberCount(change.Member, net.Difference)]);
    }

    /// <summary>Brings the changes of one group with one cause together, in the order of the first of each.</summary>
    private OrderedTable<BlockKey, Block> Collect()
    {
        var blocks = new OrderedTable<BlockKey, Block>(ExpectedBlocks());
        var blockOf = new ChunkedList<int>(_changes.Count); // By its number, from 1 as in the table.
        var last = default(BlockKey);
        var block = 0;
        for (var at = 0; _changes.Next(ref at, out var key);)
        {
            // Changes of one group mostly follow each other, and then nothing is looked up.
            var blockKey = new BlockKey(key.Group, _changes.At(at).Cause, key.NameHash);
            if (block == 0 || !blockKey.Equals(last))
            {
                ref var found = ref blocks.FindOrAdd(blockKey, out var isNew);
                if (isNew)
                {
                    found.Number = blocks.Count;
                }

                block = found.Number;
                last = blockKey;
            }

            blockOf.Add(block);
            blocks.At(block).Size++;
        }

        var index = 0;
        for (var at = 0; _changes.Next(ref at, out var key); index++)
        {
            ref var filled = ref blocks.At(blockOf[index]);
            filled.Members ??= new MemberCount[filled.Size];
            filled.Members[^filled.Size--] = new MemberCount(key.Member, _changes.At(at).Difference);
        }

        return blocks;
    }

    /// <summary>As many as there are changes if the first two are of different groups, otherwise few.</summary>
    private int ExpectedBlocks()
    {
        var at = 0;
        return _changes.Next(ref at, out var first) && _changes.Next(ref at, out var second)
            && !first.Group.Equals(second.Group) ? _changes.Count : 0;
    }

    private readonly struct Key(GroupName group, MemberId member, int nameHash) : IEquatable<Key>
    {
        internal GroupName Group { get; } = group;

        internal MemberId Member { get; } = member;

        internal int NameHash { get; } = nameHash;

        public bool Equals(Key other) =>
            NameHash == other.NameHash && Member.Equals(other.Member) && Group.Equals(other.Group);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode() => unchecked((NameHash * 0x5BD1_E995) ^ Member.GetHashCode());
    }

    private readonly struct BlockKey(GroupName group, ChangeReason cause, int nameHash) : IEquatable<BlockKey>
    {
        internal GroupName Group { get; } = group;

        internal ChangeReason Cause { get; } = cause;

        public bool Equals(BlockKey other) => Cause == other.Cause && Group.Equals(other.Group);

        public override bool Equals(object? obj) => obj is BlockKey other && Equals(other);

        public override int GetHashCode() => unchecked(nameHash + (int)Cause);
    }

    /// <summary>What stands together in a message.</summary>
    private struct Block
    {
        internal int Number; // In the table, from 1.
        internal int Size; // Members that are not listed yet.
        internal MemberCount[] Members;
    }

    private struct Net
    {
        internal int Difference;
        internal ChangeReason Cause;
    }
}
