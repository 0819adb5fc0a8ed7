namespace Orleans.Groups.Comparison;

/// <summary>Measures all wanted rows: in each round every row on their side and then on ours.</summary>
internal sealed class ComparisonRun(ComparisonSettings settings) : IRun
{
    private const int WarmUps = 3;
    private readonly Dictionary<Engine, EngineSide> _sides = [];
    private readonly Dictionary<Engine, string> _missing = [];
    private ErlangSide? _erlang;
    private string? _noErlang;

    /// <summary>Runs everything and prints the table.</summary>
    /// <returns>0, or 1 when something failed that was there.</returns>
    public async Task<int> RunAsync()
    {
        var results = settings.Rows().Select(row => new RowResult(row)).ToList();
        var begun = DateTimeOffset.UtcNow;
        try
        {
            await StartSidesAsync(results);
            for (var round = 0; round <= settings.Rounds; round++)
            {
                var isWarmUp = round == 0;
                foreach (var result in results)
                {
                    var what = isWarmUp ? "warm-up" : $"round {round} of {settings.Rounds}";
                    Terminal.Progress($"{what}: {result.Row.Engine} {result.Row.Name}");
                    await MeasureAsync(result, isWarmUp);
                }
            }
        }
        finally
        {
            await StopSidesAsync();
        }

        var report = new ComparisonReport(settings, Machine.Describe(), _erlang?.Version, begun, results);
        report.Print();
        if (settings.Json is { } file)
        {
            report.Write(file);
        }

        return 0;
    }

    private async Task StartSidesAsync(List<RowResult> results)
    {
        if (settings.Without.Contains("erlang"))
        {
            _noErlang = "left out";
        }
        else
        {
            _noErlang = await TryAsync(async () => _erlang = await ErlangSide.StartAsync(settings.ErlangFolder));
        }

        foreach (var engine in results.Select(result => result.Row.Engine).Distinct())
        {
            var reason = await TryAsync(async () => _sides[engine] = engine == Engine.InMemory
                ? await InMemorySide.StartAsync()
                : await OrleansSide.StartAsync());
            if (reason is not null)
            {
                _missing[engine] = reason;
            }
        }
    }

    private async Task StopSidesAsync()
    {
        foreach (var side in _sides.Values)
        {
            await side.DisposeAsync();
        }

        if (_erlang is not null)
        {
            await _erlang.DisposeAsync();
        }
    }

    private async Task MeasureAsync(RowResult result, bool isWarmUp)
    {
        var row = result.Row;
        var (theirs, ours) = (double.NaN, double.NaN);
        if (row.Erlang is null)
        {
            result.TheirReason = "has nothing like it";
        }
        else if (_erlang is null)
        {
            result.TheirReason = _noErlang;
        }
        else if (result.TheirReason is null)
        {
            result.TheirReason = await TryAsync(async () => theirs = await _erlang.MeasureAsync(row.Erlang));
        }

        if (!_sides.TryGetValue(row.Engine, out var side))
        {
            result.OurReason = _missing[row.Engine];
        }
        else if (result.OurReason is null)
        {
            // .NET compiles what is hot once more in the background, so one measurement would not warm it up.
            for (var turn = isWarmUp && !settings.Quick ? WarmUps : 1; turn > 0 && result.OurReason is null; turn--)
            {
                result.OurReason = await TryAsync(async () => ours = await side.MeasureAsync(row.Nodes, row.Scenario));
            }
        }

        if (isWarmUp)
        {
            return;
        }

        if (!double.IsNaN(theirs))
        {
            result.Theirs.Add(theirs);
        }

        if (!double.IsNaN(ours))
        {
            result.Ours.Add(ours);
        }
    }

    private static async Task<string?> TryAsync(Func<Task> action)
    {
        try
        {
            await action();
            return null;
        }
        catch (Exception error) when (error is WorkerException or System.ComponentModel.Win32Exception)
        {
            return error.Message;
        }
    }
}
