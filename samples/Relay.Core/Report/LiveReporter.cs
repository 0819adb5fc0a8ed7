using Spectre.Console;
using Spectre.Console.Rendering;

namespace Orleans.Groups.Samples.Relay;

/// <summary>A table that is drawn again and again, for a terminal.</summary>
internal sealed class LiveReporter(IAnsiConsole console) : IRunReporter
{
    private const int MaxNotes = 8;
    private readonly Lock _lock = new();
    private readonly Queue<string> _notes = new();
    private bool _isLive;

    /// <inheritdoc/>
    public void Say(string line)
    {
        lock (_lock)
        {
            if (!_isLive)
            {
                console.MarkupLineInterpolated($"{line}");
                return;
            }

            _notes.Enqueue(line);
            if (_notes.Count > MaxNotes)
            {
                _notes.Dequeue();
            }
        }
    }

    /// <inheritdoc/>
    public async Task FollowAsync(Func<RunView> view, Task running)
    {
        lock (_lock)
        {
            _isLive = true;
        }

        await console.Live(Draw(view())).StartAsync(async context =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            while (await Task.WhenAny(running, timer.WaitForNextTickAsync().AsTask()) != running)
            {
                context.UpdateTarget(Draw(view()));
            }

            context.UpdateTarget(Draw(view()));
        });
        lock (_lock)
        {
            _isLive = false;
        }
    }

    /// <inheritdoc/>
    public void Show(IReadOnlyList<string[]> table) => console.Write(Draw(table));

    private static Table Draw(IReadOnlyList<string[]> rows)
    {
        var table = new Table().Border(TableBorder.Rounded);
        for (var index = 0; index < rows[0].Length; index++)
        {
            var column = new TableColumn(rows[0][index]);
            var isOfNumbers = rows.Skip(1).Any(row => row[index].All(char.IsAsciiDigit));
            table.AddColumn(isOfNumbers ? column.RightAligned() : column);
        }

        foreach (var row in rows.Skip(1))
        {
            table.AddRow(row.Select(cell => (IRenderable)new Text(cell, StyleOf(cell))));
        }

        return table;
    }

    private static Style StyleOf(string cell) => cell switch
    {
        "killed" or "lost" => new Style(Color.Red),
        "left" => new Style(Color.Grey),
        "in ring" or "ok" => new Style(Color.Green),
        "joining" or "leaving" => new Style(Color.Yellow),
        _ when cell.EndsWith(" violations", StringComparison.Ordinal) => new Style(Color.Red),
        _ => Style.Plain,
    };

    private Rows Draw(RunView view)
    {
        string[] notes;
        lock (_lock)
        {
            notes = [.. _notes];
        }

        return new Rows(
            Draw(RunTable.OfView(view)),
            new Text(Bar(view.Done, view.Lines, Math.Clamp(console.Profile.Width - 40, 10, 60))),
            new Text(view.Doing, new Style(Color.Grey)),
            new Rows(notes.Select(note => new Text(note))));
    }

    private static string Bar(long done, long lines, int width)
    {
        var filled = lines == 0 ? width : (int)(done * width / lines);
        return $"{new string('█', filled)}{new string('░', width - filled)} {done} of {lines} lines";
    }
}
