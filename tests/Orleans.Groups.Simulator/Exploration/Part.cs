namespace Orleans.Groups.Simulator.Exploration;

/// <summary>
/// A part of a world: shared by all states in which it is the same, and copied by the first step that changes it. Its
/// hash is worked out once.
/// </summary>
internal sealed class Part<T>(T value, Explorable owner)
    where T : class
{
    private StateHash[]? _hashes;

    /// <summary>To look at only.</summary>
    internal T Value { get; } = value;

    /// <summary>The part for a world that is about to change it.</summary>
    internal static T Write(ref Part<T> part, Explorable owner)
    {
        if (!ReferenceEquals(part._owner, owner))
        {
            part = new Part<T>(StateCloner.Clone(part.Value), owner);
        }

        return part.Value;
    }

    private readonly Explorable _owner = owner;

    /// <summary>The hash in one of the namings of a world; not before the step is over.</summary>
    internal StateHash Hash(StateHasher[] hashers, int naming)
    {
        _hashes ??= Array.ConvertAll(hashers, hasher => hasher.Of(Value));
        return _hashes[naming];
    }
}
