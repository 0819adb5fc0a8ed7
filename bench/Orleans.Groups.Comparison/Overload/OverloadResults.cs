namespace Orleans.Groups.Comparison;

/// <summary>What a slow member that is tolerated costs.</summary>
/// <param name="Bytes">Size of a message.</param>
/// <param name="Seconds">How long it was offered.</param>
/// <param name="Offered">Messages that the sender wanted to send.</param>
/// <param name="Accepted">Messages that were accepted.</param>
/// <param name="Refused">How often the sender saw that there was no room, and withdrew.</param>
/// <param name="Live">Bytes after a collection, over time.</param>
/// <param name="Bound">How many there may be.</param>
/// <param name="Lost">Accepted messages that some member has not had.</param>
/// <param name="Fault">What was wrong with messages that came.</param>
internal sealed record ToleratedResult(
    int Bytes,
    double Seconds,
    long Offered,
    long Accepted,
    long Refused,
    IReadOnlyList<(double Second, long Bytes)> Live,
    long Bound,
    long Lost,
    string? Fault)
{
    /// <summary>Memory stayed bounded, nothing was lost, and the sender was told.</summary>
    internal bool IsGood => Live.Max(sample => sample.Bytes) < Bound && Lost == 0 && Fault is null && Refused > 0;
}

/// <summary>What happens when a slow member is ejected.</summary>
/// <param name="Rates">Messages per second taken from the sender, over time.</param>
/// <param name="Before">The same before the member became slow.</param>
/// <param name="After">The same from two seconds after that.</param>
/// <param name="Pause">The longest time without any.</param>
/// <param name="Reason">How the slow member ended, if it has.</param>
/// <param name="Lost">Accepted messages that one of the others has not had.</param>
internal sealed record EjectedResult(
    IReadOnlyList<(double Second, double PerSecond)> Rates,
    double Before,
    double After,
    double Pause,
    TerminationReason? Reason,
    long Lost)
{
    private const double FullSpeed = 0.8;

    /// <summary>The others ran at full speed again within two seconds, and nothing was lost.</summary>
    internal bool IsGood => After >= Before * FullSpeed && Lost == 0 && Reason == TerminationReason.LostMembership;
}
