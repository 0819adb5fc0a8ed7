namespace Orleans.Groups.Simulator;

/// <summary>
/// Bugs that can be planted into the machines, to see that they are found. A world with a bug runs the same commands in
/// another copy of the machines.
/// </summary>
internal static class Bugs
{
    /// <summary>Names, and what is wrong with each.</summary>
    internal static IReadOnlyList<(string Name, string Sentence)> All => [];

    /// <summary>Runs a command with a bug planted.</summary>
    /// <param name="name">Which bug.</param>
    /// <param name="arguments">The command line without the option that names the bug.</param>
    /// <param name="output">Where the command writes.</param>
    /// <param name="error">Where it complains.</param>
    internal static int Run(string name, IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
    {
        error.WriteLine(
            $"'{arguments[0]}': there is no bug named '{name}'; the command 'list' names those that there are");
        return SimulatorCommand.Refused;
    }
}
