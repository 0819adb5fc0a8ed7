namespace Orleans.Groups;

/// <summary>Tells one life of a node from the next: an ordinal that grows with every start, and a random id.</summary>
/// <remarks>
/// Only a higher <see cref="Ordinal"/> replaces an older life. The same ordinal with another id is a conflict and is
/// refused: nobody can say which of the two is newer (rule H2).
/// </remarks>
/// <param name="Ordinal">Grows with every start of the node of one name; 0 or more.</param>
/// <param name="Id">Random, so that two lives are never confused.</param>
public readonly record struct Incarnation(long Ordinal, Guid Id) : IComparable<Incarnation>
{
    /// <summary>Whether this life is the later of the two.</summary>
    public bool Replaces(Incarnation other) => Ordinal > other.Ordinal;

    /// <summary>By ordinal, then by id so that the order is total.</summary>
    public int CompareTo(Incarnation other)
    {
        var byOrdinal = Ordinal.CompareTo(other.Ordinal);
        return byOrdinal != 0 ? byOrdinal : Id.CompareTo(other.Id);
    }

    /// <summary>Order of <see cref="CompareTo"/>.</summary>
    public static bool operator <(Incarnation left, Incarnation right) => left.CompareTo(right) < 0;

    /// <summary>Order of <see cref="CompareTo"/>.</summary>
    public static bool operator >(Incarnation left, Incarnation right) => left.CompareTo(right) > 0;

    /// <summary>Order of <see cref="CompareTo"/>.</summary>
    public static bool operator <=(Incarnation left, Incarnation right) => left.CompareTo(right) <= 0;

    /// <summary>Order of <see cref="CompareTo"/>.</summary>
    public static bool operator >=(Incarnation left, Incarnation right) => left.CompareTo(right) >= 0;

    /// <summary>The ordinal and the first eight digits of the id, for example <c>3.1f09c2aa</c>.</summary>
    public override string ToString() => $"{Ordinal}.{Id.ToString("N")[..8]}";
}
