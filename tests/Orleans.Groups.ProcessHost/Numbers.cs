namespace Orleans.Groups.ProcessHost;

/// <summary>A set of numbers that mostly come in their order: kept as ranges.</summary>
internal sealed class Numbers
{
    private readonly List<(long First, long Last)> _ranges = [];

    /// <summary>Adds a number; one that is there already makes a range of its own, for the checks to see.</summary>
    internal void Add(long number)
    {
        if (_ranges.Count > 0 && _ranges[^1].Last == number - 1)
        {
            _ranges[^1] = (_ranges[^1].First, number);
        }
        else
        {
            _ranges.Add((number, number));
        }
    }

    /// <summary>For example <c>1-7 9-12</c>.</summary>
    public override string ToString() => string.Join(' ', _ranges.Select(range => $"{range.First}-{range.Last}"));
}
