using System.Text;
using Orleans.Groups.ClientProgram;

namespace Orleans.Groups.Programs.Tests;

/// <summary>Lines on their way: batches, what is new in them, how they are read.</summary>
public sealed class LineTests
{
    private static readonly Guid Stream = new("0b3f5b0c-8f2c-4d56-9f6e-5f0a4bb2c1d0");

    [Fact]
    public void Batch_WrittenAndRead_IsTheSame()
    {
        var batch = Batch(7, "", "one", "zwei €", new string('x', 70_000));

        var read = LineBatch.TryRead(batch.ToPayload());

        Assert.NotNull(read);
        Assert.Equal(Stream, read.Stream);
        Assert.Equal(7, read.First);
        Assert.Equal(10, read.Last);
        Assert.Equal(batch.Lines.Select(Encoding.UTF8.GetString), read.Lines.Select(Encoding.UTF8.GetString));
    }

    [Fact]
    public void Batch_AnythingElse_IsNone()
    {
        var payload = Batch(1, "one", "two").ToPayload();

        Assert.Null(LineBatch.TryRead([]));
        Assert.Null(LineBatch.TryRead("hello, this is a text of somebody else, and quite long"u8));
        Assert.Null(LineBatch.TryRead(payload.AsSpan(0, LineBatch.HeaderBytes)));
        for (var length = 0; length < payload.Length; length++)
        {
            // The first line alone is a batch as well.
            var isWhole = length == LineBatch.HeaderBytes + LineBatch.LineBytes + 3;
            Assert.Equal(isWhole, LineBatch.TryRead(payload.AsSpan(0, length)) is not null);
        }
    }

    [Fact]
    public void Filter_BatchAgain_GivesOnlyWhatIsNew()
    {
        var filter = new LineFilter();

        Assert.Equal(["a", "b"], New(filter, Batch(1, "a", "b")));
        Assert.Empty(New(filter, Batch(1, "a", "b")));
        Assert.Equal(["c"], New(filter, Batch(2, "b", "c")));
        Assert.Empty(New(filter, Batch(1, "a")));
        Assert.Equal(["d"], New(filter, Batch(4, "d")));
        Assert.Equal(0, filter.Missing);
    }

    [Fact]
    public void Filter_Streams_DoNotMix()
    {
        var filter = new LineFilter();
        var other = Batch(1, "x") with { Stream = Guid.Empty };

        Assert.Equal(["a"], New(filter, Batch(1, "a")));
        Assert.Equal(["x"], New(filter, other));
    }

    [Fact]
    public void Filter_BeginningInTheMiddle_IsNoGapButALaterHoleIs()
    {
        var filter = new LineFilter();

        Assert.Equal(["e"], New(filter, Batch(5, "e")));
        Assert.Equal(0, filter.Missing);
        Assert.Equal(["h"], New(filter, Batch(8, "h")));
        Assert.Equal(2, filter.Missing);
    }

    [Fact]
    public async Task Input_Lines_AreNumberedAndKeepTheirBytes()
    {
        var input = new LineInput(Input("one\n\nthree\r\nfour"), 100, CancellationToken.None);

        var lines = await ReadAsync(input);

        Assert.Equal(["one", "", "three\r", "four"], lines);
    }

    [Fact]
    public async Task Input_ManyLines_MakeBatchesOfBoundedSize()
    {
        var all = Enumerable.Range(1, 20_000).Select(number => $"line {number}").ToList();
        var input = new LineInput(Input(string.Join('\n', all)), 100, CancellationToken.None);
        var next = 1L;
        var read = new List<string>();
        while (await input.ReadAsync(TestContext.Current.CancellationToken) is { } batch)
        {
            Assert.Equal(next, batch.First);
            Assert.True(batch.ToPayload().Length <= LineInput.BatchBytes + LineBatch.HeaderBytes);
            next = batch.Last + 1;
            read.AddRange(batch.Lines.Select(Encoding.UTF8.GetString));
        }

        Assert.Equal(all, read);
    }

    [Fact]
    public async Task Input_TooLongALine_IsRefusedAfterTheLinesBeforeIt()
    {
        var input = new LineInput(Input("short\ntoo long\n"), 5, CancellationToken.None);

        Assert.NotNull(await input.ReadAsync(CancellationToken.None));
        var error = await Assert.ThrowsAsync<ClientException>(() => input.ReadAsync(CancellationToken.None));
        Assert.Equal(ClientExitCode.Failed, error.Code);
    }

    private static MemoryStream Input(string text) => new(Encoding.UTF8.GetBytes(text));

    private static LineBatch Batch(long first, params string[] lines) =>
        new(Stream, first, [.. lines.Select(Encoding.UTF8.GetBytes)]);

    private static List<string> New(LineFilter filter, LineBatch batch) =>
        [.. filter.TakeNew(batch).Select(line => Encoding.UTF8.GetString(line.Line))];

    private static async Task<List<string>> ReadAsync(LineInput input)
    {
        var lines = new List<string>();
        while (await input.ReadAsync(TestContext.Current.CancellationToken) is { } batch)
        {
            lines.AddRange(batch.Lines.Select(Encoding.UTF8.GetString));
        }

        return lines;
    }
}
