namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>One round of "which record of this group do you hold?".</summary>
internal sealed class WorldSurvey(WorldMember author, long request, List<WorldNode> nodes)
{
    internal WorldMember Author { get; } = author;

    internal long Request { get; } = request;

    internal ViewSurvey Answers { get; } = new(nodes.Select(static node => node.Id));

    /// <summary>Nodes that have not looked yet.</summary>
    internal List<WorldNode> Unasked { get; } = nodes;

    /// <summary>Nodes whose answer is under way.</summary>
    internal List<(WorldNode Node, GroupRecord? Held)> UnderWay { get; } = [];

    internal bool IsHeld { get; set; }
}
