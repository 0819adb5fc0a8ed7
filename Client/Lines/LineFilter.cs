namespace Orleans.Groups.ClientProgram;

/// <summary>Drops the lines of batches that were sent again and had arrived the first time.</summary>
/// <remarks>
/// A sender goes on only when a batch has reached every member, so the lines of a stream come in their order, and what
/// comes again is never ahead of what is missing. A stream may begin in its middle, for whoever joined late.
/// </remarks>
internal sealed class LineFilter
{
    private const int MaxStreams = 10_000;
    private readonly Dictionary<Guid, long> _last = [];
    private readonly Queue<Guid> _oldest = new();

    /// <summary>Lines that were missing before one that came: 0 unless a ring breaks its promise.</summary>
    internal long Missing { get; private set; }

    /// <summary>What of a batch is new.</summary>
    internal IEnumerable<(long Number, byte[] Line)> TakeNew(LineBatch batch)
    {
        if (!_last.TryGetValue(batch.Stream, out var last))
        {
            last = batch.First - 1;
            Remember(batch.Stream);
        }

        Missing += Math.Max(0, batch.First - last - 1);
        _last[batch.Stream] = Math.Max(last, batch.Last);
        for (var number = Math.Max(last + 1, batch.First); number <= batch.Last; number++)
        {
            yield return (number, batch.Lines[(int)(number - batch.First)]);
        }
    }

    /// <summary>Streams are for ever, memory is not: the oldest is forgotten when there are very many.</summary>
    private void Remember(Guid stream)
    {
        if (_oldest.Count == MaxStreams)
        {
            _last.Remove(_oldest.Dequeue());
        }

        _oldest.Enqueue(stream);
    }
}
