namespace Orleans.Groups;

/// <summary>
/// Tags of measurements. Their values are names of scopes, which the options bound, and of enumerations: never groups,
/// members, silos or payloads, of which there may be any number.
/// </summary>
internal static class Tags
{
    internal const string Scope = "scope";
    internal const string Outcome = "outcome";
    internal const string Reason = "reason";
    internal const string Level = "level";
    internal const string Kind = "kind";
    internal const string State = "state";
    internal const string Operation = "operation";

    internal static KeyValuePair<string, object?> Of(string name, string value) => new(name, value);

    /// <summary>An enumeration's value by its name, of which there is one string each.</summary>
    internal static KeyValuePair<string, object?> Of<T>(string name, T value)
        where T : struct, Enum => new(name, Enum.GetName(value) ?? "Other");
}
