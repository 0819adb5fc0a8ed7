namespace Orleans.Groups.Samples.Relay;

/// <summary>Shows people how a run goes.</summary>
internal interface IRunReporter
{
    /// <summary>Says something. Any thread.</summary>
    void Say(string line);

    /// <summary>Shows a run until it is over.</summary>
    /// <param name="view">How it stands.</param>
    /// <param name="running">Completes when it is over; never faults here.</param>
    Task FollowAsync(Func<RunView> view, Task running);

    /// <summary>Shows a table; the first row is the heading.</summary>
    void Show(IReadOnlyList<string[]> table);
}

/// <summary>Plain lines, for files and pipes.</summary>
internal sealed class PlainReporter(TextWriter output) : IRunReporter
{
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public void Say(string line)
    {
        lock (_lock)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }

    /// <inheritdoc/>
    public async Task FollowAsync(Func<RunView> view, Task running)
    {
        var shown = 0L;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        while (await Task.WhenAny(running, timer.WaitForNextTickAsync().AsTask()) != running)
        {
            var now = view();
            var tenths = now.Lines == 0 ? 0 : now.Done * 10 / now.Lines;
            if (tenths > shown)
            {
                shown = tenths;
                Say($"{tenths * 10} %: {now.Done} of {now.Lines} lines; {now.Doing}");
            }
        }
    }

    /// <inheritdoc/>
    public void Show(IReadOnlyList<string[]> table)
    {
        foreach (var line in TextTable.Render(table))
        {
            Say(line);
        }
    }
}
