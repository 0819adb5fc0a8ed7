namespace Orleans.Groups.Samples.Relay;

/// <summary>What a log has of one sender: from which number to which, and the sum of the hashes of it.</summary>
internal sealed class StreamSum
{
    /// <summary>Number of the first message; 0 when there is none.</summary>
    internal long First { get; private set; }

    /// <summary>Number of the last message; 0 when there is none.</summary>
    internal long Last { get; private set; }

    /// <summary>Sum of the hashes of number and text up to <see cref="Limit"/>.</summary>
    internal ulong Sum { get; private set; }

    /// <summary>Numbers above it are not part of the sum.</summary>
    internal long Limit { get; init; } = long.MaxValue;

    /// <summary>Adds the next message; what is wrong with its number, if anything.</summary>
    internal string? Add(long number, ulong textHash)
    {
        var before = Last;
        if (First == 0)
        {
            First = number;
        }

        Last = Math.Max(Last, number);
        if (number <= Limit)
        {
            Sum += LineHash.At(number, textHash);
        }

        return before == 0 || number == before + 1 ? null
            : number > before ? $"follows number {before}: a gap"
            : number == before ? $"comes twice"
            : $"follows number {before}: out of order, or twice";
    }
}
