using System.Collections.Immutable;

namespace Orleans.Groups.Samples.Relay;

/// <summary>What the check needs to know beside the files.</summary>
/// <param name="Folder">Where the logs are.</param>
/// <param name="Source">The input.</param>
/// <param name="Members">Who ever lived.</param>
/// <param name="Anchor">The member that was there from the start to the end; all others are compared with it.</param>
internal sealed record CheckSubject(
    string Folder,
    LineSource Source,
    ImmutableArray<MemberFacts> Members,
    string Anchor);

/// <summary>What the check found out about one member.</summary>
/// <param name="Name">Who.</param>
/// <param name="Messages">Lines of its log.</param>
/// <param name="Violations">What is wrong with it.</param>
internal sealed record MemberVerdict(string Name, long Messages, int Violations);

/// <summary>The outcome of the check.</summary>
/// <param name="Verdicts">One per member.</param>
/// <param name="Violations">Everything that is wrong.</param>
internal sealed record CheckReport(ImmutableArray<MemberVerdict> Verdicts, ImmutableArray<Violation> Violations);

/// <summary>
/// Checks the output of a run from the files alone. Memory does not depend on their size: streams are compared by sums
/// of hashes, and only where they differ the files are read again to say where.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Every log is well-formed, its last line too; per sender its numbers rise by one, without gap or duplicate.
/// </item>
/// <item>Who was there from the start has every sender from number 1.</item>
/// <item>Survivors agree: the same texts under the same numbers, up to the same last number. Who joined has all but
/// what was sent before; who was killed or left has nothing that the survivors have not, except what a killed sender
/// told only those that are gone.</item>
/// <item>Who stayed or left properly lost nothing: all that is in its own log of itself, everybody has.</item>
/// <item>Who was there from the start to the end has every line of the input exactly once.</item>
/// </list>
/// </remarks>
internal sealed class LogChecker
{
    private readonly CheckSubject _subject;
    private readonly string[] _names;
    private readonly List<Violation> _violations = [];

    private LogChecker(CheckSubject subject)
    {
        _subject = subject;
        _names = [.. subject.Members.Select(m => m.Name)];
    }

    /// <summary>Reads the logs of a run.</summary>
    internal static CheckReport Check(CheckSubject subject) => new LogChecker(subject).Check();

    private CheckReport Check()
    {
        var members = _subject.Members;
        var summaries = new LogSummary?[members.Length];
        var anchor = Array.IndexOf(_names, _subject.Anchor);
        summaries[anchor] = Read(anchor, static _ => long.MaxValue);
        if (summaries[anchor] is { } reference)
        {
            // Whoever was killed may have more of a killed sender; the sums are compared as far as both have it.
            Parallel.For(0, members.Length, index =>
            {
                if (index != anchor)
                {
                    summaries[index] = Read(index, sender => reference[sender].Last);
                }
            });
            CheckLines(anchor, reference);
            Compare(anchor, summaries);
        }

        return new CheckReport(
            [.. members.Select((m, i) => new MemberVerdict(
                m.Name,
                summaries[i]?.Messages ?? 0,
                _violations.Count(v => v.Member == m.Name)))],
            [.. _violations]);
    }

    private LogSummary? Read(int index, Func<int, long> limitOf)
    {
        var path = OutputFolder.LogPath(_subject.Folder, _names[index]);
        try
        {
            var summary = LogSummary.Read(path, _names, limitOf);
            foreach (var problem in summary.Problems)
            {
                Report(index, problem);
            }

            if (summary.ProblemCount > summary.Problems.Count)
            {
                Report(index, $"and {summary.ProblemCount - summary.Problems.Count} more of that kind");
            }

            return summary;
        }
        catch (IOException error)
        {
            Report(index, $"the log cannot be read: {error.Message}");
            return null;
        }
    }

    /// <summary>Rule 5, for the anchor; the others are compared with it.</summary>
    private void CheckLines(int anchor, LogSummary reference)
    {
        var source = _subject.Source;
        if (reference.Messages != source.Lines)
        {
            Report(anchor, $"the input has {source.Lines} lines, but the log has {reference.Messages}");
        }

        if (reference.TextSum != source.HashSum || reference.Messages != source.Lines)
        {
            var path = OutputFolder.LogPath(_subject.Folder, _names[anchor]);
            Report(anchor, LineDifference.Describe(source, path, _names));
        }
    }

    private void Compare(int anchor, LogSummary?[] summaries)
    {
        var reference = summaries[anchor]!;
        var cuts = new PrefixSums(reference, _names.Length);
        foreach (var summary in summaries.OfType<LogSummary>())
        {
            for (var sender = 0; sender < _names.Length; sender++)
            {
                cuts.Want(sender, summary[sender].First - 1);
                cuts.Want(sender, Math.Min(summary[sender].Last, reference[sender].Last));
            }
        }

        cuts.Read(OutputFolder.LogPath(_subject.Folder, _names[anchor]), _names);
        for (var index = 0; index < summaries.Length; index++)
        {
            if (summaries[index] is { } summary)
            {
                CheckCount(index, summary);
                for (var sender = 0; sender < _names.Length; sender++)
                {
                    Compare(index, sender, summary[sender], reference[sender], cuts);
                }
            }
        }
    }

    private void CheckCount(int index, LogSummary summary)
    {
        var facts = _subject.Members[index];
        var due = _subject.Source.Lines - facts.JoinedAt;
        if (!facts.FromStart && facts.End == MemberEnd.Alive && summary.Messages != due)
        {
            Report(
                index,
                $"it joined at {facts.JoinedAt}, so that {due} messages are due, but it has {summary.Messages}");
        }
    }

    private void Compare(int index, int sender, StreamSum stream, StreamSum reference, PrefixSums cuts)
    {
        var (facts, name) = (_subject.Members[index], _names[sender]);
        if (facts.FromStart && stream.First > 1)
        {
            Report(index, $"its first message of {name} is number {stream.First}, but it was there from the start");
        }

        if (facts.End == MemberEnd.Alive && (facts.FromStart || stream.First > 0) && stream.Last < reference.Last)
        {
            Report(
                index,
                $"it has {name} up to number {stream.Last}, but {_subject.Anchor} has it up to {reference.Last}");
        }

        var mayHaveMore = _subject.Members[sender].End == MemberEnd.Killed && facts.End != MemberEnd.Alive;
        if (stream.Last > reference.Last && !mayHaveMore)
        {
            Report(
                index,
                $"it has {name} up to number {stream.Last}, but {_subject.Anchor} only up to {reference.Last}: "
                + (sender == index ? "what it sent was lost" : "survivors do not agree, or something was lost"));
        }

        var last = Math.Min(stream.Last, reference.Last);
        if (stream.First > 0 && stream.First <= last
            && stream.Sum != cuts.Between(sender, stream.First, last))
        {
            var difference = StreamDifference.Describe(
                OutputFolder.LogPath(_subject.Folder, _names[index]),
                OutputFolder.LogPath(_subject.Folder, _subject.Anchor),
                _names,
                sender);
            if (difference is not null)
            {
                Report(index, $"it does not agree with {_subject.Anchor}: {difference}");
            }
        }
    }

    private void Report(int member, string text)
    {
        lock (_violations)
        {
            _violations.Add(new Violation(_names[member], text));
        }
    }
}
