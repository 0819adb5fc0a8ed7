namespace Orleans.Groups.Relay.Tests;

/// <summary>Logs made by hand: the good ones pass, and each kind of fault is found and named.</summary>
public sealed class CheckerTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, List<string>> _logs = [];
    private readonly List<MemberFacts> _members = [];

    /// <summary>Lines 0 to 5; n1 and n2 send three each; n3 only listens.</summary>
    public CheckerTests()
    {
        foreach (var name in new[] { "n1", "n2", "n3" })
        {
            Add(name, MemberEnd.Alive, "n1 1 zero", "n2 1 one", "n1 2 two", "n2 2 three", "n1 3 four", "n2 3 five");
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Check_GoodLogs_Pass()
    {
        _logs["n3"] = ["n2 1 one", "n2 2 three", "n1 1 zero", "n1 2 two", "n2 3 five", "n1 3 four"];

        var report = Check();

        Assert.Empty(report.Violations);
        Assert.Equal([6, 6, 6], report.Verdicts.Select(v => v.Messages));
    }

    [Fact]
    public void Check_GoodRunWithEverybody_Passes()
    {
        End("n2", MemberEnd.Killed);
        foreach (var name in new[] { "n1", "n3" })
        {
            _logs[name] = ["n1 1 zero", "n2 1 one", "n1 2 two", "n1 3 four", "n1 4 three", "n1 5 five"];
        }

        // Told two lines to itself only, and missed the end.
        _logs["n2"] = ["n2 1 one", "n2 2 three", "n2 3 five", "n1 1 zero"];
        Add("n4", MemberEnd.Left, joinedAt: 2, "n1 2 two", "n1 3 four");
        Add("n5", MemberEnd.Alive, joinedAt: 3, "n1 3 four", "n1 4 three", "n1 5 five");
        Add("n6", MemberEnd.Killed, joinedAt: 6);
        Add("n7", MemberEnd.Alive, joinedAt: 6);

        Assert.Empty(Check().Violations);
    }

    [Fact]
    public void Check_Gap_IsNamed()
    {
        _logs["n3"].Remove("n1 2 two");

        AssertFinds("n3", "line 4 of the log: number 3 of n1 follows number 1: a gap");
    }

    [Fact]
    public void Check_Duplicate_IsNamed()
    {
        _logs["n3"].Insert(3, "n1 2 two");

        AssertFinds("n3", "line 4 of the log: number 2 of n1 comes twice");
    }

    [Fact]
    public void Check_OutOfOrder_IsNamed()
    {
        (_logs["n3"][0], _logs["n3"][2]) = (_logs["n3"][2], _logs["n3"][0]);

        AssertFinds("n3", "number 1 of n1 follows number 2: out of order, or twice");
    }

    [Fact]
    public void Check_LateStartOfAStarter_IsNamed()
    {
        _logs["n3"].Remove("n1 1 zero");

        AssertFinds("n3", "its first message of n1 is number 2, but it was there from the start");
    }

    [Fact]
    public void Check_AnotherText_IsNamed()
    {
        _logs["n3"][3] = "n2 2 drei";

        AssertFinds("n3", "it does not agree with n1: number 2 of n2 (line 4 here, line 4 there) has another text");
    }

    [Fact]
    public void Check_TextsExchanged_IsNamed()
    {
        (_logs["n3"][0], _logs["n3"][2]) = ("n1 1 two", "n1 2 zero");

        AssertFinds("n3", "number 1 of n1");
    }

    [Fact]
    public void Check_EndMissing_IsNamed()
    {
        _logs["n3"].RemoveAt(5);

        AssertFinds("n3", "it has n2 up to number 2, but n1 has it up to 3");
    }

    [Fact]
    public void Check_SenderMissing_IsNamed()
    {
        _logs["n3"].RemoveAll(line => line.StartsWith("n2", StringComparison.Ordinal));

        AssertFinds("n3", "it has n2 up to number 0, but n1 has it up to 3");
    }

    [Fact]
    public void Check_LineLostEverywhere_IsNamed()
    {
        foreach (var log in _logs.Values)
        {
            log.RemoveAt(5);
        }

        AssertFinds("n1", "the input has 6 lines, but the log has 5");
        AssertFinds("n1", "the text of line 6 of the input is in the input 1 times, in the log 0 times");
    }

    [Fact]
    public void Check_LineTwiceEverywhere_IsNamed()
    {
        foreach (var log in _logs.Values)
        {
            log.Add("n1 4 five");
        }

        AssertFinds("n1", "the input has 6 lines, but the log has 7");
        AssertFinds("n1", "the text of line 6 of the input is in the input 1 times, in the log 2 times");
    }

    [Fact]
    public void Check_OneLineForAnotherEverywhere_IsNamed()
    {
        foreach (var log in _logs.Values)
        {
            log[5] = "n2 3 one";
        }

        AssertFinds("n1", "of the input is in the input 1 times");
    }

    [Fact]
    public void Check_TextOfNoLine_IsNamed()
    {
        foreach (var log in _logs.Values)
        {
            log[5] = "n2 3 nonsense";
            log.Add("n2 4 five");
        }

        AssertFinds("n1", "line 6 of the log is no line of the input");
    }

    [Fact]
    public void Check_LostFromASenderThatLeft_IsNamed()
    {
        End("n2", MemberEnd.Left);
        _logs["n2"].Add("n2 4 lost");

        AssertFinds("n2", "it has n2 up to number 4, but n1 only up to 3: what it sent was lost");
    }

    [Fact]
    public void Check_SurvivorWithMoreOfAKilledSender_IsNamed()
    {
        End("n2", MemberEnd.Killed);
        _logs["n3"].Add("n2 4 lost");

        AssertFinds("n3", "it has n2 up to number 4, but n1 only up to 3: survivors do not agree");
    }

    [Fact]
    public void Check_KilledMemberWithAnotherText_IsNamed()
    {
        End("n3", MemberEnd.Killed);
        _logs["n3"] = ["n1 1 zero", "n2 1 eins"];

        AssertFinds("n3", "number 1 of n2");
    }

    [Fact]
    public void Check_JoinerWithAHole_IsNamed()
    {
        Add("n4", MemberEnd.Alive, joinedAt: 2, "n1 2 two", "n2 2 three", "n1 3 four");

        AssertFinds("n4", "it joined at 2, so that 4 messages are due, but it has 3");
        AssertFinds("n4", "it has n2 up to number 2, but n1 has it up to 3");
    }

    [Fact]
    public void Check_JoinerWithAnotherText_IsNamed()
    {
        Add("n4", MemberEnd.Alive, joinedAt: 4, "n1 3 vier", "n2 3 five");

        AssertFinds("n4", "it does not agree with n1: number 3 of n1 (line 1 here, line 5 there) has another text");
    }

    [Fact]
    public void Check_MissingLog_IsNamed()
    {
        _logs.Remove("n3");

        AssertFinds("n3", "the log cannot be read");
    }

    [Theory]
    [InlineData("n9 1 text", "line 7 of the log does not begin with the name of a member")]
    [InlineData("n1 x text", "line 7 of the log has no message number")]
    public void Check_StrangeLine_IsNamed(string line, string problem)
    {
        _logs["n3"].Add(line);

        AssertFinds("n3", problem);
    }

    [Fact]
    public void Check_LastLineCutOff_IsNamed()
    {
        _logs["n3"][5] += "\u0001"; // Stands for a line without its end; see Check.

        AssertFinds("n3", "line 6 of the log is cut off");
    }

    [Fact]
    public void Check_ManyFaults_AreCountedButNotAllTold()
    {
        _logs["n3"] = [.. Enumerable.Range(1, 100).Select(i => $"n1 {2 * i} x")];

        AssertFinds("n3", "and 94 more of that kind");
    }

    private void Add(string name, MemberEnd end, params string[] lines) => Add(name, end, joinedAt: -1, lines);

    private void Add(string name, MemberEnd end, long joinedAt, params string[] lines)
    {
        _members.Add(new MemberFacts(name, joinedAt < 0, Math.Max(joinedAt, 0), end, null));
        _logs.Add(name, [.. lines]);
    }

    private void End(string name, MemberEnd end)
    {
        var index = _members.FindIndex(m => m.Name == name);
        _members[index] = _members[index] with { End = end };
    }

    private void AssertFinds(string member, string text)
    {
        var violations = Check().Violations;
        Assert.True(
            violations.Any(v => v.Member == member && v.Text.Contains(text, StringComparison.Ordinal)),
            string.Join('\n', violations));
    }

    private CheckReport Check()
    {
        foreach (var (name, lines) in _logs)
        {
            var text = string.Concat(lines.Select(line => string.Join('\t', line.Split(' ')) + "\n"));
            _folder.Write($"{name}.log", text.Replace("\u0001\n", "", StringComparison.Ordinal));
        }

        using var source = LineSource.Open(
            _folder.Write("input", "zero\none\ntwo\nthree\nfour\nfive\n"),
            100,
            () => Stream.Null,
            CancellationToken.None);
        return LogChecker.Check(new CheckSubject(_folder.Path, source, [.. _members], "n1"));
    }
}
