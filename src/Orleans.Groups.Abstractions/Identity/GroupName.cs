namespace Orleans.Groups;

/// <summary>Name of a group: 1 to 256 UTF-8 bytes without control characters, compared ordinally.</summary>
/// <remarks>Not created with a value (<see langword="default"/>) it is not a name, and every call that takes one
/// refuses it.</remarks>
public readonly record struct GroupName : IComparable<GroupName>
{
    private readonly string? _value;

    /// <summary>Checks and wraps a name.</summary>
    /// <exception cref="ArgumentException">
    /// The name is empty, too long, not valid Unicode, or has a control character.
    /// </exception>
    public GroupName(string value) => _value = NameRules.Require(value, "group", nameof(value));

    /// <summary>The name; empty for <see langword="default"/>.</summary>
    public string Value => _value ?? string.Empty;

    /// <summary>Whether this was made from <see langword="default"/> and names nothing.</summary>
    public bool IsDefault => _value is null;

    /// <summary>Checks and wraps a name, as the constructor does.</summary>
    public static implicit operator GroupName(string value) => new(value);

    /// <summary>Wraps a name when it is valid; never throws.</summary>
    public static bool TryCreate(string? value, out GroupName name)
    {
        var valid = NameRules.GetError(value) is null;
        name = valid ? new GroupName(value!) : default;
        return valid;
    }

    /// <inheritdoc/>
    public int CompareTo(GroupName other) => string.CompareOrdinal(Value, other.Value);

    /// <summary>Ordinal order.</summary>
    public static bool operator <(GroupName left, GroupName right) => left.CompareTo(right) < 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >(GroupName left, GroupName right) => left.CompareTo(right) > 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator <=(GroupName left, GroupName right) => left.CompareTo(right) <= 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >=(GroupName left, GroupName right) => left.CompareTo(right) >= 0;

    /// <summary>The name itself.</summary>
    public override string ToString() => Value;
}
