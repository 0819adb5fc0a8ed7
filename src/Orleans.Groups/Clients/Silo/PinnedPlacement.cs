using System.Diagnostics.CodeAnalysis;
using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace Orleans.Groups;

/// <summary>
/// Key of a grain that lives on a silo of its own choice: the silo, and a random part that only its owner knows.
/// </summary>
/// <param name="Silo">The silo.</param>
/// <param name="Id">The random part.</param>
internal readonly record struct PinnedKey(SiloAddress Silo, Guid Id)
{
    private const char Separator = '/';

    /// <summary>Reads a key.</summary>
    internal static bool TryParse([NotNullWhen(true)] string? text, out PinnedKey key)
    {
        key = default;
        var at = text?.LastIndexOf(Separator) ?? -1;
        if (at <= 0 || !Guid.TryParseExact(text.AsSpan(at + 1), "N", out var id))
        {
            return false;
        }

        try
        {
            key = new PinnedKey(SiloAddress.FromParsableString(text![..at]), id);
            return true;
        }
        catch (Exception) // Orleans throws whatever its parts throw; anybody may have written the key.
        {
            return false;
        }
    }

    /// <summary>The key of the grain.</summary>
    public override string ToString() => $"{Silo.ToParsableString()}{Separator}{Id:N}";
}

/// <summary>
/// Places a grain on the silo that its key names, without a directory: no other silo can move or end it.
/// </summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.PinnedPlacement")]
internal sealed class PinnedPlacement : PlacementStrategy
{
    /// <inheritdoc/>
    public override bool IsUsingGrainDirectory => false;
}

/// <summary>Marks a grain as pinned to the silo that its key names.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class PinnedPlacementAttribute() : PlacementAttribute(new PinnedPlacement());

/// <summary>Finds the silo in the key.</summary>
internal sealed class PinnedPlacementDirector : IPlacementDirector
{
    /// <inheritdoc/>
    public Task<SiloAddress> OnAddActivation(
        PlacementStrategy strategy,
        PlacementTarget target,
        IPlacementContext context)
    {
        var text = target.GrainIdentity.Key.ToString();
        if (!PinnedKey.TryParse(text, out var key))
        {
            throw new ArgumentException($"'{text}' does not name a silo and a member or session on it.");
        }

        return context.GetCompatibleSilos(target).Contains(key.Silo)
            ? Task.FromResult(key.Silo)
            : throw new SiloUnavailableException($"Silo {key.Silo} does not run.");
    }
}
