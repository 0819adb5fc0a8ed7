using System.Text;

namespace Orleans.Groups.Relay.Tests;

/// <summary>
/// Checks the output of a run once more, in another way than the program does: with everything in memory, and with
/// lines of the input that all differ, so that each message is known to be a certain line.
/// </summary>
internal sealed class OutputVerifier
{
    private readonly Dictionary<string, List<(string Sender, long Number, string Text)>> _logs = [];
    private readonly Dictionary<string, int> _lineOf;
    private readonly string[] _lines;
    private readonly int _senders;

    private OutputVerifier(string folder, string[] lines, int senders)
    {
        _lines = lines;
        _senders = senders;
        _lineOf = lines.Select((text, line) => (text, line)).ToDictionary(l => l.text, l => l.line);
        Members = [.. File.ReadLines(Path.Combine(folder, "members.tsv")).Select(line => line.Split('\t'))
            .Select(f => (f[0], long.Parse(f[1]), f[2]))];
        foreach (var (name, _, _) in Members)
        {
            _logs.Add(name, ReadLog(Path.Combine(folder, $"{name}.log")));
        }
    }

    private List<(string Name, long JoinedAt, string Ended)> Members { get; }

    /// <summary>Checks everything that the issue promises of the output.</summary>
    internal static void Verify(string folder, string[] lines, int nodes, int senders, int kill, int join, int leave)
    {
        var verifier = new OutputVerifier(folder, lines, senders);
        Assert.Equal(nodes + join, verifier.Members.Count);
        Assert.Equal(kill, verifier.Members.Count(m => m.Ended == "killed"));
        Assert.Equal(leave, verifier.Members.Count(m => m.Ended == "left"));
        Assert.Equal(nodes + join - kill - leave, verifier.Members.Count(m => m.Ended == "alive"));
        verifier.VerifyNumbers();
        verifier.VerifySurvivors(nodes);
        verifier.VerifyJoiners(nodes);
        verifier.VerifyTheGone(nodes);
    }

    private static List<(string Sender, long Number, string Text)> ReadLog(string path)
    {
        var text = File.ReadAllText(path, new UTF8Encoding(false, throwOnInvalidBytes: true));
        Assert.True(text.Length == 0 || text[^1] == '\n');
        return [.. text.Split('\n').SkipLast(1).Select(line => line.Split('\t', 3))
            .Select(f => (f[0], long.Parse(f[1]), f[2]))];
    }

    private bool IsStarter(string name, int nodes) => Members.FindIndex(m => m.Name == name) < nodes;

    private Dictionary<string, List<(long Number, string Text)>> StreamsOf(string member) =>
        _logs[member].GroupBy(m => m.Sender).ToDictionary(g => g.Key, g => g.Select(m => (m.Number, m.Text)).ToList());

    private void VerifyNumbers()
    {
        foreach (var (name, joinedAt, _) in Members)
        {
            foreach (var (sender, stream) in StreamsOf(name))
            {
                var first = stream[0].Number;
                Assert.Equal(Enumerable.Range(0, stream.Count).Select(i => first + i), stream.Select(m => m.Number));
                Assert.True(joinedAt > 0 || first == 1, $"{name} has {sender} from {first}");
            }

            Assert.Equal(_logs[name].Count, _logs[name].Select(m => m.Text).Distinct().Count());
        }
    }

    private void VerifySurvivors(int nodes)
    {
        var ended = Members.Where(m => m.Ended != "alive").Select(m => m.Name).ToHashSet();
        foreach (var (name, _, _) in Members.Take(nodes).Where(m => m.Ended == "alive"))
        {
            Assert.Equal(_lines.Length, _logs[name].Count);
            Assert.Equal(
                _lines.Order(StringComparer.Ordinal),
                _logs[name].Select(m => m.Text).Order(StringComparer.Ordinal));
            foreach (var (sender, _, text) in _logs[name])
            {
                var owner = $"n{(_lineOf[text] % _senders) + 1}";
                Assert.True(sender == owner || ended.Contains(owner), $"{sender} sent '{text}' of {owner}");
                Assert.True(IsStarter(sender, nodes));
            }
        }

        var alive = Members.Where(m => m.Ended == "alive").Select(m => StreamsOf(m.Name)).ToList();
        foreach (var (sender, stream) in alive[0])
        {
            foreach (var other in alive.Where(other => other.ContainsKey(sender)))
            {
                // Who joined has the end of what the others have.
                var shorter = Math.Min(stream.Count, other[sender].Count);
                Assert.Equal(stream.TakeLast(shorter), other[sender].TakeLast(shorter));
            }
        }
    }

    private void VerifyJoiners(int nodes)
    {
        foreach (var (name, joinedAt, ended) in Members.Skip(nodes))
        {
            Assert.InRange(joinedAt, 0, _lines.Length);
            Assert.True(ended != "alive" || joinedAt + _logs[name].Count == _lines.Length);
        }
    }

    private void VerifyTheGone(int nodes)
    {
        var anchor = StreamsOf(Members.Take(nodes).First(m => m.Ended == "alive").Name);
        foreach (var (name, _, ended) in Members.Where(m => m.Ended != "alive"))
        {
            foreach (var (sender, stream) in StreamsOf(name))
            {
                var all = anchor.GetValueOrDefault(sender) ?? [];
                Assert.Equal(stream.Where(m => m.Number <= all.Count), all.Where(m => Has(stream, m.Number)));
                var senderEnded = Members.Find(m => m.Name == sender).Ended;
                Assert.True(stream[^1].Number <= all.Count || senderEnded == "killed", $"{name} has more of {sender}");
            }

            if (ended == "left" && StreamsOf(name).TryGetValue(name, out var own))
            {
                Assert.Equal(own, anchor[name]);
            }
        }

        static bool Has(List<(long Number, string Text)> stream, long number) =>
            number >= stream[0].Number && number <= stream[^1].Number;
    }
}
