using System.Collections.Generic;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Orleans.Groups.Protocol;

/// <content>What is sent: gathered updates, snapshots, digests.</content>
/// <remarks>
/// Peers in step share one base version, so that one update serves all of them (rule P1). Whoever gets a snapshot comes
/// into step with them: what was gathered is sent to the others first, and then the snapshot's version is everybody's
/// base.
/// </remarks>
internal sealed partial class ScopeMachine
{
    private readonly OutgoingLog _log = new();
    private ImmutableArray<ScopeMessage.Snapshot> _snapshot; // Of the present version; default when not built yet.
    private int _inStep; // Peers whose Sync is Clean or Sending: those for whom changes are gathered.
    private bool _isFlushWanted;

    private void OnFlush(EffectList<ScopeEffect> effects)
    {
        _isFlushWanted = false;
        SendGathered(effects);
        GoOn(effects);
    }

    private void OnWritable(ScopeInput.Writable writable, EffectList<ScopeEffect> effects)
    {
        if (!_peers.TryGet(writable.Node, out var peer)
            || peer.Session != writable.Session
            || peer.HasRoom == writable.HasRoom)
        {
            return;
        }

        peer.HasRoom = writable.HasRoom;
        if (!writable.HasRoom || peer.IsSuperseded)
        {
            return;
        }

        if (peer.Wish == SnapshotWish.Postponed)
        {
            AskForSnapshot(peer, effects);
        }

        if (peer.Sync == PeerSync.Dirty)
        {
            SendSnapshot(peer, effects);
        }

        if (peer.Sync == PeerSync.Sending)
        {
            WantFlush(effects);
        }
    }

    /// <summary>
    /// Gathered changes go first: a digest of a version that nobody was told of would look like a loss.
    /// </summary>
    private void OnDigestDue(EffectList<ScopeEffect> effects)
    {
        SendGathered(effects);
        var digest = new ScopeMessage.Digest(_self, _version, _hash);
        for (var at = 0; _peers.Next(ref at, out _);)
        {
            var peer = _peers.At(at);
            if (peer.HasRoom && !peer.IsSuperseded && peer.Sync is PeerSync.Fresh or PeerSync.Clean)
            {
                Send(peer, digest, effects);
            }
        }
    }

    /// <summary>
    /// One local operation is one version step. Its changes are gathered if somebody is in step to hear of them.
    /// </summary>
    private void Gather(EffectList<ScopeEffect> effects)
    {
        _version++;
        _snapshot = default;
        if (_inStep == 0)
        {
            return;
        }

        for (var index = 0; index < _changes.Cells.Count; index++)
        {
            var cell = _changes.Cells[index];
            for (var at = cell.FirstChange; _changes.Next(ref at, out var change);)
            {
                _log.Add(cell, change);
            }
        }

        WantFlush(effects);
    }

    private void WantFlush(EffectList<ScopeEffect> effects)
    {
        if (!_isFlushWanted)
        {
            _isFlushWanted = true;
            effects.Add(ScopeEffect.FlushWanted.Instance);
        }
    }

    /// <summary>
    /// Sends what was gathered to all peers in step. A peer without room misses it and falls out of step (rule H5); one
    /// that is being sent parts gets it behind them.
    /// </summary>
    private void SendGathered(EffectList<ScopeEffect> effects)
    {
        if (_inStep > 0 && _log.BaseVersion < _version)
        {
            foreach (var shipment in _shipments)
            {
                shipment.Follow(_log, MostLater);
            }

            Shipment? updates = null;
            for (var at = 0; _peers.Next(ref at, out _);)
            {
                var peer = _peers.At(at);
                if (peer.Sync != PeerSync.Clean)
                {
                    continue;
                }

                if (!peer.HasRoom)
                {
                    SetSync(peer, PeerSync.Dirty);
                    continue;
                }

                updates ??= ToShipment(_log.Build(_self, _version, _settings.MaxMembershipsPerFrame));
                Ship(peer, updates, effects);
            }
        }

        _log.Restart(_version);
    }

    /// <summary>
    /// Brings a peer into step by a copy of everything, now or when it has room. A snapshot that is on its way to it is
    /// what it needs, since nothing of that is lost in a session.
    /// </summary>
    private void SendSnapshot(PeerTable peer, EffectList<ScopeEffect> effects)
    {
        if (peer.Shipment is { IsSnapshot: true })
        {
            return;
        }

        SetSync(peer, PeerSync.Dirty);
        if (!peer.HasRoom)
        {
            return;
        }

        SendGathered(effects);
        Ship(peer, GetSnapshot(peer.Told), effects);
    }

    private void SetSync(PeerTable peer, PeerSync sync)
    {
        var told = peer.Sync == PeerSync.Clean ? _log.BaseVersion : peer.Shipment?.Version ?? peer.Told;
        peer.Told = IsInStep(sync) ? 0 : told;
        Unload(peer);
        _inStep += (IsInStep(sync) ? 1 : 0) - (IsInStep(peer.Sync) ? 1 : 0);
        peer.Sync = sync;
        if (_inStep == 0)
        {
            _log.Restart(_version);
        }
    }

    private static bool IsInStep(PeerSync sync) => sync is PeerSync.Clean or PeerSync.Sending;

    private static void Send(PeerTable peer, ScopeMessage message, EffectList<ScopeEffect> effects) =>
        effects.Add(new ScopeEffect.Send(peer.Node, peer.Session, message));

    /// <summary>
    /// Differs from pg: the copy is made once per version, not once per discoverer, so that a restart of many nodes
    /// does not cost the square of their number.
    /// </summary>
    private ImmutableArray<ScopeMessage.Snapshot> BuildSnapshot()
    {
        var groups = _registry.GetLocalGroups();
        var entries = new PartSplitter<GroupEntry>(_settings.MaxMembershipsPerFrame, groups.Length);
        var counts = new List<MemberCount>();
        foreach (var name in groups)
        {
            var cell = _registry.FindCell(name);
            Invariant.Require(cell is not null, "a listed group exists");
            CountMembers(cell, counts);
            for (var start = 0; start < counts.Count;)
            {
                var taken = entries.Take(counts.Count - start);
                entries.Add(new GroupEntry(name, [.. CollectionsMarshal.AsSpan(counts).Slice(start, taken)]));
                start += taken;
            }

            counts.Clear();
        }

        var parts = entries.ToParts();
        var snapshot = ImmutableArray.CreateBuilder<ScopeMessage.Snapshot>(parts.Length);
        for (var part = 0; part < parts.Length; part++)
        {
            snapshot.Add(new ScopeMessage.Snapshot(_self, _version, part, parts.Length, parts[part]));
        }

        return snapshot.MoveToImmutable();
    }

    /// <summary>Lists each local member of a group once, with its count.</summary>
    private void CountMembers(GroupCell cell, List<MemberCount> counts)
    {
        HashSet<MemberId>? seen = null; // Looked up only, never enumerated.
        foreach (var id in cell.LocalMembers)
        {
            var count = _members.TryGet(id, out var member) ? member.CountIn(cell) : 0;
            if (count == 1 || (seen ??= []).Add(id))
            {
                counts.Add(new MemberCount(id, count));
            }
        }
    }
}
