using Spectre.Console;

namespace Orleans.Groups.Samples.Relay;

/// <summary>What a program has of its surroundings; tests bring their own.</summary>
/// <param name="Output">Results.</param>
/// <param name="Error">What the person has to repair, one line each.</param>
/// <param name="OpenInput">Opens the standard input.</param>
/// <param name="Terminal">The terminal behind the output; nothing when it goes to a file or a pipe.</param>
internal sealed record RelayConsole(TextWriter Output, TextWriter Error, Func<Stream> OpenInput, IAnsiConsole? Terminal)
{
    /// <summary>The surroundings of this process.</summary>
    internal static RelayConsole OfProcess() => new(
        Console.Out,
        Console.Error,
        Console.OpenStandardInput,
        Console.IsOutputRedirected ? null : AnsiConsole.Console);
}
