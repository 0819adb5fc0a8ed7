using System;

namespace Orleans.Groups.Protocol;

/// <summary>What a link machine may be told; validated by whoever makes it, with <see cref="GetError"/>.</summary>
internal sealed record LinkSettings
{
    /// <summary>The most that <see cref="MaxBatchesInFlight"/> may be.</summary>
    internal const int MostBatchesInFlight = 63;

    /// <summary>The least that <see cref="MaxBatchBytes"/> may be.</summary>
    internal const int FewestBatchBytes = 64;

    /// <summary>The most that <see cref="MaxChannels"/> may be: no peer has more to be consumed.</summary>
    internal const int MostChannels = 64 * 1024;

    /// <summary>The protocol version that this code speaks.</summary>
    internal const int Version = 1;

    /// <summary>Batches of one lane that may be unacked at a time; 1 is stop and wait. 1 to 63.</summary>
    internal int MaxBatchesInFlight { get; init; } = 16;

    /// <summary>
    /// As long as fewer batches than this are unacked, one is sent that is not full yet; above, frames are gathered
    /// until a batch is full or an ack arrives. 1 to <see cref="MaxBatchesInFlight"/>.
    /// </summary>
    internal int EagerBatchesInFlight { get; init; } = 2;

    /// <summary>Largest body of a batch, in bytes; larger frames go in parts. 64 bytes to 16 MB.</summary>
    internal int MaxBatchBytes { get; init; } = 64 * 1024;

    /// <summary>Largest frame, in bytes; up to 1 GB. Larger ones are refused at the sender.</summary>
    internal int MaxFrameBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// Bytes that wait in the data lane for an ack, sent or not. Credited channels may take half of it, then they are
    /// refused; when free channels reach it, the session ends. It may be passed by one frame.
    /// </summary>
    internal long MaxBufferBytes { get; init; } = 128 * 1024 * 1024;

    /// <summary>
    /// Bytes that wait for credit, of all channels together; then sending is refused. It may be passed by one frame of
    /// each channel that was not told so before.
    /// </summary>
    internal long MaxWaitingBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// Bytes that wait for credit in one channel; then sending is refused. It may be passed by one frame.
    /// </summary>
    internal long MaxChannelWaitingBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Bytes that wait in the control lane; then frames for it are refused.</summary>
    internal long MaxControlBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// Credited channels that owe or wait at a time; a further one is refused until another is done. 1 to 65 536.
    /// </summary>
    internal int MaxChannels { get; init; } = 16 * 1024;

    /// <summary>
    /// What a sender may have in one of our credited channels, in bytes, before we must have consumed some of it. It
    /// may pass that by one frame.
    /// </summary>
    internal long ChannelCreditBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// What was consumed is told after this time at the latest; sooner with any batch, or when a quarter of <see
    /// cref="ChannelCreditBytes"/> has gathered.
    /// </summary>
    internal TimeSpan CreditDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Wait before something unanswered is sent again for the first time.</summary>
    internal TimeSpan RetryMinimum { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest such wait: it doubles each time nothing has got through.</summary>
    internal TimeSpan RetryMaximum { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After this time without a word, one of the two ends says something; zero for never.</summary>
    internal TimeSpan KeepAliveInterval { get; init; } = TimeSpan.Zero;

    /// <summary>The oldest and the newest protocol version spoken here; for tests of other versions.</summary>
    internal (int Oldest, int Newest) Versions { get; init; } = (Version, Version);

    /// <summary>Whether costly checks of the machine's own state run after each step.</summary>
    internal bool Verify { get; init; }

    /// <summary>What is wrong with the settings, or <see langword="null"/>.</summary>
    internal string? GetError()
    {
        return this switch
        {
            { MaxBatchesInFlight: < 1 or > MostBatchesInFlight } => "MaxBatchesInFlight is 1 to 63",
            _ when EagerBatchesInFlight < 1 || EagerBatchesInFlight > MaxBatchesInFlight =>
                "EagerBatchesInFlight is 1 to MaxBatchesInFlight",
            { MaxBatchBytes: < FewestBatchBytes or > 16 * 1024 * 1024 } => "MaxBatchBytes is 64 bytes to 16 MB",
            { MaxFrameBytes: < 1 or > 1024 * 1024 * 1024 } => "MaxFrameBytes is 1 byte to 1 GB",
            { MaxBufferBytes: < 2 } => "MaxBufferBytes is positive",
            { MaxWaitingBytes: < 1 } or { MaxChannelWaitingBytes: < 1 } => "the bounds of what waits are positive",
            { MaxControlBytes: < 1 } => "MaxControlBytes is positive",
            { MaxChannels: < 1 or > MostChannels } => "MaxChannels is 1 to 65 536",
            { ChannelCreditBytes: < 1 } => "ChannelCreditBytes is positive",
            _ when CreditDelay <= TimeSpan.Zero => "CreditDelay is positive",
            _ when RetryMinimum <= TimeSpan.Zero || RetryMaximum < RetryMinimum =>
                "RetryMinimum is positive and not above RetryMaximum",
            _ when KeepAliveInterval < TimeSpan.Zero => "KeepAliveInterval is positive, or zero for never",
            _ when Versions.Oldest < 1 || Versions.Newest < Versions.Oldest => "versions are a range from 1 on",
            _ => null,
        };
    }
}
