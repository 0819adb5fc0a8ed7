using Spectre.Console;

namespace Orleans.Groups.Comparison;

/// <summary>
/// A ring of five with one member that is too slow, on the in-memory engine with encoded frames, so that each member
/// holds bytes of its own as if it were a machine of its own.
/// </summary>
internal sealed class OverloadRun(RunSettings settings) : IRun
{
    private const string Note = "ring of 5, window 4 MiB, frames encoded; ";

    /// <inheritdoc/>
    public async Task<int> RunAsync()
    {
        Directory.CreateDirectory(settings.Results);
        var isGood = true;
        if (settings.Wants("tolerate"))
        {
            isGood &= await TolerateAsync();
        }

        if (settings.Wants("eject"))
        {
            isGood &= await EjectAsync(
                standsStill: true,
                "overload-ejection",
                "One of five members stands still from 3 s on; EjectAfter is 0.5 s");
            isGood &= await EjectAsync(
                standsStill: false,
                "overload-slow-ejection",
                "One of five members is ten times too slow from 3 s on; EjectAfter is 0.5 s");
        }

        return isGood ? 0 : 1;
    }

    private async Task<bool> TolerateAsync()
    {
        var seconds = settings.Quick ? 5 : 60;
        var results = new List<ToleratedResult>();
        foreach (var bytes in new[] { 1_000, 64_000 })
        {
            Terminal.Progress($"overload with {bytes} bytes, {seconds} s");
            results.Add(await Overload.TolerateAsync(bytes, TimeSpan.FromSeconds(seconds)));
        }

        var table = new Table().Border(TableBorder.Rounded).AddColumns(
            "payload", "offered/s", "accepted/s", "sender told", "most live memory", "bound", "lost", "good");
        results.ForEach(result => table.AddRow(
            $"{result.Bytes} B",
            UnitExtensions.Digits(result.Offered / result.Seconds),
            UnitExtensions.Digits(result.Accepted / result.Seconds),
            $"{UnitExtensions.Digits(result.Refused)} times",
            Unit.Bytes.Text(result.Live.Max(sample => sample.Bytes)),
            Unit.Bytes.Text(result.Bound),
            $"{result.Lost}{(result.Fault is { } fault ? $": {fault}" : "")}",
            result.IsGood ? "yes" : "no"));
        Terminal.Write(table);
        Series[] lines =
        [
            .. results.Select(result => new Series(
                $"{result.Bytes} B",
                [.. result.Live.Select(sample => (sample.Second, sample.Bytes / 1e6))])),
            new Series("bound", [(0, results[0].Bound / 1e6), (seconds, results[0].Bound / 1e6)]),
        ];
        await WriteAsync(
            "overload-memory",
            "second,bytes_per_message,live_bytes",
            results.SelectMany(result => result.Live.Select(sample =>
                FormattableString.Invariant($"{sample.Second:0.0},{result.Bytes},{sample.Bytes}"))),
            SvgChart.Of(
                "Live memory of all five members while the sender is ten times too fast",
                Note + Machine.Describe(),
                ("seconds", false),
                ("MB after a collection", false),
                lines));
        return results.TrueForAll(result => result.IsGood);
    }

    private async Task<bool> EjectAsync(bool standsStill, string name, string title)
    {
        var what = standsStill ? "stands still" : "is ten times too slow";
        Terminal.Progress($"ejection of a member that {what}");
        var result = await Overload.EjectAsync(standsStill);
        Console.WriteLine(FormattableString.Invariant(
            $"a member {what}: {result.Before:#,0} messages/s before, {result.After:#,0}/s from 2 s after it began; ")
            + FormattableString.Invariant($"no progress for {result.Pause:0.00} s; the slow member ended as ")
            + $"{result.Reason?.ToString() ?? "member"}; lost: {result.Lost}; good: {(result.IsGood ? "yes" : "no")}");
        await WriteAsync(
            name,
            "second,messages_per_s",
            result.Rates.Select(sample => FormattableString.Invariant($"{sample.Second:0.0},{sample.PerSecond:0}")),
            SvgChart.Of(
                title,
                Note + Machine.Describe(),
                ("seconds", false),
                ("messages per second taken from the sender", false),
                new Series("1000 B", [.. result.Rates])));
        return result.IsGood;
    }

    private async Task WriteAsync(string name, string header, IEnumerable<string> lines, SvgChart chart)
    {
        var path = Path.Combine(settings.Results, name);
        await File.WriteAllLinesAsync($"{path}.csv", lines.Prepend(header));
        await File.WriteAllTextAsync($"{path}.svg", chart.ToString());
        Console.WriteLine($"{path}.svg");
    }
}
