namespace Orleans.Groups.Checkers;

/// <summary>Ids as the texts of a log.</summary>
public static class LogIds
{
    /// <summary>For example <c>a@3.1f09c2aa</c>.</summary>
    public static string Of(NodeId node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node.ToString();
    }

    /// <summary>For example <c>a@3.1f09c2aa/7</c>. The label for people is left out, it is no part of the id.</summary>
    public static string Of(MemberId member)
    {
        ArgumentNullException.ThrowIfNull(member);
        return $"{member.Node}/{member.Number}";
    }

    /// <summary>The node of a member.</summary>
    public static string NodeOf(string member) => NodeIn(member).ToString();

    /// <summary>As <see cref="NodeOf"/>, without a text of its own.</summary>
    internal static ReadOnlySpan<char> NodeIn(string member) =>
        member.AsSpan(0, Math.Max(0, member.LastIndexOf('/')));

    /// <summary>The name of a node, the same for all its lives.</summary>
    public static string NameOf(string node)
    {
        var end = node.LastIndexOf('@');
        return end < 0 ? node : node[..end];
    }
}
