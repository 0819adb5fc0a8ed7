namespace Orleans.Groups.Simulator.Museum;

/// <summary>The bugs of the museum.</summary>
internal static partial class BugCatalogue
{
    /// <summary>All bugs: of rings, of process groups, of links.</summary>
    internal static IReadOnlyList<Bug> All { get; } =
        [.. RingRecords, .. RingRepairs, .. RingWork, .. Groups, .. Links];

    /// <summary>The bug of a name, if there is one.</summary>
    internal static Bug? Find(string name) => All.FirstOrDefault(bug => bug.Name == name);

    private static Bug Gm(string name, string origin, string story, params BugEdit[] edits) =>
        new(name, BugHome.Gm, origin, story, edits);

    private static Bug Pg(string name, string origin, string story, params BugEdit[] edits) =>
        new(name, BugHome.Pg, origin, story, edits);

    private static Bug Link(string name, string origin, string story, params BugEdit[] edits) =>
        new(name, BugHome.Link, origin, story, edits);
}
