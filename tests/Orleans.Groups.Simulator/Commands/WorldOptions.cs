using System.CommandLine;
using System.Globalization;

namespace Orleans.Groups.Simulator;

/// <summary>Options that several commands share.</summary>
internal sealed class WorldOptions
{
    internal Option<string> Protocol { get; } = new("--protocol")
    {
        Description = "pg (process groups), gm (guaranteed multicast), or all",
        HelpName = "pg|gm|all",
        DefaultValueFactory = static _ => "all",
    };

    internal Option<ulong> Seed { get; } = new("--seed")
    {
        Description = "The seed of the first world; those after it have the seeds after it",
        HelpName = "S",
        DefaultValueFactory = static _ => 1,
    };

    internal Option<string?> Faults { get; } = new("--faults")
    {
        Description = "Only these faults may be drawn; none for none. The command 'list' names them",
        HelpName = "F1,F7,...",
    };

    internal Option<int> Work { get; } = new("--work")
    {
        Description = "So many times the usual work in each world, in the same time (1 to 100)",
        HelpName = "N",
        DefaultValueFactory = static _ => 1,
    };

    internal Option<string?> Bug { get; } = new("--bug")
    {
        Description = "Plant a bug into the machines; the command 'list' names them",
        HelpName = "NAME",
    };

    internal Option<string?> Keep { get; } = new("--keep")
    {
        Description = "Only these items of the world's plan, by number; none for none",
        HelpName = "3,17,...",
    };

    internal Option<int?> Nodes { get; } = new("--nodes")
    {
        Description = "So many nodes at the beginning instead of those drawn",
        HelpName = "N",
    };

    /// <summary>Which protocols; nothing when the name is none.</summary>
    internal IReadOnlyList<WorldKind>? KindsOf(ParseResult result) =>
        result.GetValue(Protocol)?.ToLowerInvariant() switch
        {
            "pg" => [WorldKind.Pg],
            "gm" => [WorldKind.Gm],
            "all" => [WorldKind.Pg, WorldKind.Gm],
            _ => null,
        };

    /// <summary>Which faults may be drawn; nothing for all.</summary>
    internal bool TryGetFaults(ParseResult result, TextWriter error, out HashSet<FaultKind>? faults)
    {
        faults = null;
        if (result.GetValue(Faults) is not { } text)
        {
            return true;
        }

        faults = [];
        foreach (var name in text == "none" ? [] : text.Split(','))
        {
            if (!Enum.TryParse<FaultKind>(name.Trim(), ignoreCase: true, out var fault) || fault == FaultKind.None
                || !Enum.IsDefined(fault))
            {
                error.WriteLine($"--faults must be a list like F1,F7, but '{name}' is no fault");
                return false;
            }

            faults.Add(fault);
        }

        return true;
    }

    /// <summary>How much work is drawn.</summary>
    internal bool TryGetWork(ParseResult result, TextWriter error, out int work)
    {
        work = result.GetValue(Work);
        if (work is >= 1 and <= 100)
        {
            return true;
        }

        error.WriteLine("--work must be 1 to 100");
        return false;
    }

    /// <summary>The plan of the one world that a command is about.</summary>
    internal WorldPlan? PlanOf(ParseResult result, TextWriter error)
    {
        if (KindsOf(result) is not [var kind])
        {
            error.WriteLine("--protocol must be pg or gm here");
            return null;
        }

        if (!TryGetFaults(result, error, out var faults) || !TryGetWork(result, error, out var work))
        {
            return null;
        }

        var plan = PlanDrawer.Draw(kind, result.GetValue(Seed), faults, work);
        if (result.GetValue(Keep) is { } keep)
        {
            var ids = new HashSet<int>();
            foreach (var number in keep == "none" ? [] : keep.Split(','))
            {
                if (!int.TryParse(number, CultureInfo.InvariantCulture, out var id))
                {
                    error.WriteLine($"--keep must be a list of numbers, but '{number}' is none");
                    return null;
                }

                ids.Add(id);
            }

            plan = plan.Keep(ids);
        }

        return result.GetValue(Nodes) is { } nodes and > 0
            ? plan with { Settings = plan.Settings with { Nodes = nodes } }
            : plan;
    }

    /// <summary>The command line that lets the same world happen again.</summary>
    internal static string ReplayOf(
        WorldKind kind,
        ulong seed,
        string? faults,
        int work = 1,
        WorldPlan? shrunk = null)
    {
        var name = kind == WorldKind.Pg ? "pg" : "gm";
        var text = "dotnet run --project tests/Orleans.Groups.Simulator -c Release -- "
            + $"replay --protocol {name} --seed {seed}";
        text += faults is null ? "" : $" --faults {faults}";
        text += work == 1 ? "" : $" --work {work}";
        if (shrunk is not null)
        {
            var ids = shrunk.Items.Count == 0 ? "none" : string.Join(',', shrunk.Items.Select(static item => item.Id));
            text += $" --keep {ids} --nodes {shrunk.Settings.Nodes}";
        }

        return text;
    }
}
