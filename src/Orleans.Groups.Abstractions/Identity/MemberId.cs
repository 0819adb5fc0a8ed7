namespace Orleans.Groups;

/// <summary>One participant of process groups or of a ring. Never reused: whoever comes back is a new member.</summary>
/// <remarks>
/// Two ids are equal when node and number are equal; the name is a label for people. Immutable, and a reference type
/// because tables of a million memberships share it.
/// </remarks>
public sealed class MemberId : IEquatable<MemberId>, IComparable<MemberId>
{
    private readonly int _hashCode;

    /// <summary>Names a member.</summary>
    /// <param name="node">The life of the node on which the member lives.</param>
    /// <param name="number">1 or more; unique on that node for as long as it lives.</param>
    /// <param name="name">Label for people: 1 to 256 UTF-8 bytes without control characters.</param>
    /// <exception cref="ArgumentException">The name is not allowed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number is not positive.</exception>
    public MemberId(NodeId node, long number, string name)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        Node = node;
        Number = number;
        Name = NameRules.Require(name, "member", nameof(name));
        _hashCode = HashCode.Combine(node.GetHashCode(), number);
    }

    /// <summary>The node on which the member lives; it owns the member's memberships.</summary>
    public NodeId Node { get; }

    /// <summary>Unique on <see cref="Node"/>; never used twice.</summary>
    public long Number { get; }

    /// <summary>Label for people; not part of the identity.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public bool Equals(MemberId? other) =>
        ReferenceEquals(this, other) || (other is not null && Number == other.Number && Node.Equals(other.Node));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MemberId);

    /// <inheritdoc/>
    public override int GetHashCode() => _hashCode;

    /// <summary>By node, then by number.</summary>
    public int CompareTo(MemberId? other)
    {
        if (other is null)
        {
            return 1;
        }

        var byNode = Node.CompareTo(other.Node);
        return byNode != 0 ? byNode : Number.CompareTo(other.Number);
    }

    /// <summary>Same node and number.</summary>
    public static bool operator ==(MemberId? left, MemberId? right) =>
        left is null ? right is null : left.Equals(right);

    /// <summary>Another node or number.</summary>
    public static bool operator !=(MemberId? left, MemberId? right) => !(left == right);

    /// <summary>Order of <see cref="CompareTo"/>; nothing sorts before something.</summary>
    public static bool operator <(MemberId? left, MemberId? right) => Compare(left, right) < 0;

    /// <summary>Order of <see cref="CompareTo"/>; nothing sorts before something.</summary>
    public static bool operator >(MemberId? left, MemberId? right) => Compare(left, right) > 0;

    /// <summary>Order of <see cref="CompareTo"/>; nothing sorts before something.</summary>
    public static bool operator <=(MemberId? left, MemberId? right) => Compare(left, right) <= 0;

    /// <summary>Order of <see cref="CompareTo"/>; nothing sorts before something.</summary>
    public static bool operator >=(MemberId? left, MemberId? right) => Compare(left, right) >= 0;

    /// <summary>For example <c>alice#7 on a@3.1f09c2aa</c>.</summary>
    public override string ToString() => $"{Name}#{Number} on {Node}";

    private static int Compare(MemberId? left, MemberId? right) =>
        left is null ? (right is null ? 0 : -1) : left.CompareTo(right);
}
