namespace Orleans.Groups.Samples.Relay;

/// <summary>What a run is to do.</summary>
internal sealed record RelayOptions
{
    /// <summary>Most members that ever live.</summary>
    internal const int MaxMembers = 250;

    /// <summary>A file, <c>-</c> for standard input; nothing for the project's README.</summary>
    internal string? Input { get; init; }

    /// <summary>Nodes at the start, each with one member; 1 or more.</summary>
    internal int Nodes { get; init; } = 5;

    /// <summary>How many of them send; 1 to <see cref="Nodes"/>.</summary>
    internal int Senders { get; init; } = 2;

    /// <summary>How many nodes are killed on the way.</summary>
    internal int Kill { get; init; }

    /// <summary>How many nodes join on the way.</summary>
    internal int Join { get; init; }

    /// <summary>How many nodes leave on the way.</summary>
    internal int Leave { get; init; }

    /// <summary>Decides what happens when, and to whom.</summary>
    internal long Seed { get; init; } = 1;

    /// <summary>Folder of the output.</summary>
    internal string Out { get; init; } = "relay-out";

    /// <summary>Lines per second of all senders together; 0 for as fast as it goes.</summary>
    internal double Rate { get; init; }

    /// <summary>Whether the last line of the output is one JSON object.</summary>
    internal bool Json { get; init; }

    /// <summary>Seconds without any progress after which the run is given up.</summary>
    internal double StallTimeout { get; init; } = 30;

    /// <summary>Largest message in bytes; a line may have <see cref="LineMessage.HeaderBytes"/> less.</summary>
    internal int PayloadLimit { get; init; } = 256 * 1024;

    /// <summary>The longest line that fits.</summary>
    internal int MaxLineBytes => PayloadLimit - LineMessage.HeaderBytes;

    /// <summary>What is wrong first; <see langword="null"/> when nothing is.</summary>
    internal string? GetError() =>
        Range("--nodes", Nodes, 1, MaxMembers)
        ?? Range("--senders", Senders, 1, MaxMembers)
        ?? Range("--kill", Kill, 0, MaxMembers)
        ?? Range("--join", Join, 0, MaxMembers)
        ?? Range("--leave", Leave, 0, MaxMembers)
        ?? Range("--payload-limit", PayloadLimit, 64, 16 * 1024 * 1024)
        ?? (double.IsFinite(Rate) && Rate >= 0 ? null : $"--rate is {Rate}, but must be 0 or more")
        ?? (StallTimeout is >= 0.1 and <= 86_400 ? null
            : $"--stall-timeout is {StallTimeout}, but must be 0.1 to 86400")
        ?? (string.IsNullOrEmpty(Out) ? "--out must name a folder" : null)
        ?? (Senders > Nodes ? $"--senders is {Senders}, but there are only {Nodes} nodes" : null)
        ?? (Nodes + Join > MaxMembers ? $"--nodes and --join together must be at most {MaxMembers}" : null)
        ?? (Kill + Leave >= Nodes
            ? $"--kill and --leave together are {Kill + Leave}, but one of the {Nodes} nodes of the start must stay"
            : null);

    private static string? Range(string option, int value, int least, int most) =>
        value >= least && value <= most ? null : $"{option} is {value}, but must be {least} to {most}";
}
