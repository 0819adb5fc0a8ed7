namespace Orleans.Groups;

/// <summary>One link message on its way between silos.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.LinkPacket")]
internal sealed class LinkPacket
{
    /// <summary>What the receiver gave the sender to show with each packet; see <see cref="Introduction"/>.</summary>
    [Id(0)]
    public Guid Token { get; init; }

    /// <summary>The encoded message.</summary>
    [Id(1)]
    public ReadOnlyMemory<byte> Message { get; init; }

    /// <summary>What stands behind it: the body of a batch, kept apart so that it is not copied.</summary>
    [Id(2)]
    public ReadOnlyMemory<byte> Tail { get; init; }
}

/// <summary>Answer to a packet.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.LinkReply")]
internal sealed class LinkReply
{
    /// <summary>The receiver has not given this token to anybody: the sender must ask for an introduction.</summary>
    internal static readonly LinkReply Stranger = new() { IsStranger = true };

    /// <summary>Nothing to say.</summary>
    internal static readonly LinkReply Empty = new();

    /// <summary>Whether the token was unknown, and the packet dropped.</summary>
    [Id(0)]
    public bool IsStranger { get; init; }

    /// <summary>Messages for the sender's link; their token is not used. May be empty.</summary>
    [Id(1)]
    public LinkPacket[] Messages { get; init; } = [];
}
