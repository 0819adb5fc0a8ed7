namespace Orleans.Groups.Simulator.Museum;

/// <summary>
/// One bug that somebody once made, or might: what breaks, and the patch of production code that plants it.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Home">Where it lives: <c>pg</c>, <c>gm</c> or <c>link</c>.</param>
/// <param name="Origin">
/// Rules of the protocol that it removes, commits or reports where it was found, or a defect of the originals.
/// </param>
/// <param name="Story">The run that breaks, in one sentence.</param>
/// <param name="Edits">The patch.</param>
internal sealed record Bug(string Name, BugHome Home, string Origin, string Story, params BugEdit[] Edits)
{
    /// <summary>
    /// The small world that is explored for it; nothing where worlds from seeds meet it often enough. Such a bug shows
    /// in an order of events that is rare, or that the simulator's hosts never produce.
    /// </summary>
    internal string? World { get; init; }

    /// <summary>The kinds of worlds in which it is looked for.</summary>
    internal IReadOnlyList<WorldKind> Kinds => Home switch
    {
        BugHome.Pg => [WorldKind.Pg],
        BugHome.Gm => [WorldKind.Gm],
        _ => [WorldKind.Gm, WorldKind.Pg],
    };
}

/// <summary>Whose code it is in.</summary>
internal enum BugHome
{
    /// <summary>Process groups.</summary>
    Pg,

    /// <summary>Guaranteed multicast.</summary>
    Gm,

    /// <summary>Links, which serve both.</summary>
    Link,
}

/// <summary>One change of one file.</summary>
/// <param name="File">Of the protocol project, for example <c>Multicast/RingMachine.cs</c>.</param>
/// <param name="Original">Text that occurs there exactly once.</param>
/// <param name="Replacement">What stands there instead.</param>
internal sealed record BugEdit(string File, string Original, string Replacement);
