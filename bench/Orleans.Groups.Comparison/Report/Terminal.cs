using Spectre.Console;

namespace Orleans.Groups.Comparison;

/// <summary>Where tables go, and where progress is told.</summary>
internal static class Terminal
{
    private const int WidthOfFiles = 180;
    private static readonly IAnsiConsole Errors = AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(Console.Error),
    });

    /// <summary>Prints a table, as wide as it needs to be when nobody looks.</summary>
    internal static void Write(Table table)
    {
        var console = AnsiConsole.Console;
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = WidthOfFiles;
        }

        console.WriteLine();
        console.Write(table);
    }

    /// <summary>Tells what is being done.</summary>
    internal static void Progress(string text)
    {
        if (Console.IsErrorRedirected)
        {
            Errors.WriteLine(text);
        }
        else
        {
            Errors.Write($"\r{text,-78}");
        }
    }
}
