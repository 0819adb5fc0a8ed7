namespace Orleans.Groups;

/// <summary>
/// A sample that several instruments share, so that one collection of all of them takes it once. Any thread.
/// </summary>
/// <remarks>
/// Instruments are read one by one. An instrument that asks again wants something new: the sample is of its earlier
/// round. So is one that is older than <see cref="MaxAge"/>, be it that somebody else has begun a round and not ended
/// it, or that this one was held up: then its later instruments get another sample, and its first ones are known to
/// begin the next round.
/// </remarks>
internal sealed class Sampler<T>(Func<T> take, TimeProvider time)
    where T : class
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private T? _sample;
    private long _takenAt;
    private ulong _readBy;

    /// <summary>The sample for one of at most 64 instruments.</summary>
    internal T Get(int instrument)
    {
        var bit = 1UL << instrument;
        lock (_gate)
        {
            var isNextRound = (_readBy & bit) != 0;
            if (_sample is null || isNextRound || time.GetElapsedTime(_takenAt) > MaxAge)
            {
                _sample = take();
                _takenAt = time.GetTimestamp();
            }

            _readBy = isNextRound ? bit : _readBy | bit;
            return _sample;
        }
    }
}
