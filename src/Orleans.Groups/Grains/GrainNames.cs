using System.Diagnostics.CodeAnalysis;

namespace Orleans.Groups;

/// <summary>How a grain is found again by the name of a member: <c>grain://</c> and the printed grain id.</summary>
/// <remarks>
/// The name is for finding the grain, not for telling members apart: each activation is a member with a number of its
/// own. Whoever names a member by hand cannot use the prefix, so no such member is taken for a grain.
/// </remarks>
internal static class GrainNames
{
    internal const string Prefix = "grain://";

    /// <summary>The name of the members that live in activations of a grain.</summary>
    /// <exception cref="UnsuitableGrainIdException">The id cannot be told by a name.</exception>
    internal static string ToName(GrainId grain)
    {
        var name = Prefix + grain.ToString();
        if (NameRules.GetError(name) is { } error)
        {
            throw new UnsuitableGrainIdException(grain, error);
        }

        // A key may have bytes that are no text, and a type a slash: what cannot be read back would be another grain.
        return TryParse(name, out var parsed) && parsed.Equals(grain)
            ? name
            : throw new UnsuitableGrainIdException(grain, "it cannot be read back from its printed form");
    }

    /// <summary>The grain of a name, if it is a grain's.</summary>
    internal static bool TryParse(string name, out GrainId grain)
    {
        grain = default;
        return name.StartsWith(Prefix, StringComparison.Ordinal)
            && GrainId.TryParse(name.AsSpan(Prefix.Length), null, out grain)
            && grain.Type.AsSpan().Length > 0
            && grain.Key.AsSpan().Length > 0;
    }

    /// <summary>What is wrong with a name given by hand, as the end of a sentence; nothing is, if null.</summary>
    internal static string? GetError(string? name) =>
        NameRules.GetError(name)
        ?? (name!.StartsWith(Prefix, StringComparison.Ordinal)
            ? $"names that begin with {Prefix} are those of grains"
            : null);

    /// <summary>Refuses a name given by hand that would be taken for a grain's.</summary>
    internal static void ThrowIfGrain([NotNullIfNotNull(nameof(name))] string? name, string parameter)
    {
        if (name?.StartsWith(Prefix, StringComparison.Ordinal) == true)
        {
            throw new ArgumentException(
                $"'{name}' is not a name for this member: names that begin with {Prefix} are those of grains, which "
                + "join as themselves.",
                parameter);
        }
    }
}
