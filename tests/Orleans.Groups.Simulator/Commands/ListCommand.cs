using System.CommandLine;

namespace Orleans.Groups.Simulator;

/// <summary>Names what there is.</summary>
internal static class ListCommand
{
    internal static Command Make(TextWriter output)
    {
        var command = new Command(
            "list",
            """
            Names the worlds, faults, situations and bugs that there are.

            Example: list
            """);
        command.SetAction(_ => List(output));
        return command;
    }

    private static int List(TextWriter output)
    {
        output.WriteLine("Worlds:");
        output.WriteLine("  pg   scopes on some nodes: joins, leaves, ends of members, monitors, reads");
        output.WriteLine("  gm   rings over some nodes: joins, leaves, broadcasts, confirms, a record store");
        output.WriteLine("Faults:");
        foreach (var fault in FaultNames.All)
        {
            output.WriteLine($"  {fault,-4} {FaultNames.Of(fault)}");
        }

        output.WriteLine("Situations:");
        foreach (var mark in Enum.GetValues<Mark>())
        {
            var kinds = string.Join('+', Enum.GetValues<WorldKind>().Where(kind => MarkNames.IsFor(mark, kind)));
            output.WriteLine($"  {mark} ({kinds.ToLowerInvariant()}): {MarkNames.Of(mark)}");
        }

        output.WriteLine(Bugs.All.Count == 0 ? "Bugs: none" : "Bugs:");
        foreach (var (name, sentence) in Bugs.All)
        {
            output.WriteLine($"  {name}: {sentence}");
        }

        return SimulatorCommand.Clean;
    }
}
