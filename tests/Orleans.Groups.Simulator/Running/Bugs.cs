using Orleans.Groups.Simulator.Museum;

namespace Orleans.Groups.Simulator;

/// <summary>
/// Bugs that can be planted into the machines, to see that they are found. A world with a bug runs the same commands in
/// another copy of the machines.
/// </summary>
internal static class Bugs
{
    /// <summary>Names, and what is wrong with each.</summary>
    internal static IReadOnlyList<(string Name, string Sentence)> All { get; } =
        [.. BugCatalogue.All.Select(static bug => (bug.Name, bug.Story))];

    /// <summary>Runs a command with a bug planted.</summary>
    /// <param name="name">Which bug.</param>
    /// <param name="arguments">The command line without the option that names the bug.</param>
    /// <param name="output">Where the command writes.</param>
    /// <param name="error">Where it complains.</param>
    internal static int Run(string name, IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
    {
        if (BugCatalogue.All.FirstOrDefault(bug => bug.Name == name) is not { } found)
        {
            error.WriteLine(
                $"'{arguments[0]}': there is no bug named '{name}'; the command 'list' names those that there are");
            return SimulatorCommand.Refused;
        }

        var room = new Room(found);
        return room.Run(arguments, output, error);
    }
}
