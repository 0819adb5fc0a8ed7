namespace Orleans.Groups;

/// <summary>What a silo knows of one life of another. Changed under the network's lock.</summary>
internal sealed class SiloPeer(SiloAddress silo, Guid token, Guid nonce, MembershipVersion seenAt, long now)
{
    /// <summary>The other silo.</summary>
    internal SiloAddress Silo { get; } = silo;

    /// <summary>What it has to show when it talks to this silo.</summary>
    internal Guid Token { get; } = token;

    /// <summary>What its introduction has to contain to be believed.</summary>
    internal Guid Nonce { get; } = nonce;

    /// <summary>The membership in which it was seen first.</summary>
    internal MembershipVersion SeenAt { get; } = seenAt;

    /// <summary>The link to it; once it has introduced itself.</summary>
    internal LinkHost? Link { get; set; }

    /// <summary>Whether membership says that it is dead: final.</summary>
    internal bool IsDead { get; set; }

    /// <summary>When a session with it began or ended last, or it was first seen: a timestamp.</summary>
    internal long ChangedAt { get; set; } = now;

    /// <summary>Whether an introduction is being asked for.</summary>
    internal bool IsAsking { get; set; }
}
