using System;

namespace Orleans.Groups.Protocol;

/// <summary>What a ring machine needs of <see cref="MulticastOptions"/>; validated by whoever makes it.</summary>
internal sealed record RingSettings(
    long WindowBytes,
    int MaxFrameBytes,
    int MaxMembers,
    int MaxWaitingJoiners,
    int MaxHeldBytes,
    TimeSpan JoinAttemptTimeout,
    TimeSpan LeaveTimeout,
    TimeSpan RetryMinimum,
    TimeSpan RetryMaximum,
    bool EjectSlowMembers,
    TimeSpan EjectAfter)
{
    /// <summary>How long what nobody waits for may be put off; not at all by default.</summary>
    internal TimeSpan ReportDelay { get; init; }

    /// <summary>Takes the settings from the options.</summary>
    internal static RingSettings From(MulticastOptions options) =>
        new(
            options.WindowBytes,
            options.MaxFrameBytes,
            options.MaxMembers,
            options.MaxWaitingJoiners,
            options.MaxHeldBytes,
            options.JoinAttemptTimeout,
            options.LeaveTimeout,
            options.RetryMinimum,
            options.RetryMaximum,
            options.SlowMembers == SlowMemberPolicy.Eject,
            options.EjectAfter)
        {
            ReportDelay = TimeSpan.FromMilliseconds(1),
        };
}
