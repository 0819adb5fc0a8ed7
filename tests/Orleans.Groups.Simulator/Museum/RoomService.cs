using System.Globalization;
using Orleans.Groups.Checkers;
using Orleans.Groups.Simulator.Exploration;

namespace Orleans.Groups.Simulator.Museum;

/// <summary>What a room's own copy of the simulator is asked to do. Only what every copy knows goes in and out.</summary>
internal static class RoomService
{
    /// <summary>Runs worlds, one seed after the other, until something is broken.</summary>
    /// <param name="kinds">Kinds of worlds, which alternate.</param>
    /// <param name="seed">The first seed.</param>
    /// <param name="schedules">Most worlds.</param>
    /// <returns>
    /// Empty, or lines: how many worlds it took, the kind and the seed of the last one, the property, what was seen.
    /// </returns>
    internal static string Search(string kinds, ulong seed, long schedules)
    {
        var all = kinds.Split(',').Select(Enum.Parse<WorldKind>).ToList();
        for (var index = 0L; index < schedules; index++)
        {
            var kind = all[(int)(index % all.Count)];
            var number = seed + (ulong)(index / all.Count);
            if (FindViolation(kind, number) is { } violation)
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{index + 1}\n{kind}\n{number}\n{violation.Property}\n{violation.Sentence.ReplaceLineEndings(" ")}");
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
        var result = Explorer.Run(ExploredWorld.Find(world).Start(), maxStates);
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
    private static Violation? FindViolation(WorldKind kind, ulong seed)
    {
        try
        {
            var violations = WorldRun.Run(PlanDrawer.Draw(kind, seed)).Violations;
            return violations.Count > 0 ? violations[0] : null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return new Violation("CRASH", exception.Message, []);
        }
    }
}
