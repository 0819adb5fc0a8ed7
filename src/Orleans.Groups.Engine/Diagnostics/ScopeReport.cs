using System.Collections.Immutable;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <summary>What a scope knows, and since when. An immutable copy.</summary>
/// <param name="Status">What its machine knows.</param>
/// <param name="Peers">One entry per session, in the order of <see cref="ScopeStatus.Peers"/>.</param>
internal sealed record ScopeReport(ScopeStatus Status, ImmutableArray<PeerReport> Peers);

/// <summary>What a scope knows of one session, and since when.</summary>
/// <param name="Status">What its machine knows.</param>
/// <param name="SinceAgreement">
/// Time since a digest of the peer last said what is known of it; since it introduced itself or sent a full copy, or
/// the session began, where that is less.
/// </param>
internal readonly record struct PeerReport(PeerStatus Status, TimeSpan SinceAgreement);
