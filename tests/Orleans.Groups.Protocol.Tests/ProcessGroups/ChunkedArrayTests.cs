using System.Reflection;
using System.Runtime.CompilerServices;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>What tables are made of.</summary>
public sealed class ChunkedArrayTests
{
    private const int LargeObject = 85_000;

    [Theory]
    [InlineData(1, 2)]
    [InlineData(4, 1_024)]
    [InlineData(512, 4_096)]
    [InlineData(1_024, 2_048)]
    [InlineData(4_096, 16_384)]
    public void Grow_Always_KeepsWhatIsThere(int length, int grown)
    {
        var array = new ChunkedArray<long>(length);
        for (var place = 0; place < length; place++)
        {
            Assert.Equal(0, array[place]);
            array[place] = place + 1;
        }

        array = array.Grow(grown);

        Assert.Equal(grown, array.Length);
        for (var place = 0; place < grown; place++)
        {
            Assert.Equal(place < length ? place + 1 : 0, array[place]);
            array[place] = -place;
        }

        Assert.Equal(-(grown - 1), array[grown - 1]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_024)]
    [InlineData(1_500)]
    [InlineData(4_096)]
    public void Clear_EmptiesTheFirstPlaces_AndNoOther(int count)
    {
        var array = new ChunkedArray<int>(4_096);
        for (var place = 0; place < array.Length; place++)
        {
            array[place] = 7;
        }

        array.Clear(count);

        for (var place = 0; place < array.Length; place++)
        {
            Assert.Equal(place < count ? 0 : 7, array[place]);
        }
    }

    [Fact]
    public void DefaultValue_HasNoPlaces_AndGrows()
    {
        ChunkedArray<int> none = default;

        none.Clear(0);

        Assert.Equal(0, none.Length);
        Assert.Equal(0, none.Grow(16)[15]);
    }

    /// <summary>The reason why it exists: nothing of it is on the heap of large objects.</summary>
    [Theory]
    [InlineData(16)]
    [InlineData(1_024)]
    [InlineData(65_536)]
    public void NoPiece_IsALargeObject(int length)
    {
        var type = typeof(ChunkedArray<TenNumbers>);
        var field = type.GetField("_chunks", BindingFlags.NonPublic | BindingFlags.Instance);
        var chunks = Assert.IsType<TenNumbers[][]>(field!.GetValue(new ChunkedArray<TenNumbers>(length)));

        Assert.Equal(length, chunks.Sum(chunk => chunk.Length));
        Assert.All(chunks, chunk => Assert.True(chunk.Length * Unsafe.SizeOf<TenNumbers>() < LargeObject));
        Assert.True(chunks.Length * Unsafe.SizeOf<object>() < LargeObject);
    }

    [Fact]
    public void List_Filled_ReadsBack_AndIsEmptyAfterClear()
    {
        var list = new ChunkedList<string>(expected: 3);
        foreach (var size in new[] { 3, 5_000, 40_000, 10 })
        {
            for (var item = 0; item < size; item++)
            {
                list.Add($"{item}");
            }

            Assert.Equal(size, list.Count);
            for (var item = 0; item < size; item++)
            {
                Assert.Equal($"{item}", list[item]);
            }

            list.Clear();
            Assert.Equal(0, list.Count);
            list.Add("only");
            Assert.Equal("only", list[0]);
            Assert.True(list.Count == 1 && size < 3 || list[1] is null); // Nothing is kept alive.
            list.Clear();
        }
    }

    [InlineArray(10)]
    private struct TenNumbers
    {
        private long _first;
    }
}
