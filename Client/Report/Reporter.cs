using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Orleans.Groups.ClientProgram;

/// <summary>Prints results: tables and sentences for people, JSON lines for programs. Any thread.</summary>
internal sealed class Reporter(ClientConsole console, bool json)
{
    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly Lock _lock = new();
    private int _progressLength;

    /// <summary>Whether the output is for programs.</summary>
    internal bool IsJson => json;

    /// <summary>Shows rows; the first one is the heading. A program gets one object per row instead.</summary>
    internal void Show(IReadOnlyList<string[]> rows, IEnumerable<object> objects)
    {
        if (json)
        {
            foreach (var item in objects)
            {
                Json(item);
            }
        }
        else if (console.Terminal is { } terminal)
        {
            terminal.Write(Draw(rows));
        }
        else
        {
            foreach (var line in Render(rows))
            {
                Write(line);
            }
        }
    }

    /// <summary>Says a sentence to people, or gives an object to a program.</summary>
    internal void Say(string sentence, object forPrograms)
    {
        if (json)
        {
            Json(forPrograms);
        }
        else
        {
            Write(sentence);
        }
    }

    /// <summary>One line of a program's output.</summary>
    internal void Json(object item) => Write(JsonSerializer.Serialize(item, JsonOptions));

    /// <summary>Bytes of somebody else, and a line feed; <see cref="Flush"/> sends them off.</summary>
    internal void WriteLine(ReadOnlySpan<byte> line)
    {
        lock (_lock)
        {
            console.Output.Write(line);
            console.Output.WriteByte((byte)'\n');
        }
    }

    /// <summary>Sends off what was written.</summary>
    internal void Flush() => console.Output.Flush();

    /// <summary>Tells people something beside the results.</summary>
    internal void Note(string sentence)
    {
        lock (_lock)
        {
            ClearProgress();
            console.Error.WriteLine(sentence);
        }
    }

    /// <summary>Shows how far a long work has come, if somebody can see it.</summary>
    internal void Progress(string state)
    {
        lock (_lock)
        {
            ClearProgress();
            console.Progress?.Write(state);
            console.Progress?.Flush();
            _progressLength = state.Length;
        }
    }

    /// <summary>A number for people.</summary>
    internal static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Lines of a plain table.</summary>
    internal static IEnumerable<string> Render(IReadOnlyList<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(r => r[c].Length)).ToArray();
        foreach (var row in rows)
        {
            var line = new StringBuilder();
            for (var column = 0; column < row.Length; column++)
            {
                line.Append(IsNumber(row[column])
                    ? row[column].PadLeft(widths[column])
                    : row[column].PadRight(widths[column]));
                line.Append("  ");
            }

            yield return line.ToString().TrimEnd();
        }
    }

    private static bool IsNumber(string cell) =>
        cell.Length > 0 && cell.All(c => char.IsAsciiDigit(c) || c is ',' or '.');

    private static Table Draw(IReadOnlyList<string[]> rows)
    {
        var table = new Table().Border(TableBorder.Rounded);
        for (var index = 0; index < rows[0].Length; index++)
        {
            var column = new TableColumn(Markup.Escape(rows[0][index]));
            var isOfNumbers = rows.Count > 1 && rows.Skip(1).All(row => IsNumber(row[index]));
            table.AddColumn(isOfNumbers ? column.RightAligned() : column);
        }

        foreach (var row in rows.Skip(1))
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        return table;
    }

    private void ClearProgress()
    {
        if (_progressLength > 0)
        {
            console.Progress?.Write($"\r{new string(' ', _progressLength)}\r");
            _progressLength = 0;
        }
    }

    private void Write(string line)
    {
        lock (_lock)
        {
            console.Output.Write(Encoding.UTF8.GetBytes(line));
            console.Output.WriteByte((byte)'\n');
            console.Output.Flush();
        }
    }
}
