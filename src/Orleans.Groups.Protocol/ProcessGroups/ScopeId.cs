namespace Orleans.Groups.Protocol;

/// <summary>
/// Identity of one life of a scope on a node. Rule H2: data of a higher counter implies the end of the lower.
/// </summary>
/// <param name="Node">The life of the node.</param>
/// <param name="Counter">1 for the first life of the scope on that node, counted up at each start.</param>
internal readonly record struct ScopeId(NodeId Node, long Counter)
{
    /// <summary>For example <c>a@3.1f09c2aa/2</c>.</summary>
    public override string ToString() => $"{Node}/{Counter}";
}
