using System.Collections.Immutable;

namespace Orleans.Groups.Checkers;

/// <summary>Checks a run while it goes on: events in order, each once.</summary>
internal sealed class CheckerRun
{
    private readonly CheckSettings _settings;
    private readonly Findings _findings;
    private readonly RunModel _run;
    private readonly GroupsModel? _groups;
    private readonly RingsModel? _rings;
    private readonly Checker[] _checkers;
    private readonly Dictionary<Type, long> _counts = [];

    /// <summary>Begins a run.</summary>
    /// <param name="settings">What to check for.</param>
    /// <param name="isRealTime">Whether the order of the events is the order in which they happened.</param>
    internal CheckerRun(CheckSettings settings, bool isRealTime)
    {
        _settings = settings;
        _findings = new Findings(settings.MaxKeptPerProperty);
        _run = new RunModel(settings, isRealTime);
        _groups = settings.Families.HasFlag(CheckFamilies.ProcessGroups) ? new GroupsModel(_run) : null;
        _rings = settings.Families.HasFlag(CheckFamilies.Multicast) ? new RingsModel(_run) : null;
        _checkers =
        [
            .. _groups is null ? [] : GroupsCheckers.All(_run, _groups),
            .. _rings is null ? [] : RingCheckers.All(_run, _rings),
        ];
        Array.ForEach(_checkers, checker => checker.ReportTo(_findings));
    }

    /// <summary>What was found so far.</summary>
    internal Findings Findings => _findings;

    /// <summary>The next event.</summary>
    internal void Add(LogEvent next)
    {
        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_counts, next.GetType(), out _)++;
        foreach (var checker in _checkers)
        {
            checker.Check(next);
        }

        _groups?.Apply(next);
        _rings?.Apply(next);
        _run.Apply(next);
    }

    /// <summary>The run is over.</summary>
    internal CheckReport Finish(Func<Findings, IEnumerable<string>> notesOf)
    {
        Array.ForEach(_checkers, static checker => checker.Finish());
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (type, count) in _counts)
        {
            counts.Add(type.Name, count);
        }

        foreach (var (kind, least) in _settings.Minimum)
        {
            var count = kind == "*" ? counts.Values.Sum() : counts.GetValueOrDefault(kind);
            if (count < least)
            {
                var sentence = $"There are {count} events of kind {kind}, and at least {least} are demanded.";
                _findings.Add(CheckerSuite.LogProperty, sentence, []);
            }
        }

        var notes = notesOf(_findings).ToImmutableArray();
        return new CheckReport([.. _findings.Kept], _findings.Counts, counts, notes);
    }
}
