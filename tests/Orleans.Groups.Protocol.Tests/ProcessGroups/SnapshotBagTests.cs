using System.Runtime.CompilerServices;
using FsCheck;
using FsCheck.Fluent;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>The lock-free multiset under the registry, against a plain list.</summary>
public sealed class SnapshotBagTests
{
    [Fact]
    public void Snapshot_Unchanged_IsTheSameArray()
    {
        var bag = Fill(1_000);
        Assert.True(bag.Items == bag.Items);
        Assert.Equal(Enumerable.Range(0, 1_000), bag.Items);
    }

    [Fact]
    public void Read_Unchanged_AllocatesNothing()
    {
        var bag = Fill(1_000);
        var sum = bag.Items.Length;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            sum += bag.Items.Length;
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(1_001_000, sum);
    }

    [Fact]
    public void Change_LargeContent_CostsTheSameAsSmall()
    {
        Assert.InRange(BytesOfOneChange(Fill(100_000)), 1, 200);
        Assert.InRange(BytesOfOneChange(Fill(100)), 1, 200);
    }

    [Fact]
    public void Changes_NeverRead_KeepNoMoreThanTheContent()
    {
        foreach (var size in new[] { 0, 10, 1_000 })
        {
            var bag = SnapshotBag<Thing>.Empty;
            for (var i = 0; i < size; i++)
            {
                bag = bag.Add(new Thing());
            }

            var passed = PassThrough(ref bag, 10_000);
            GC.Collect();
            Assert.InRange(passed.Count(p => p.IsAlive), 0, 64 + (2 * size));
            Assert.Equal(size, bag.Count);
            GC.KeepAlive(bag);
        }
    }

    [Fact]
    public void Remove_EqualEntries_TakesTheOneAddedLast()
    {
        foreach (var size in new[] { 4, 40, 400 })
        {
            var bag = SnapshotBag<Tagged>.Empty;
            for (var i = 0; i < size; i++)
            {
                bag = bag.Add(new Tagged(i % 2, i));
            }

            var left = bag.Remove(new Tagged(1, -1)).Items;
            Assert.DoesNotContain(left, t => t.Tag == size - 1);
            Assert.Equal(size - 1, left.Length);
        }
    }

    [Fact]
    public void Remove_NotThere_BreaksAnInvariant()
    {
        Assert.Throws<InvariantViolationException>(() => SnapshotBag<int>.Empty.Remove(1));
        Assert.Throws<InvariantViolationException>(() => Fill(3).Remove(99));
        Assert.Throws<InvariantViolationException>(() => Fill(300).Remove(999).Items);
        Assert.Throws<InvariantViolationException>(() => Fill(1).Change([0, 0], []));
    }

    [Fact]
    public void EarlierStates_AfterChanges_StayAsTheyWere()
    {
        var states = new List<SnapshotBag<int>> { SnapshotBag<int>.Empty };
        for (var i = 0; i < 300; i++)
        {
            states.Add(i % 5 == 4 ? states[^1].Remove(i - 1) : states[^1].Add(i));
        }

        // The newest first: cutting its chain must not take anything away from older ones.
        for (var i = states.Count - 1; i >= 0; i--)
        {
            Assert.Equal(states[i].Count, states[i].Items.Length);
            Assert.Equal(states[i].Items, states[i].Items.Distinct());
        }
    }

    [Fact]
    public void AnyChanges_AnyReadsBetween_EqualAList()
    {
        var change = Gen.Choose(0, 30).Two();
        var history = Gen.ListOf(Gen.Zip(Gen.ListOf(change), Gen.Choose(0, 3)));
        Prop.ForAll(history.ToArbitrary(), steps => RunHistory([.. steps.Select(s => (s.Item1.ToArray(), s.Item2))]))
            .Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(1_000).WithEndSize(150));
    }

    /// <summary>
    /// Each step is one batch: numbers are taken away where they are there, added where they are even or not.
    /// </summary>
    private static void RunHistory((( int Item, int Kind)[] Batch, int Read)[] steps)
    {
        var bag = SnapshotBag<int>.Empty;
        var model = new List<int>();
        foreach (var (batch, read) in steps)
        {
            var removed = new List<int>();
            var added = new List<int>();
            foreach (var (item, kind) in batch)
            {
                if (kind % 2 == 0 && model.LastIndexOf(item) is >= 0 and var at)
                {
                    model.RemoveAt(at);
                    removed.Add(item);
                }
                else
                {
                    added.Add(item);
                }
            }

            model.AddRange(added);
            bag = bag.Change([.. removed], [.. added]);
            Assert.Equal(model.Count, bag.Count);
            if (read == 0)
            {
                Assert.Equal(model, bag.Items);
            }
        }

        Assert.Equal(model, bag.Items);
    }

    /// <summary>Adds and takes away one thing after the other; out of line, so that nothing else holds them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> PassThrough(ref SnapshotBag<Thing> bag, int count)
    {
        var passed = new List<WeakReference>();
        for (var i = 0; i < count; i++)
        {
            var thing = new Thing();
            passed.Add(new WeakReference(thing));
            bag = bag.Add(thing).Remove(thing);
        }

        return passed;
    }

    private static SnapshotBag<int> Fill(int count)
    {
        var bag = SnapshotBag<int>.Empty;
        for (var i = 0; i < count; i++)
        {
            bag = bag.Add(i);
        }

        return bag;
    }

    /// <summary>Allocated bytes per change, on average over a hundred, without a read.</summary>
    private static long BytesOfOneChange(SnapshotBag<int> bag)
    {
        _ = bag.Items;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 50; i++)
        {
            bag = bag.Add(i).Remove(i);
        }

        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        GC.KeepAlive(bag);
        return bytes / 100;
    }

    private sealed class Thing : IEquatable<Thing>
    {
        public bool Equals(Thing? other) => ReferenceEquals(this, other);

        public override bool Equals(object? obj) => ReferenceEquals(this, obj);

        public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);
    }

    private readonly record struct Tagged(int Value, int Tag) : IEquatable<Tagged>
    {
        public bool Equals(Tagged other) => Value == other.Value;

        public override int GetHashCode() => Value;
    }
}
