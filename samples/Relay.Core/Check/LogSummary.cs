namespace Orleans.Groups.Samples.Relay;

/// <summary>One log, read once: what it has of each sender, and what is wrong with it by itself.</summary>
internal sealed class LogSummary
{
    private const int MaxProblems = 5;
    private readonly StreamSum[] _streams;

    private LogSummary(StreamSum[] streams) => _streams = streams;

    /// <summary>Number of messages.</summary>
    internal long Messages { get; private set; }

    /// <summary>Sum of the hashes of all texts, whatever their order.</summary>
    internal ulong TextSum { get; private set; }

    /// <summary>What is wrong; the first few.</summary>
    internal List<string> Problems { get; } = [];

    /// <summary>How much is wrong.</summary>
    internal long ProblemCount { get; private set; }

    /// <summary>What it has of a sender, by the sender's index.</summary>
    internal StreamSum this[int sender] => _streams[sender];

    /// <summary>Reads a log.</summary>
    /// <param name="path">The file.</param>
    /// <param name="members">The names of all members.</param>
    /// <param name="limitOf">Up to which number the messages of a sender are summed up.</param>
    internal static LogSummary Read(string path, IReadOnlyList<string> members, Func<int, long> limitOf)
    {
        var streams = Enumerable.Range(0, members.Count).Select(s => new StreamSum { Limit = limitOf(s) });
        var summary = new LogSummary([.. streams]);
        using var log = new MemberLogReader(path, members);
        while (log.TryRead(out var text))
        {
            if (log.Problem is { } problem)
            {
                summary.Note($"line {log.Line} of the log {problem}");
                continue;
            }

            var hash = LineHash.Of(text);
            summary.Messages++;
            summary.TextSum += hash;
            if (summary._streams[log.Sender].Add(log.Number, hash) is { } wrong)
            {
                summary.Note($"line {log.Line} of the log: number {log.Number} of {members[log.Sender]} {wrong}");
            }
        }

        return summary;
    }

    private void Note(string problem)
    {
        ProblemCount++;
        if (Problems.Count < MaxProblems)
        {
            Problems.Add(problem);
        }
    }
}
