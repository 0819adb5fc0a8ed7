namespace Orleans.Groups;

/// <summary>
/// One life of a node: its name and its incarnation. A restarted node has the same name and another identity.
/// </summary>
/// <remarks>Immutable, and a reference type because tables of a million memberships share it.</remarks>
public sealed class NodeId : IEquatable<NodeId>, IComparable<NodeId>
{
    private readonly int _hashCode;

    /// <summary>Names one life of a node.</summary>
    /// <param name="name">1 to 256 UTF-8 bytes without control characters.</param>
    /// <param name="incarnation">Which life of that node.</param>
    /// <exception cref="ArgumentException">The name is not allowed.</exception>
    public NodeId(string name, Incarnation incarnation)
    {
        Name = NameRules.Require(name, "node", nameof(name));
        Incarnation = incarnation;
        _hashCode = HashCode.Combine(Name, incarnation);
    }

    /// <summary>Name of the node; the same for all its lives.</summary>
    public string Name { get; }

    /// <summary>Which life of the node.</summary>
    public Incarnation Incarnation { get; }

    /// <summary>Whether this is a later life of the node that <paramref name="other"/> was.</summary>
    public bool Replaces(NodeId other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return string.Equals(Name, other.Name, StringComparison.Ordinal) && Incarnation.Replaces(other.Incarnation);
    }

    /// <inheritdoc/>
    public bool Equals(NodeId? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && _hashCode == other._hashCode
            && Incarnation == other.Incarnation
            && string.Equals(Name, other.Name, StringComparison.Ordinal));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as NodeId);

    /// <inheritdoc/>
    public override int GetHashCode() => _hashCode;

    /// <summary>By name, ordinally, then by incarnation.</summary>
    public int CompareTo(NodeId? other)
    {
        if (other is null)
        {
            return 1;
        }

        var byName = string.CompareOrdinal(Name, other.Name);
        return byName != 0 ? byName : Incarnation.CompareTo(other.Incarnation);
    }

    /// <summary>Same name and incarnation.</summary>
    public static bool operator ==(NodeId? left, NodeId? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Another name or incarnation.</summary>
    public static bool operator !=(NodeId? left, NodeId? right) => !(left == right);

    /// <summary>Order of <see cref="CompareTo"/>; nothing sorts before something.</summary>
    public static bool operator <(NodeId? left, NodeId? right) => Compare(left, right) < 0;

    /// <summary>Order of <see cref="CompareTo"/>; nothing sorts before something.</summary>
    public static bool operator >(NodeId? left, NodeId? right) => Compare(left, right) > 0;

    /// <summary>Order of <see cref="CompareTo"/>; nothing sorts before something.</summary>
    public static bool operator <=(NodeId? left, NodeId? right) => Compare(left, right) <= 0;

    /// <summary>Order of <see cref="CompareTo"/>; nothing sorts before something.</summary>
    public static bool operator >=(NodeId? left, NodeId? right) => Compare(left, right) >= 0;

    /// <summary>For example <c>a@3.1f09c2aa</c>.</summary>
    public override string ToString() => $"{Name}@{Incarnation}";

    private static int Compare(NodeId? left, NodeId? right) =>
        left is null ? (right is null ? 0 : -1) : left.CompareTo(right);
}
