using System.Globalization;
using Orleans.Groups.Simulator.Exploration;

namespace Orleans.Groups.Simulator.Museum;

/// <summary>A small world in which a bug was found by exploring it.</summary>
/// <param name="World">The world.</param>
/// <param name="States">How many states it took.</param>
/// <param name="Property">The property that does not hold.</param>
/// <param name="Sentence">What was seen.</param>
/// <param name="Story">A shortest run to it.</param>
internal sealed record ExplorationFinding(
    string World,
    int States,
    string Property,
    string Sentence,
    IReadOnlyList<string> Story)
{
    /// <summary>Explores the worlds of a bug's home, one after the other, until it is found.</summary>
    /// <returns>Nothing when it was not found.</returns>
    internal static ExplorationFinding? Search(Bug bug, int maxStates)
    {
        var room = new Room(bug);
        var prefix = bug.Home switch
        {
            BugHome.Gm => "ring-",
            BugHome.Pg => "scope-",
            _ => "link-",
        };
        return ExploredWorld.All
            .Where(world => world.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(world => Search(room, world.Name, maxStates))
            .FirstOrDefault(static finding => finding is not null);
    }

    /// <summary>Explores one world with a bug.</summary>
    internal static ExplorationFinding? Search(Bug bug, string world)
    {
        var room = new Room(bug);
        return Search(room, world, int.MaxValue);
    }

    /// <summary>Explores one world in a bug's room.</summary>
    internal static ExplorationFinding? Search(Room room, string world, int maxStates)
    {
        var lines = room.Explore(world, maxStates).Split('\n');
        return lines[1].Length == 0
            ? null
            : new ExplorationFinding(
                world, int.Parse(lines[0], CultureInfo.InvariantCulture), lines[1], lines[2], lines[3..]);
    }
}
