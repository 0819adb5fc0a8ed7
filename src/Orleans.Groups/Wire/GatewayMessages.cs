namespace Orleans.Groups;

/// <summary>Versions of what clients and silos say to each other; a part of every greeting.</summary>
internal static class ClientProtocol
{
    /// <summary>The oldest version that is spoken here.</summary>
    internal const int Oldest = 1;

    /// <summary>The newest version that is spoken here.</summary>
    internal const int Newest = 1;

    /// <summary>The version to speak with somebody else; 0 when there is none.</summary>
    internal static int Negotiate(int oldest, int newest)
    {
        var version = Math.Min(newest, Newest);
        return version >= Math.Max(oldest, Oldest) ? version : 0;
    }

    /// <summary>What to tell somebody with whom no version is shared.</summary>
    internal static GroupError Incompatible(int oldest, int newest) => new()
    {
        Code = GroupErrorCode.Incompatible,
        Message = $"The client speaks versions {oldest} to {newest} of the client protocol, and the silo "
            + $"{Oldest} to {Newest}. Upgrade the older one.",
    };
}

/// <summary>"Who are you?"</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.GatewayRequest")]
internal sealed class GatewayRequest
{
    /// <summary>The oldest version that the client speaks.</summary>
    [Id(0)]
    public int Oldest { get; init; } = ClientProtocol.Oldest;

    /// <summary>The newest version that the client speaks.</summary>
    [Id(1)]
    public int Newest { get; init; } = ClientProtocol.Newest;

    /// <summary>A silo of which the client wants to know whether it is dead.</summary>
    [Id(2)]
    public SiloAddress? AskedAfter { get; init; }
}

/// <summary>Answer to <see cref="GatewayRequest"/>.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.GatewayReply")]
internal sealed class GatewayReply
{
    /// <summary>The silo that answers.</summary>
    [Id(0)]
    public required SiloAddress Silo { get; init; }

    /// <summary>The oldest version that it speaks.</summary>
    [Id(1)]
    public int Oldest { get; init; } = ClientProtocol.Oldest;

    /// <summary>The newest version that it speaks.</summary>
    [Id(2)]
    public int Newest { get; init; } = ClientProtocol.Newest;

    /// <summary>Whether it takes no clients any more, because it stops.</summary>
    [Id(3)]
    public bool IsStopping { get; init; }

    /// <summary>Whether the silo that was asked after is dead, for good.</summary>
    [Id(4)]
    public bool IsDead { get; init; }

    /// <summary>Why it does not serve this client, if so.</summary>
    [Id(5)]
    public GroupError? Error { get; init; }
}

/// <summary>The members of a ring, as far as silos have answered.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.RingReply")]
internal sealed class RingReply
{
    /// <summary>The members on these silos.</summary>
    [Id(0)]
    public MulticastStatus[] Members { get; init; } = [];

    /// <summary>Silos that have not answered in time.</summary>
    [Id(1)]
    public string[] Silent { get; init; } = [];

    /// <summary>Why there is no answer, if so.</summary>
    [Id(2)]
    public GroupError? Error { get; init; }
}
