using System.CommandLine;

namespace Orleans.Groups.Simulator.Museum;

/// <summary>The option <c>--bug</c>, with which every command runs on machines that have a known bug.</summary>
internal static class BugOption
{
    private const string Name = "--bug";

    /// <summary>For the help text; what it does is done before anything is parsed.</summary>
    internal static Option<string> Create() => new(Name)
    {
        Description = "Plants a bug of the museum in the machines first.",
        HelpName = "NAME",
        Recursive = true,
    };

    /// <summary>Whether the arguments name a bug; then the command has been run, in a room of its own.</summary>
    internal static bool TryRun(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, out int exitCode)
    {
        exitCode = 0;
        var at = arguments.ToList().IndexOf(Name);
        if (at < 0 || at + 1 >= arguments.Count)
        {
            return false;
        }

        if (Bugs.All.FirstOrDefault(bug => bug.Name == arguments[at + 1]) is not { } found)
        {
            error.WriteLine($"There is no bug {arguments[at + 1]}; see the command museum.");
            exitCode = 2;
            return true;
        }

        using var room = new Room(found);
        exitCode = room.Run([.. arguments.Take(at), .. arguments.Skip(at + 2)], output, error);
        return true;
    }
}
