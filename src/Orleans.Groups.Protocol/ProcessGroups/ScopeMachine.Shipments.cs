using System;
using System.Collections.Generic;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <content>Snapshots and updates of several parts: sent part by part, as there is room.</content>
/// <remarks>
/// <para>
/// A link may have room for less than a snapshot, so its parts are not handed over at once. Each step sends a peer one
/// part, and asks for a flush to send the next one. The host tells of a channel that is full before it gives that
/// flush, and the machine goes on when there is room again: what is there is filled, and refilled as it drains, without
/// a word from the peer.
/// </para>
/// <para>
/// Invariant: a peer in step has been told, or is being told by its shipment and what follows that, everything up to
/// the common base of the gathered changes. What changes meanwhile is kept with the shipment in net, at most as much as
/// a snapshot has.
/// </para>
/// <para>
/// Peers that need a snapshot share the one that is on its way already, if it is not behind what they were told: one
/// copy of the local table serves all nodes that come at about the same time, whatever is joined meanwhile.
/// </para>
/// </remarks>
internal sealed partial class ScopeMachine
{
    private readonly List<Shipment> _shipments = []; // Those with receivers.

    /// <summary>The most changes worth keeping: above, a snapshot is shorter.</summary>
    private int MostLater => Math.Max(_settings.MaxMembershipsPerFrame, _localMemberships);

    /// <summary>Sends what leads to the present version: one part now, more of them one by one.</summary>
    private void Ship(PeerTable peer, Shipment shipment, EffectList<ScopeEffect> effects)
    {
        if (shipment.Parts.Length == 1 && shipment.Version == _version)
        {
            SetSync(peer, PeerSync.Clean);
            Send(peer, shipment.Parts[0], effects);
            return;
        }

        Load(peer, shipment);
        WantFlush(effects);
    }

    private void Load(PeerTable peer, Shipment shipment)
    {
        SetSync(peer, PeerSync.Sending);
        if (shipment.Receivers++ == 0)
        {
            _shipments.Add(shipment);
        }

        peer.Shipment = shipment;
        peer.NextPart = 0;
    }

    private void Unload(PeerTable peer)
    {
        if (peer.Shipment is { } shipment)
        {
            peer.Shipment = null;
            if (--shipment.Receivers == 0)
            {
                _shipments.Remove(shipment);
            }
        }
    }

    /// <summary>Sends the next part to each peer that has room. What was gathered has gone before.</summary>
    private void GoOn(EffectList<ScopeEffect> effects)
    {
        var isMore = false;
        for (var at = 0; _shipments.Count > 0 && _peers.Next(ref at, out _);)
        {
            var peer = _peers.At(at);
            if (peer.HasRoom && peer.Shipment is { } shipment)
            {
                Send(peer, shipment.Parts[peer.NextPart++], effects);
                if (peer.NextPart == shipment.Parts.Length)
                {
                    OnShipped(peer, shipment);
                }

                isMore |= peer.Sync == PeerSync.Sending;
            }
        }

        if (isMore)
        {
            WantFlush(effects);
        }
    }

    /// <summary>A peer has all parts. It is in step, or what came later follows, with the next flush.</summary>
    private void OnShipped(PeerTable peer, Shipment shipment)
    {
        Invariant.Require(_log.BaseVersion == _version, "what was gathered is known to all shipments");
        if (shipment.Version == _version)
        {
            SetSync(peer, PeerSync.Clean);
        }
        else if (shipment.IsOverrun)
        {
            Load(peer, GetSnapshot(shipment.Version));
        }
        else
        {
            if (shipment.Next?.Version != _version)
            {
                var updates = shipment.Later!.Build(_self, _version, _settings.MaxMembershipsPerFrame);
                shipment.Next = ToShipment(updates);
            }

            Load(peer, shipment.Next!);
        }
    }

    private Shipment ToShipment(ImmutableArray<ScopeMessage.Update> updates) =>
        new(ImmutableArray<ScopeMessage>.CastUp(updates), _version, isSnapshot: false);

    /// <summary>A snapshot that is not older than a version; of the present one, if none is on its way.</summary>
    private Shipment GetSnapshot(long least)
    {
        foreach (var shipment in _shipments)
        {
            if (shipment is { IsSnapshot: true, IsOverrun: false } && shipment.Version >= least)
            {
                return shipment;
            }
        }

        if (_snapshot.IsDefault)
        {
            _snapshot = BuildSnapshot();
        }

        return new Shipment(ImmutableArray<ScopeMessage>.CastUp(_snapshot), _version, isSnapshot: true);
    }
}
