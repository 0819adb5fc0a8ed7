namespace Orleans.Groups;

/// <summary>
/// A grain cannot be a member, because its id does not fit into a name: 248 UTF-8 bytes, no control characters.
/// Nothing was changed.
/// </summary>
public sealed class UnsuitableGrainIdException : ArgumentException
{
    /// <summary>Describes the grain.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="error">What is wrong with its id.</param>
    public UnsuitableGrainIdException(GrainId grain, string error)
        : base(
            $"Grain {grain} cannot be a member of groups, since others could not find it by the member's name: "
            + $"{error}. Use a shorter key without control characters.") =>
        Grain = grain;

    /// <summary>The grain.</summary>
    public GrainId Grain { get; }
}
