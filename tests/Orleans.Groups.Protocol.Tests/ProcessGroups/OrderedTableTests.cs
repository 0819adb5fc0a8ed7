using System.Runtime.CompilerServices;
using FsCheck;
using FsCheck.Fluent;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>The table that makes machines deterministic: same order in every process.</summary>
public sealed class OrderedTableTests
{
    [Fact]
    public void Enumeration_Always_FollowsTheOrderOfAdding()
    {
        foreach (var size in new[] { 3, 8, 9, 1_000, 1_024, 1_025, 3_000 })
        {
            var table = new OrderedTable<string, int>();
            for (var i = 0; i < size; i++)
            {
                table.FindOrAdd($"key {i * 7919 % 3_001}", out _) = i;
            }

            Assert.Equal(Enumerable.Range(0, size), Values(table));
        }
    }

    /// <summary>A large table lets its memory go, a small one keeps it; both are empty, and filled anew.</summary>
    [Fact]
    public void Clear_OfAnySize_LeavesAnEmptyTableInOrder()
    {
        var table = new OrderedTable<string, int>();
        foreach (var size in new[] { 40_000, 100, 3, 1_000, 0, 20_000, 5 })
        {
            for (var i = 0; i < size; i++)
            {
                table.FindOrAdd($"key {i * 7919L % 100_003}", out var isNew) = i;
                Assert.True(isNew);
            }

            Assert.Equal(Enumerable.Range(0, size), Values(table));
            table.Clear();
            Assert.Equal(0, table.Count);
            Assert.Empty(Values(table));
        }
    }

    [Fact]
    public void KeysWithOneHash_AreKeptApart()
    {
        var table = new OrderedTable<Colliding, int>();
        for (var i = 0; i < 100; i++)
        {
            table.FindOrAdd(new Colliding(i), out var isNew) = i;
            Assert.True(isNew);
        }

        for (var i = 0; i < 100; i += 2)
        {
            Assert.True(table.Remove(new Colliding(i)));
            Assert.False(table.Remove(new Colliding(i)));
        }

        Assert.Equal(Enumerable.Range(0, 50).Select(i => (2 * i) + 1), Values(table));
        Assert.True(table.TryGet(new Colliding(99), out var last));
        Assert.Equal(99, last);
    }

    /// <summary>Holes are closed while it grows and while it shrinks, over the bounds of its pieces.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(100)]
    public void LargeTable_WithHoles_KeepsItsOrder(int each)
    {
        var table = new OrderedTable<int, int>();
        var model = new SortedDictionary<int, int>();
        for (var key = 0; key < 10_000; key++)
        {
            table.FindOrAdd(key, out _) = -key;
            model.Add(key, -key);
            if (key % each == 0)
            {
                Assert.True(table.Remove(key / 2));
                model.Remove(key / 2);
                table.FindOrAdd(key + 10_000, out _) = -key - 10_000;
                table.Remove(key + 10_000);
            }
        }

        Assert.Equal(model.Values, Values(table));
        foreach (var key in model.Keys.ToList())
        {
            Assert.Equal(-key, table.Find(key));
            Assert.True(table.Remove(key));
        }

        Assert.Equal(0, table.Count);
        Assert.Empty(Values(table));
    }

    [Fact]
    public void AnyChanges_EqualAListOfPairs()
    {
        var steps = Gen.ListOf(Gen.Zip(Gen.Choose(0, 60), Gen.Choose(0, 99)));
        Prop.ForAll(steps.ToArbitrary(), history =>
        {
            var table = new OrderedTable<int, int>();
            var model = new List<KeyValuePair<int, int>>();
            foreach (var (key, kind) in history)
            {
                Apply(table, model, key, kind);
            }

            Assert.Equal(model.Count, table.Count);
            Assert.Equal(model.Select(p => p.Value), Values(table));
            foreach (var (key, value) in model)
            {
                Assert.Equal(value, table.Find(key));
            }
        }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(1_000).WithEndSize(400));
    }

    private static void Apply(OrderedTable<int, int> table, List<KeyValuePair<int, int>> model, int key, int kind)
    {
        var at = model.FindIndex(p => p.Key == key);
        Assert.Equal(at < 0, Unsafe.IsNullRef(ref table.Find(key)));
        if (kind == 0)
        {
            table.Clear();
            model.Clear();
        }
        else if (kind < 50)
        {
            Assert.Equal(at >= 0, table.Remove(key));
            if (at >= 0)
            {
                model.RemoveAt(at);
            }
        }
        else
        {
            table.FindOrAdd(key, out var isNew) = kind;
            Assert.Equal(at < 0, isNew);
            if (at < 0)
            {
                model.Add(new(key, kind));
            }
            else
            {
                model[at] = new(key, kind);
            }
        }
    }

    private static List<int> Values<TKey>(OrderedTable<TKey, int> table)
        where TKey : notnull, IEquatable<TKey>
    {
        var values = new List<int>();
        for (var at = 0; table.Next(ref at, out _);)
        {
            values.Add(table.At(at));
        }

        return values;
    }

    private readonly record struct Colliding(int Number)
    {
        public override int GetHashCode() => 42;
    }
}
