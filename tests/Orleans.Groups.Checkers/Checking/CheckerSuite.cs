namespace Orleans.Groups.Checkers;

/// <summary>Checks a run: one pass over its events, memory for what is open.</summary>
public static class CheckerSuite
{
    /// <summary>The property of a run that has too few events, or of a damaged log.</summary>
    public const string LogProperty = "LOG";

    /// <summary>Checks the log of a run of one process, whose numbers are the order in which things happened.</summary>
    public static CheckReport Check(IEnumerable<LogEvent> events, CheckSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(events);
        return Run(Number(events), isRealTime: true, settings ?? new CheckSettings(), static _ => []);
    }

    /// <summary>Checks the logs of a run of several processes.</summary>
    /// <param name="logs">One per process.</param>
    /// <param name="settings">What to check for; <see langword="null"/> for the defaults.</param>
    public static CheckReport CheckMerged(
        IReadOnlyList<IEnumerable<LogEvent>> logs,
        CheckSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(logs);
        var merge = new LogMerge(logs);
        return Run(merge.Merge(), isRealTime: false, settings ?? new CheckSettings(), _ => NotesOf(merge));
    }

    /// <summary>Checks log files: one as a run of one process, several merged.</summary>
    public static CheckReport CheckFiles(IReadOnlyList<string> paths, CheckSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        settings ??= new CheckSettings();
        var readers = paths.Select(static path => new EventLogReader(path)).ToList();
        try
        {
            if (readers.Count == 1)
            {
                var events = Number(readers[0].ReadAll());
                return Run(events, isRealTime: true, settings, findings => NotesOf(readers, findings));
            }

            var merge = new LogMerge(readers.Select(static reader => reader.ReadAll()));
            return Run(
                merge.Merge(),
                isRealTime: false,
                settings,
                findings => [.. NotesOf(readers, findings), .. NotesOf(merge)]);
        }
        finally
        {
            readers.ForEach(static reader => reader.Dispose());
        }
    }

    private static CheckReport Run(
        IEnumerable<LogEvent> events,
        bool isRealTime,
        CheckSettings settings,
        Func<Findings, IEnumerable<string>> notesOf)
    {
        var run = new CheckerRun(settings, isRealTime);
        foreach (var next in events)
        {
            run.Add(next);
        }

        return run.Finish(notesOf);
    }

    private static IEnumerable<LogEvent> Number(IEnumerable<LogEvent> events)
    {
        var order = 0L;
        foreach (var next in events)
        {
            next.Order = ++order;
            next.Log = 0;
            yield return next;
        }
    }

    private static IEnumerable<string> NotesOf(LogMerge merge)
    {
        if (merge.Forced > 0)
        {
            yield return $"{merge.Forced} events had to go before others that the logs do not have";
        }
    }

    private static List<string> NotesOf(List<EventLogReader> readers, Findings findings)
    {
        var notes = new List<string>();
        foreach (var reader in readers)
        {
            if (reader.HasTornTail)
            {
                notes.Add($"{reader.Name}: the last line is torn");
            }

            if (reader.UnknownKinds > 0 || reader.UnknownFields > 0)
            {
                notes.Add($"{reader.Name}: {reader.UnknownKinds} lines of unknown kinds and {reader.UnknownFields} "
                    + "unknown fields were passed over");
            }

            if (reader.DamagedLines > 0)
            {
                findings.Add(LogProperty, $"{reader.DamagedLines} damaged lines: {reader.FirstDamage}", []);
            }
        }

        return notes;
    }
}
