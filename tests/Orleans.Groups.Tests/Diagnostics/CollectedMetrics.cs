using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Orleans.Groups.Tests;

/// <summary>All that the meter of one silo says, from when this was made.</summary>
internal sealed class CollectedMetrics : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, Instrument> _instruments = new();
    private readonly ConcurrentQueue<(string Name, double Value, Dictionary<string, string> Tags)> _values = new();

    internal CollectedMetrics(IMeterFactory factory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == GroupsDiagnostics.MeterName && instrument.Meter.Scope == factory)
            {
                _instruments[instrument.Name] = instrument;
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((of, value, tags, _) => Add(of, value, tags));
        _listener.SetMeasurementEventCallback<double>((of, value, tags, _) => Add(of, value, tags));
        _listener.Start();
    }

    /// <summary>All instruments, by name.</summary>
    internal IReadOnlyDictionary<string, Instrument> Instruments => _instruments;

    /// <summary>All measurements so far.</summary>
    internal IReadOnlyCollection<(string Name, double Value, Dictionary<string, string> Tags)> Values => _values;

    /// <summary>Reads what is read when somebody asks; earlier readings are forgotten.</summary>
    internal void Observe()
    {
        var counted = _values.Where(value => !_instruments[value.Name].IsObservable).ToList();
        _values.Clear();
        counted.ForEach(_values.Enqueue);
        _listener.RecordObservableInstruments();
    }

    /// <summary>The sum of what an instrument has said with these tags; fails when it has said nothing.</summary>
    internal double Sum(string name, params (string Key, string Value)[] tags)
    {
        var found = Find(name, tags);
        Assert.True(found.Count > 0, $"{name} has said nothing with [{string.Join(", ", tags)}].");
        return found.Sum();
    }

    /// <summary>What an instrument has said with these tags.</summary>
    internal IReadOnlyList<double> Find(string name, params (string Key, string Value)[] tags) =>
    [
        .. _values
            .Where(value => value.Name == GroupsInstruments.Name(name))
            .Where(value => tags.All(tag => value.Tags.GetValueOrDefault(tag.Key) == tag.Value))
            .Select(static value => value.Value),
    ];

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument of, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var copy = new Dictionary<string, string>();
        foreach (var (key, text) in tags)
        {
            copy.Add(key, Assert.IsType<string>(text));
        }

        _values.Enqueue((of.Name, value, copy));
    }
}
