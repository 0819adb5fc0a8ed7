namespace Orleans.Groups.Samples.Relay;

/// <summary>
/// Which lines one member has got, kept as one number per duty. Duty d is the lines i with i mod senders = d.
/// </summary>
/// <remarks>
/// One number is enough, because whoever has a duty sends its lines in their order, and whoever takes it over goes on
/// where his predecessor's delivered lines end: at every member, the delivered lines of a duty are the first ones of it
/// (for a member that joined later: they follow each other). Any other line is a violation and is reported as such.
/// </remarks>
internal sealed class LineProgress
{
    private readonly long _lines;
    private readonly long[] _next;

    /// <summary>Nothing has been delivered yet.</summary>
    /// <param name="duties">Number of duties, 1 or more.</param>
    /// <param name="lines">Number of lines of the input.</param>
    /// <param name="fromStart">
    /// Whether this member gets every line; otherwise each duty begins wherever it is met first.
    /// </param>
    internal LineProgress(int duties, long lines, bool fromStart)
    {
        _lines = lines;
        _next = new long[duties];
        for (var duty = 0; duty < duties; duty++)
        {
            _next[duty] = fromStart ? duty : -1;
        }
    }

    /// <summary>Lines delivered, each counted once.</summary>
    internal long Delivered { get; private set; }

    /// <summary>The duty that a line belongs to.</summary>
    internal int DutyOf(long line) => (int)(line % _next.Length);

    /// <summary>The first line of a duty that has not been delivered; beyond the input when there is none.</summary>
    internal long NextOf(int duty) => _next[duty];

    /// <summary>Notes a line.</summary>
    /// <returns>What is wrong with it; <see langword="null"/> when nothing is.</returns>
    internal string? Deliver(long line)
    {
        if (line >= _lines)
        {
            return $"line {line + 1} was delivered, but the input has {_lines}";
        }

        var duty = DutyOf(line);
        var expected = _next[duty];
        if (line == expected || expected < 0)
        {
            _next[duty] = line + _next.Length;
            Delivered++;
            return null;
        }

        if (line < expected)
        {
            return $"line {line + 1} was delivered twice";
        }

        _next[duty] = line + _next.Length;
        Delivered++;
        return $"line {line + 1} was delivered, but line {expected + 1}, which comes before it, was not";
    }
}
