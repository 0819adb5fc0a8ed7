using System.Globalization;

namespace Orleans.Groups.Simulator.Museum;

/// <summary>A world in which a bug was found, and which is well without it.</summary>
/// <param name="Schedules">How many worlds it took.</param>
/// <param name="Kind">The kind of the world.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Property">The property that does not hold.</param>
/// <param name="Sentence">What was seen.</param>
internal sealed record Finding(long Schedules, WorldKind Kind, ulong Seed, string Property, string Sentence)
{
    /// <summary>Looks for a bug in worlds from one seed after the other.</summary>
    /// <param name="bug">The bug.</param>
    /// <param name="seed">The first seed.</param>
    /// <param name="schedules">Most worlds.</param>
    /// <returns>Nothing when it was not found.</returns>
    internal static Finding? Search(Bug bug, ulong seed, long schedules)
    {
        var room = new Room(bug);
        for (var done = 0L; done < schedules;)
        {
            if (Parse(room.Search(bug.Kinds, seed, done, schedules)) is not { } finding)
            {
                return null;
            }

            // What is wrong without the bug, too, is not its doing.
            if (RoomService.FindViolation(finding.Kind, finding.Seed) is null)
            {
                return finding;
            }

            done = finding.Schedules;
        }

        return null;
    }

    /// <summary>What <see cref="RoomService.Search"/> answers.</summary>
    internal string ToText() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Schedules}\n{Kind}\n{Seed}\n{Property}\n{Sentence.ReplaceLineEndings(" ")}");

    private static Finding? Parse(string text)
    {
        var lines = text.Split('\n');
        return lines.Length < 5
            ? null
            : new Finding(
                long.Parse(lines[0], CultureInfo.InvariantCulture),
                Enum.Parse<WorldKind>(lines[1]),
                ulong.Parse(lines[2], CultureInfo.InvariantCulture),
                lines[3],
                lines[4]);
    }
}
