using System.Globalization;

namespace Orleans.Groups;

/// <summary>Collects what is wrong with an options object, one sentence per failure.</summary>
/// <param name="owner">Name of the options class.</param>
internal sealed class OptionErrors(string owner)
{
    /// <summary>No payload limit may be set higher: larger frames would harm other traffic.</summary>
    internal const int HardPayloadBytes = 16 * 1024 * 1024;

    private readonly List<string> _errors = [];

    internal void Add(string option, object? value, string rule) =>
        _errors.Add(string.Create(CultureInfo.InvariantCulture, $"{owner}.{option} is '{value}' and {rule}."));

    internal void Range<T>(T value, T min, T max, string option)
        where T : IComparable<T>
    {
        if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
        {
            Add(option, value, string.Create(CultureInfo.InvariantCulture, $"must be between {min} and {max}"));
        }
    }

    internal void Name(string? value, string option)
    {
        if (NameRules.GetError(value) is { } error)
        {
            Add(option, value, $"is not a valid name: {error}");
        }
    }

    internal void Names(IEnumerable<string> values, string option)
    {
        foreach (var value in values)
        {
            Name(value, option);
        }
    }

    internal IReadOnlyList<string> ToList() => _errors;
}
