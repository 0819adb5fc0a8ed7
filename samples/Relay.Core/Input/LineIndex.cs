namespace Orleans.Groups.Samples.Relay;

/// <summary>
/// Where lines begin: every n-th one, with n doubled whenever the table is full, so that its size does not depend on
/// the input's.
/// </summary>
internal sealed class LineIndex
{
    private const int MaxMarks = 4_096;
    private readonly List<long> _marks = [];

    /// <summary>Distance of two marks in lines.</summary>
    internal long Stride { get; private set; } = 64;

    /// <summary>Notes where a line begins. Lines are given in order, from 0, without a gap.</summary>
    internal void Add(long line, long offset)
    {
        if (line % Stride != 0)
        {
            return;
        }

        if (_marks.Count == MaxMarks)
        {
            Stride *= 2;
            for (var index = 0; index < MaxMarks / 2; index++)
            {
                _marks[index] = _marks[2 * index];
            }

            _marks.RemoveRange(MaxMarks / 2, MaxMarks / 2);
            if (line % Stride != 0)
            {
                return;
            }
        }

        _marks.Add(offset);
    }

    /// <summary>The last mark that is not behind a line.</summary>
    internal (long Line, long Offset) Before(long line)
    {
        if (_marks.Count == 0)
        {
            return (0, 0);
        }

        var index = (int)Math.Min(line / Stride, _marks.Count - 1);
        return (index * Stride, _marks[index]);
    }
}
