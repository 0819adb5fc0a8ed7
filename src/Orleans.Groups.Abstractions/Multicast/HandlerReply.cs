namespace Orleans.Groups;

/// <summary>What a handler answers: go on, stop, or let another handler go on.</summary>
public readonly record struct HandlerReply
{
    private HandlerReply(string? stopReason, IMulticastHandler? successor)
    {
        StopReason = stopReason;
        Successor = successor;
    }

    /// <summary>Go on. The same as <see langword="default"/>.</summary>
    public static HandlerReply Ok => default;

    /// <summary>Why to stop; <see langword="null"/> to go on.</summary>
    public string? StopReason { get; }

    /// <summary>Who handles everything from the next call on; <see langword="null"/> for the same handler.</summary>
    public IMulticastHandler? Successor { get; }

    /// <summary>Stop this member now, without draining; nothing more is delivered to it.</summary>
    /// <param name="reason">For people; comes back in <see cref="MulticastTermination.Detail"/>.</param>
    public static HandlerReply Stop(string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        return new HandlerReply(reason, null);
    }

    /// <summary>Let another handler handle everything from the next call on.</summary>
    public static HandlerReply Become(IMulticastHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return new HandlerReply(null, handler);
    }
}
