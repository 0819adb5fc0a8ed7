using Orleans.Groups.Engine;
using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <summary>How far one silo knows the members of another, in one scope.</summary>
internal enum PeerState
{
    /// <summary>All of them, as the last digest said; or the scope does not run there.</summary>
    InSync,

    /// <summary>It has asked for them and not got them yet, or something is missing.</summary>
    Behind,

    /// <summary>There is no session with that silo, so none of them.</summary>
    NotConnected,
}

/// <summary>What one scope of this silo knows of another silo.</summary>
/// <param name="Silo">The other silo.</param>
/// <param name="State">How far its members are known.</param>
/// <param name="Since">
/// Time since it last agreed, introduced itself or sent a full copy; since the session ended when none runs. Zero where
/// the scope does not run there.
/// </param>
internal readonly record struct ScopePeer(SiloAddress Silo, PeerState State, TimeSpan Since);

/// <summary>What is known of one scope of this silo.</summary>
/// <param name="Name">The scope.</param>
/// <param name="IsLocal">Whether it stays on this silo.</param>
/// <param name="Report">What its machine knows; <see langword="null"/> while the scope does not run.</param>
/// <param name="Tally">What has happened in it.</param>
/// <param name="Peers">One entry per other living silo; empty for a local scope.</param>
internal sealed record ScopeState(
    string Name,
    bool IsLocal,
    ScopeStatus? Report,
    ScopeTally Tally,
    IReadOnlyList<ScopePeer> Peers)
{
    /// <summary>All scopes of a silo, by name.</summary>
    internal static IReadOnlyList<ScopeState> Take(SiloGroups groups)
    {
        var silos = groups.Network.CopyPeers();
        return
        [
            .. groups.Host.Scopes
                .OrderBy(static scope => scope.Scope.Value, StringComparer.Ordinal)
                .Select(scope => Take(scope, silos)),
        ];
    }

    private static ScopeState Take(ScopeFront scope, IReadOnlyList<PeerSnapshot> silos)
    {
        var report = scope.Life?.GetReport();
        IReadOnlyList<ScopePeer> peers = scope.IsLocal || report is null
            ? []
            : [.. silos.Select(silo => Compare(silo, report))];
        return new ScopeState(scope.Scope.Value, scope.IsLocal, report?.Status, scope.Tally, peers);
    }

    private static ScopePeer Compare(PeerSnapshot silo, ScopeReport report)
    {
        foreach (var peer in report.Peers)
        {
            if (!peer.Status.Node.Equals(silo.Node))
            {
                continue;
            }

            if (peer.Status.Scope is null)
            {
                return new ScopePeer(silo.Silo, PeerState.InSync, TimeSpan.Zero);
            }

            var isInSync = peer.Status is { IsComplete: true, Wish: SnapshotWish.None };
            return new ScopePeer(silo.Silo, isInSync ? PeerState.InSync : PeerState.Behind, peer.SinceAgreement);
        }

        return new ScopePeer(silo.Silo, PeerState.NotConnected, silo.SinceChange);
    }
}
