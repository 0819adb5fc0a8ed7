using System.Diagnostics;

namespace Orleans.Groups.Comparison;

/// <summary>A clock that all processes of one machine share: the monotonic one of the operating system.</summary>
internal static class Clock
{
    /// <summary>Nanoseconds since some moment that is the same for all processes.</summary>
    internal static long Now => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    /// <summary>The middle one; of two, the higher.</summary>
    internal static double Median(IEnumerable<double> numbers)
    {
        var sorted = numbers.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
