using System.Globalization;
using Orleans.Groups.Checkers;
using Orleans.Groups.Simulator.Exploration;

namespace Orleans.Groups.Simulator.Museum;

/// <summary>
/// What a room's own copy of the simulator is asked to do. Only what every copy knows goes in and out.
/// </summary>
internal static class RoomService
{
    /// <summary>Runs worlds, one seed after the other, until something is broken.</summary>
    /// <param name="kinds">Kinds of worlds, which alternate.</param>
    /// <param name="seed">The first seed.</param>
    /// <param name="done">So many worlds are passed over.</param>
    /// <param name="schedules">Most worlds, with those that are passed over.</param>
    /// <returns>A <see cref="Finding"/> as text, or nothing.</returns>
    internal static string Search(string kinds, ulong seed, long done, long schedules)
    {
        var all = kinds.Split(',').Select(Enum.Parse<WorldKind>).ToList();
        for (var index = done; index < schedules; index++)
        {
            var kind = all[(int)(index % all.Count)];
            var number = seed + (ulong)(index / all.Count);
            if (FindViolation(kind, number) is { } violation)
            {
                return new Finding(index + 1, kind, number, violation.Property, violation.Sentence).ToText();
            }
        }

        return string.Empty;
    }

    /// <summary>Explores a world.</summary>
    /// <returns>
    /// Lines: how many states were seen, the property that does not hold or nothing, what was seen, and a shortest run.
    /// </returns>
    internal static string Explore(string world, int maxStates)
    {
        var result = Explorer.Run(ExploredWorld.Find(world)!.Start(), maxStates);
        return string.Join(
            '\n',
            [
                result.States.ToString(CultureInfo.InvariantCulture),
                result.Property ?? string.Empty,
                result.Failure?.ReplaceLineEndings(" ") ?? string.Empty,
                .. result.Story,
            ]);
    }

    /// <summary>What is broken first in a world. A machine that throws anything at all is broken, too.</summary>
    internal static Violation? FindViolation(WorldKind kind, ulong seed)
    {
        try
        {
            var violations = WorldRun.Run(PlanDrawer.Draw(kind, seed)).Violations;
            return violations.Count > 0 ? violations[0] : null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return new Violation("CRASH", $"{exception.GetType().Name}: {exception.Message}", []);
        }
    }
}
