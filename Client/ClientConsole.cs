using Spectre.Console;

namespace Orleans.Groups.ClientProgram;

/// <summary>What the program has of its surroundings; tests bring their own.</summary>
/// <param name="Output">Results, as bytes.</param>
/// <param name="Error">What people should know, one line each.</param>
/// <param name="OpenInput">Opens the standard input.</param>
/// <param name="Terminal">The terminal behind the output; nothing when it goes to a file or a pipe.</param>
/// <param name="Progress">The terminal behind the errors, for progress; nothing when there is none.</param>
internal sealed record ClientConsole(
    Stream Output,
    TextWriter Error,
    Func<Stream> OpenInput,
    IAnsiConsole? Terminal,
    TextWriter? Progress)
{
    /// <summary>The surroundings of this process.</summary>
    internal static ClientConsole OfProcess() => new(
        Console.OpenStandardOutput(),
        Console.Error,
        Console.OpenStandardInput,
        Console.IsOutputRedirected ? null : AnsiConsole.Console,
        Console.IsErrorRedirected ? null : Console.Error);
}
