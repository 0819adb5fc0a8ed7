namespace Orleans.Groups.Protocol;

/// <summary>
/// Everything that can happen to a link machine, besides the methods <see cref="LinkMachine.Send(long, LinkChannel,
/// NodeFrame, EffectList{LinkEffect})"/> and <see cref="LinkMachine.Consume"/>, which are inputs too and allocate
/// nothing.
/// </summary>
internal abstract record LinkInput
{
    private LinkInput()
    {
    }

    /// <summary>Membership says that the peer lives. Until then nothing of it is accepted or acked (rule H3).</summary>
    internal sealed record PeerAlive : LinkInput
    {
        internal static readonly PeerAlive Instance = new();
    }

    /// <summary>Membership says that the peer is dead: final (rule H1). From now on it is told so.</summary>
    internal sealed record PeerDead : LinkInput
    {
        internal static readonly PeerDead Instance = new();
    }

    /// <summary>A message of the peer, however it came: of itself, or as answer of a call.</summary>
    internal sealed record Received(LinkMessage Message) : LinkInput;

    /// <summary>
    /// The transport could not deliver a message, or does not know: it may be sent again sooner than the timer would.
    /// Optional.
    /// </summary>
    internal sealed record SendFailed(LinkMessage Message) : LinkInput;

    /// <summary>The host answers <see cref="LinkEffect.FlushWanted"/>, at the end of its turn.</summary>
    internal sealed record Flush : LinkInput
    {
        internal static readonly Flush Instance = new();
    }

    /// <summary>
    /// The host gives the session up; another one begins when both ends know. Other sessions are ignored.
    /// </summary>
    internal sealed record EndSession(long Session) : LinkInput;

    /// <summary>
    /// Goodbye: no session any more. With <paramref name="Drain"/> the session ends when all that was sent is acked –
    /// given again without it, at once. Ends with <see cref="LinkEffect.Closed"/> when the peer knows.
    /// </summary>
    internal sealed record Close(bool Drain) : LinkInput;

    /// <summary>
    /// A timer fired; ignored unless the generation is that of the last <see cref="LinkEffect.SetTimer"/>.
    /// </summary>
    internal sealed record TimerFired(LinkTimer Timer, long Generation) : LinkInput;
}

/// <summary>The timers of a link machine; one of each at a time.</summary>
internal enum LinkTimer
{
    /// <summary>Send again what was not answered.</summary>
    Retry,

    /// <summary>Tell what was consumed.</summary>
    Credit,

    /// <summary>Say something if nobody has.</summary>
    KeepAlive,
}

/// <summary>What became of a frame that was handed to a link machine.</summary>
internal enum LinkSendOutcome
{
    /// <summary>It arrives, in order and once, unless the session ends before.</summary>
    Accepted,

    /// <summary>
    /// That session is over, or says goodbye, or was ended by this very frame because the buffer is full.
    /// </summary>
    NotConnected,

    /// <summary>
    /// Refused: too much waits already. The channel has no room; <see cref="LinkEffect.Writable"/> will tell when it
    /// has. On the control lane: drop it.
    /// </summary>
    Full,

    /// <summary>Refused: larger than the largest frame that both ends accept.</summary>
    TooLarge,
}
