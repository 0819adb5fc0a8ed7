namespace Orleans.Groups;

/// <summary>Name of a scope: 1 to 256 UTF-8 bytes without control characters, compared ordinally.</summary>
/// <remarks>Not created with a value (<see langword="default"/>) it is not a name, and every call that takes one
/// refuses it.</remarks>
public readonly record struct ScopeName : IComparable<ScopeName>
{
    private readonly string? _value;

    /// <summary>Checks and wraps a name.</summary>
    /// <exception cref="ArgumentException">
    /// The name is empty, too long, not valid Unicode, or has a control character.
    /// </exception>
    public ScopeName(string value) => _value = NameRules.Require(value, "scope", nameof(value));

    /// <summary>The name; empty for <see langword="default"/>.</summary>
    public string Value => _value ?? string.Empty;

    /// <summary>Whether this was made from <see langword="default"/> and names nothing.</summary>
    public bool IsDefault => _value is null;

    /// <summary>Checks and wraps a name, as the constructor does.</summary>
    public static implicit operator ScopeName(string value) => new(value);

    /// <summary>Wraps a name when it is valid; never throws.</summary>
    public static bool TryCreate(string? value, out ScopeName name)
    {
        var valid = NameRules.GetError(value) is null;
        name = valid ? new ScopeName(value!) : default;
        return valid;
    }

    /// <inheritdoc/>
    public int CompareTo(ScopeName other) => string.CompareOrdinal(Value, other.Value);

    /// <summary>Ordinal order.</summary>
    public static bool operator <(ScopeName left, ScopeName right) => left.CompareTo(right) < 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >(ScopeName left, ScopeName right) => left.CompareTo(right) > 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator <=(ScopeName left, ScopeName right) => left.CompareTo(right) <= 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >=(ScopeName left, ScopeName right) => left.CompareTo(right) >= 0;

    /// <summary>The name itself.</summary>
    public override string ToString() => Value;
}
