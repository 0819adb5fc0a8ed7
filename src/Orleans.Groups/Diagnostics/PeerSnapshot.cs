using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <summary>What this silo knows of another that lives. An immutable copy.</summary>
/// <param name="Silo">The other silo.</param>
/// <param name="Node">Its node; <see langword="null"/> before it has introduced itself.</param>
/// <param name="Session">The running session; 0 when there is none.</param>
/// <param name="SinceChange">
/// Time since a session with it began or ended; since it was seen first when there was none.
/// </param>
/// <param name="Link">What the link knows; <see langword="null"/> before the silo has introduced itself.</param>
internal sealed record PeerSnapshot(
    SiloAddress Silo,
    NodeId? Node,
    long Session,
    TimeSpan SinceChange,
    LinkStatus? Link);
