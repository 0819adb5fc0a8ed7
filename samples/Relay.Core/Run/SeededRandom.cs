namespace Orleans.Groups.Samples.Relay;

/// <summary>
/// Random numbers that are the same for the same seed on every machine and in every version of .NET, which
/// <see cref="Random"/> does not promise. The algorithm is splitmix64.
/// </summary>
internal sealed class SeededRandom(long seed)
{
    private ulong _state = (ulong)seed;

    /// <summary>A number from 0 up to, not including, <paramref name="limit"/>.</summary>
    internal long Next(long limit)
    {
        var high = Math.BigMul(Next(), (ulong)limit, out _);
        return (long)high;
    }

    /// <summary>Brings a list into any order.</summary>
    internal void Shuffle<T>(IList<T> list)
    {
        for (var index = list.Count - 1; index > 0; index--)
        {
            var other = (int)Next(index + 1);
            (list[index], list[other]) = (list[other], list[index]);
        }
    }

    private ulong Next()
    {
        _state += 0x9e3779b97f4a7c15;
        var value = _state;
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }
}
