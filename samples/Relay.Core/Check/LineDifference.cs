namespace Orleans.Groups.Samples.Relay;

/// <summary>
/// Finds a line of the input that a log lacks, or has too often, when sums have told that there is one. The lines are
/// sorted into buckets by their hashes, and only the first bucket that differs is looked at in detail, so that memory
/// stays small.
/// </summary>
internal static class LineDifference
{
    private const int Buckets = 1 << 16;

    /// <summary>One line that differs, in words.</summary>
    internal static string Describe(LineSource source, string path, IReadOnlyList<string> members)
    {
        var sums = new ulong[Buckets];
        ForEachOfInput(source, (_, hash) => sums[BucketOf(hash)] += hash | 1);
        ForEachOfLog(path, members, (_, hash) => sums[BucketOf(hash)] -= hash | 1);
        var bucket = Array.FindIndex(sums, sum => sum != 0);
        if (bucket < 0)
        {
            return "some of its texts are not those of the input";
        }

        var counts = new Dictionary<ulong, (long InInput, long InLog, long Line, long LogLine)>();
        ForEachOfInput(source, (line, hash) =>
        {
            if (BucketOf(hash) == bucket)
            {
                var seen = counts.GetValueOrDefault(hash);
                counts[hash] = seen with { InInput = seen.InInput + 1, Line = line };
            }
        });
        ForEachOfLog(path, members, (line, hash) =>
        {
            if (BucketOf(hash) == bucket)
            {
                var seen = counts.GetValueOrDefault(hash);
                counts[hash] = seen with { InLog = seen.InLog + 1, LogLine = line };
            }
        });
        var first = counts.Values.First(count => count.InInput != count.InLog);
        return first.InInput == 0
            ? $"line {first.LogLine} of the log is no line of the input"
            : $"the text of line {first.Line} of the input is in the input {first.InInput} times, "
                + $"in the log {first.InLog} times";
    }

    private static int BucketOf(ulong hash) => (int)(hash >> 48);

    private static void ForEachOfInput(LineSource source, Action<long, ulong> action)
    {
        using var reader = source.ReadFrom(0);
        for (var line = 1L; reader.TryRead(out var text); line++)
        {
            action(line, LineHash.Of(text));
        }
    }

    private static void ForEachOfLog(string path, IReadOnlyList<string> members, Action<long, ulong> action)
    {
        using var log = new MemberLogReader(path, members);
        while (log.TryRead(out var text))
        {
            if (log.Problem is null)
            {
                action(log.Line, LineHash.Of(text));
            }
        }
    }
}
