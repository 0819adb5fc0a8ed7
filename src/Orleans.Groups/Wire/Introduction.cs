namespace Orleans.Groups;

/// <summary>"Introduce yourself to me."</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.IntroductionRequest")]
internal sealed class IntroductionRequest
{
    /// <summary>The silo that asks; the introduction goes there, and nowhere else.</summary>
    [Id(0)]
    public required SiloAddress Asker { get; init; }

    /// <summary>Comes back in the introduction: only the silo that was asked knows it.</summary>
    [Id(1)]
    public Guid Nonce { get; init; }
}

/// <summary>"This is who I am, and what you have to show when you talk to me."</summary>
/// <remarks>
/// A call to a silo's service reaches that silo, whoever makes it, but says nothing about who makes it: a client
/// may claim to be a silo. So a silo believes an introduction only with the nonce that it has sent to the introduced
/// silo, and shows the token that only it was given. A client is given neither.
/// </remarks>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.Introduction")]
internal sealed class Introduction
{
    /// <summary>The silo that introduces itself.</summary>
    [Id(0)]
    public required SiloAddress Silo { get; init; }

    /// <summary>The random part of its incarnation; the rest follows from its address.</summary>
    [Id(1)]
    public Guid Incarnation { get; init; }

    /// <summary>As in the request.</summary>
    [Id(2)]
    public Guid Nonce { get; init; }

    /// <summary>To be shown with every packet to it.</summary>
    [Id(3)]
    public Guid Token { get; init; }
}
