using System.Text;
using static Orleans.Groups.Checkers.Tests.History;

namespace Orleans.Groups.Checkers.Tests;

/// <summary>Writing logs, and reading them as they were left.</summary>
public sealed class LogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("groups-log-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Writer_EventsOfEveryKind_AreReadAgain()
    {
        var events = Cases.Good.Concat(Cases.Bad).SelectMany(static one => one.Write())
            .Append(new LogEvent.Publish("r", A, 1, "h", 1, "e", 1)).ToList();
        Assert.Empty(LogJson.Kinds.Except(events.Select(static e => e.Kind)));
        var path = PathOf("all");
        await using (var writer = new EventLogWriter(path))
        {
            events.ForEach(writer.Append);
        }

        using var reader = new EventLogReader(path);
        Assert.Equal(events.Select(static e => e.ToString()), reader.ReadAll().Select(static e => e.ToString()));
        Assert.Equal((0, 0, 0), (reader.UnknownKinds, reader.UnknownFields, reader.DamagedLines));
        Assert.False(reader.HasTornTail);
    }

    [Fact]
    public async Task Writer_ManyThreads_NumbersFollowAndNothingIsLost()
    {
        const int Threads = 8;
        const int PerThread = 5_000;
        var path = PathOf("threads");
        await using (var writer = new EventLogWriter(path))
        {
            await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
            {
                for (var index = 1; index <= PerThread; index++)
                {
                    writer.Append(new LogEvent.Deliver("r", $"{thread}", A, index, new string('h', 100), index));
                }
            })));
            Assert.Equal(Threads * PerThread, writer.LastSeq);
        }

        using var reader = new EventLogReader(path);
        var events = reader.ReadAll().Cast<LogEvent.Deliver>().ToList();
        Assert.Equal(Enumerable.Range(1, Threads * PerThread), events.Select(static e => (int)e.Seq));
        Assert.All(
            events.GroupBy(static e => e.Member),
            static one => Assert.Equal(Enumerable.Range(1, PerThread), one.Select(static e => (int)e.Num)));
        Assert.Null(reader.FirstDamage);
    }

    [Fact]
    public void Writer_Flushed_IsReadWhileItIsOpen()
    {
        var path = PathOf("open");
        var writer = new EventLogWriter(path);
        writer.Append(new LogEvent.Healed());
        writer.Flush();
        using var reader = new EventLogReader(path);
        Assert.Single(reader.ReadAll());
    }

    /// <summary>A process that is killed leaves any beginning of its log.</summary>
    [Fact]
    public void Reader_LogCutAnywhere_GivesTheWholeLinesBefore()
    {
        var lines = Cases.Good[0].Write().Select(static e => e.ToString()).ToList();
        var bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines) + '\n');
        for (var length = 0; length <= bytes.Length; length++)
        {
            using var reader = new EventLogReader(new MemoryStream(bytes, 0, length), "cut");
            var whole = bytes.AsSpan(0, length).Count((byte)'\n');
            Assert.Equal(lines.Take(whole), reader.ReadAll().Select(static e => e.ToString()));
            Assert.Equal(length > 0 && bytes[length - 1] != '\n', reader.HasTornTail);
            Assert.Equal(0, reader.DamagedLines);
        }
    }

    [Fact]
    public void Reader_LaterVersion_PassesOverKindsAndFields()
    {
        using var reader = Read(
            """
            {"kind":"Healed","seq":1,"t":1,"node":"","colour":"red"}
            {"kind":"Eclipse","seq":2,"t":2,"node":"","of":"moon"}
            {"seq":3,"t":3,"node":"a@1","why":{"kind":"x"},"kind":"NodeCrash"}

            """);
        Assert.Equal(["Healed", "NodeCrash"], reader.ReadAll().Select(static e => e.Kind));
        Assert.Equal((1, 2, 0), (reader.UnknownKinds, reader.UnknownFields, reader.DamagedLines));
    }

    [Theory]
    [InlineData("not json", "invalid")]
    [InlineData("""{"kind":"Seen","seq":2,"t":2,"node":"a@1"}""", "missing required")]
    [InlineData("""{"kind":"NodeStop","seq":2,"t":2,"node":"a@1","reason":null}""", "null")]
    [InlineData("""{"seq":2,"t":2,"node":"a@1"}""", "no kind")]
    [InlineData("""{"kind":"Healed","seq":1,"t":2,"node":""}""", "number 1 after 1")]
    public void Reader_DamagedLine_IsCountedAndDescribed(string line, string what)
    {
        var text = $$"""
            {"kind":"Healed","seq":1,"t":1,"node":""}
            {{line}}
            {"kind":"Healed","seq":3,"t":3,"node":""}

            """;
        using var reader = Read(text);
        Assert.Equal([1, 3], reader.ReadAll().Select(static e => e.Seq));
        Assert.Equal(1, reader.DamagedLines);
        Assert.StartsWith("test, line 2: ", reader.FirstDamage);
        Assert.Contains(what, reader.FirstDamage, StringComparison.OrdinalIgnoreCase);
        File.WriteAllText(PathOf("damaged"), text);
        var report = CheckerSuite.CheckFiles([PathOf("damaged")]);
        Assert.Equal([CheckerSuite.LogProperty], report.ViolationCounts.Keys);
    }

    [Fact]
    public void Suite_EmptyLog_IsRed()
    {
        var report = CheckerSuite.Check([]);
        Assert.Equal([CheckerSuite.LogProperty], report.ViolationCounts.Keys);
        var settings = new CheckSettings { Minimum = { ["Deliver"] = 4 } };
        Assert.True(CheckerSuite.Check(GiveTo(A, B, C), new CheckSettings { Minimum = { ["Deliver"] = 3 } }).IsClean);
        Assert.Contains("Deliver", Assert.Single(CheckerSuite.Check(GiveTo(A, B, C), settings).Violations).Sentence);
    }

    [Fact]
    public void Suite_Families_AreCheckedAlone()
    {
        var history = new History();
        history.Start("a@1", "b@1").Read("b@1", "g", A).Give(A, 1, B);
        var groups = new CheckSettings { Families = CheckFamilies.ProcessGroups };
        var rings = new CheckSettings { Families = CheckFamilies.Multicast };
        Assert.Equal(["P-S3"], CheckerSuite.Check(history.Events, groups).ViolationCounts.Keys);
        Assert.Equal(["G-S1", "G-S9"], CheckerSuite.Check(history.Events, rings).ViolationCounts.Keys);
    }

    private static IReadOnlyList<LogEvent> GiveTo(params string[] members)
    {
        var history = new History();
        return history.Ring().Say(A, 1).Give(A, 1, members).Events;
    }

    private static EventLogReader Read(string text) => new(new MemoryStream(Encoding.UTF8.GetBytes(text)), "test");

    private string PathOf(string name) => Path.Combine(_folder, $"{name}.ndjson");
}
