namespace Orleans.Groups.Checkers;

/// <summary>Makes one run of the logs of several processes, without looking at any clock.</summary>
/// <remarks>
/// <para>
/// Every log is in its own order. Between logs only what must be is certain: a message is sent before it is delivered,
/// a record is written before it is adopted, a table has its version before a copy has it. Of all the orders that keep
/// this, the merge takes one that favours the system: a proof comes as late as its own log allows, after the
/// deliveries that it is a proof of. So whatever a checker finds in the merged run has happened in every order that the
/// logs allow.
/// </para>
/// <para>
/// Where all logs wait for each other, something is missing or wrong. One goes on all the same, and the checkers see
/// it.
/// </para>
/// </remarks>
internal sealed class LogMerge
{
    private readonly List<Source> _sources;
    private readonly MergeFacts _facts = new();
    private long _order;

    internal LogMerge(IEnumerable<IEnumerable<LogEvent>> logs) =>
        _sources = [.. logs.Select(static (log, index) => new Source(log, index))];

    /// <summary>How often one log had to go on although what it waited for had not come.</summary>
    internal long Forced { get; private set; }

    /// <summary>All events; once.</summary>
    internal IEnumerable<LogEvent> Merge()
    {
        foreach (var source in _sources)
        {
            Advance(source);
        }

        foreach (var source in _sources.Where(static source => source.Head is LogEvent.NodeStart { Window: 0 }))
        {
            yield return Take(source); // So that it is known from the beginning what the logs carry.
        }

        while (_sources.Exists(static source => source.Head is not null))
        {
            var hasMoved = false;
            foreach (var source in _sources)
            {
                while (source.Head is { } head && head is not LogEvent.Quiesced && _facts.Allow(head))
                {
                    yield return Take(source);
                    hasMoved = true;
                }
            }

            if (hasMoved)
            {
                continue;
            }

            var isQuiet = _sources.Exists(static source => source.Head is LogEvent.Quiesced);
            var blocked = _sources.Find(source =>
                source.Head is not (null or LogEvent.Quiesced) && !(isQuiet && source.Head is LogEvent.NodeStart));
            if (blocked is not null)
            {
                Forced++;
                yield return Take(blocked);
                continue;
            }

            foreach (var quiet in TakeQuiet())
            {
                yield return quiet;
            }
        }
    }

    /// <summary>All that go on are quiet: the earliest window of any of them is over for all that say so.</summary>
    private IEnumerable<LogEvent> TakeQuiet()
    {
        var window = _sources.Select(static s => s.Head).OfType<LogEvent.Quiesced>().Min(static q => q.Window);
        var isFirst = true;
        foreach (var source in _sources)
        {
            if (source.Head is LogEvent.Quiesced quiet && quiet.Window == window)
            {
                if (isFirst)
                {
                    isFirst = false;
                    yield return Take(source);
                }
                else
                {
                    Advance(source);
                }
            }
        }
    }

    private LogEvent Take(Source source)
    {
        var taken = source.Head!;
        taken.Order = ++_order;
        _facts.Note(taken);
        Advance(source);
        return taken;
    }

    private void Advance(Source source)
    {
        source.Next();
        if (source.Head is null)
        {
            _facts.End(source.Index);
        }
    }

    private sealed class Source(IEnumerable<LogEvent> log, int index)
    {
        private readonly IEnumerator<LogEvent> _events = log.GetEnumerator();

        internal int Index { get; } = index;

        internal LogEvent? Head { get; private set; }

        internal void Next()
        {
            Head = _events.MoveNext() ? _events.Current : null;
            if (Head is not null)
            {
                Head.Log = Index;
            }
        }
    }
}
