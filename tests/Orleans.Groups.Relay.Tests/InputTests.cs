using System.Text;

namespace Orleans.Groups.Relay.Tests;

public sealed class InputTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", 0)]
    [InlineData("\n", 1)]
    [InlineData("\n\n", 2)]
    [InlineData("a", 1)]
    [InlineData("a\n", 1)]
    [InlineData("a\nb", 2)]
    [InlineData("a\r\n\r\nb\r", 3)]
    [InlineData("\0\n\u00e9\ud83d\ude00\n\t", 3)]
    public void Lines_OfAnyText_AreThoseBetweenLineFeeds(string text, int count)
    {
        using var source = Open(_folder.Write("in", text));

        var expected = text.Length == 0 ? [] : (text.EndsWith('\n') ? text[..^1] : text).Split('\n');
        Assert.Equal(count, source.Lines);
        Assert.Equal(expected, ReadAll(source, 0));
        Assert.Equal(expected.Select(l => Encoding.UTF8.GetByteCount(l)).DefaultIfEmpty(0).Max(), source.LongestBytes);
    }

    [Fact]
    public void ReadFrom_AnyLine_ContinuesThere()
    {
        var lines = Enumerable.Range(0, 3_000).Select(i => new string('x', i % 97) + i).ToArray();
        using var source = Open(_folder.Write("in", string.Join('\n', lines)));

        foreach (var line in new[] { 0, 1, 63, 64, 65, 1_000, 2_999, 3_000 })
        {
            Assert.Equal(lines.Skip(line), ReadAll(source, line));
        }
    }

    [Fact]
    public void Index_OfMoreLinesThanItHolds_StaysSmallAndRight()
    {
        var index = new LineIndex();
        for (var line = 0L; line < 3_000_000; line++)
        {
            index.Add(line, line * 10);
        }

        foreach (var line in new[] { 0L, 1, 999, 1_000_000, 2_999_999 })
        {
            var (marked, offset) = index.Before(line);
            Assert.Equal(marked * 10, offset);
            Assert.InRange(line - marked, 0, index.Stride - 1);
        }

        Assert.InRange(index.Stride, 512, 1_024);
    }

    [Fact]
    public void Lines_LongerThanTheBuffer_AreRead()
    {
        string[] lines = [new('a', 500_000), "", new('b', 128 * 1024), "c"];
        using var source = Open(_folder.Write("in", string.Join('\n', lines)));

        Assert.Equal(lines, ReadAll(source, 0));
    }

    [Fact]
    public void StandardInput_Always_IsCopiedAndTheCopyRemoved()
    {
        var source = LineSource.Open("-", 100, () => new MemoryStream("a\nb"u8.ToArray()), CancellationToken.None);

        Assert.Equal(["a", "b"], ReadAll(source, 0));
        source.Dispose();
        Assert.False(File.Exists(source.Path));
    }

    [Fact]
    public void Messages_OfAnyLength_CarryLineAndText()
    {
        var writer = new LineMessageWriter();
        var messages = Enumerable.Range(0, 20_000)
            .Select(i => writer.Write(i, new byte[(i % 50) + (i % 777 == 0 ? 20_000 : 0)]))
            .ToList();

        for (var i = 0; i < messages.Count; i++)
        {
            Assert.True(LineMessage.TryRead(messages[i].Span, out var line, out var text));
            Assert.Equal(i, line);
            Assert.Equal((i % 50) + (i % 777 == 0 ? 20_000 : 0), text.Length);
        }

        Assert.False(LineMessage.TryRead(new byte[7], out _, out _));
        Assert.False(LineMessage.TryRead([255, 255, 255, 255, 255, 255, 255, 255], out _, out _));
    }

    [Fact]
    public void Log_WrittenAndRead_IsTheSame()
    {
        var path = _folder["n1.log"];
        var log = new MemberLog(path);
        var texts = Enumerable.Range(1, 5_000)
            .Select(i => i % 1_000 == 0 ? new string('z', 300_000) : $"text\t{i}").ToList();
        for (var i = 0; i < texts.Count; i++)
        {
            log.Append("n1"u8, i + 1, Encoding.UTF8.GetBytes(texts[i]));
        }

        log.Dispose();
        log.Append("n1"u8, 1, "after the end"u8);
        log.Dispose();

        using var reader = new MemberLogReader(path, ["n0", "n1"]);
        for (var i = 0; i < texts.Count; i++)
        {
            Assert.True(reader.TryRead(out var text));
            Assert.Null(reader.Problem);
            Assert.Equal((1, i + 1L, i + 1L), (reader.Sender, reader.Number, reader.Line));
            Assert.Equal(texts[i], Encoding.UTF8.GetString(text));
        }

        Assert.False(reader.TryRead(out _));
    }

    [Theory]
    [InlineData("n1\t1\tcut off")]
    [InlineData("n1\tx\ttext\n")]
    [InlineData("n1\t0\ttext\n")]
    [InlineData("n1\t-1\ttext\n")]
    [InlineData("n1\t+1\ttext\n")]
    [InlineData("n1\t1\n")]
    [InlineData("n1\t1x\ttext\n")]
    [InlineData("n2\t1\ttext\n")]
    [InlineData("\t1\ttext\n")]
    [InlineData("text\n")]
    [InlineData("\n")]
    public void Log_LineOfAnotherForm_IsAProblem(string line)
    {
        using var reader = new MemberLogReader(_folder.Write("n1.log", line), ["n1"]);

        Assert.True(reader.TryRead(out _));
        Assert.NotNull(reader.Problem);
    }

    private static LineSource Open(string path) =>
        LineSource.Open(path, int.MaxValue - 1, () => Stream.Null, CancellationToken.None);

    private static List<string> ReadAll(LineSource source, long from)
    {
        using var reader = source.ReadFrom(from);
        var lines = new List<string>();
        while (reader.TryRead(out var line))
        {
            lines.Add(Encoding.UTF8.GetString(line));
        }

        return lines;
    }
}
