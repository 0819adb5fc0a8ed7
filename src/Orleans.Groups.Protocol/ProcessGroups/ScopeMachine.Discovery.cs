namespace Orleans.Groups.Protocol;

/// <content>Sessions, introductions and goodbyes.</content>
/// <remarks>
/// <para>Source: pg.erl, init, nodeup, discover and the DOWN of a peer's scope server.</para>
/// <para>
/// Differs from pg: each side says discover once per session and life, and answers the other's once (PD8). A life that
/// starts in the middle of a session missed the other side's discover. It learns of the other side by the answer to its
/// own, and takes that answer for the discover that it missed. So both tables are exchanged exactly once in every case,
/// without anybody asking again.
/// </para>
/// </remarks>
internal sealed partial class ScopeMachine
{
    private readonly OrderedTable<NodeId, PeerTable> _peers = new();

    private void OnPeerUp(ScopeInput.PeerUp up, EffectList<ScopeEffect> effects)
    {
        if (_settings.IsLocal || up.Node.Equals(_self.Node))
        {
            return;
        }

        if (_peers.TryGet(up.Node, out var old))
        {
            if (old.Session >= up.Session)
            {
                return;
            }

            Drop(old, effects);
        }

        // Nobody remembers what an earlier session told, but it was not more than there is now.
        var peer = new PeerTable(up.Node, up.Session) { Told = up.Session > 1 ? _version : 0 };
        _peers.FindOrAdd(up.Node, out _) = peer;
        Send(peer, new ScopeMessage.Discover(_self, _version), effects);
    }

    private void OnPeerDown(ScopeInput.PeerDown down, EffectList<ScopeEffect> effects)
    {
        if (_peers.TryGet(down.Node, out var peer) && peer.Session == down.Session)
        {
            Drop(peer, effects);
        }
    }

    private void Drop(PeerTable peer, EffectList<ScopeEffect> effects)
    {
        SetSync(peer, PeerSync.Fresh);
        _peers.Remove(peer.Node);
        RemoveAll(peer, ChangeReason.NodeDown, effects);
    }

    private void OnReceived(ScopeInput.Received received, EffectList<ScopeEffect> effects)
    {
        if (!_peers.TryGet(received.Node, out var peer) || peer.Session != received.Session)
        {
            effects.Add(new ScopeEffect.Trace(ScopeTrace.NotInSession, received.Node));
            return;
        }

        var problem = IsWellFormed(received.Message) ? Admit(peer, received.Message, effects) : ScopeTrace.Malformed;
        if (problem is { } kind)
        {
            Trace(peer, kind, effects);
            return;
        }

        switch (received.Message)
        {
            case ScopeMessage.Update or ScopeMessage.Snapshot: OnPart(peer, received.Message, effects); break;
            case ScopeMessage.Digest digest: OnDigest(peer, digest, effects); break;
            case ScopeMessage.Discover discover: OnDiscover(peer, discover, effects); break;
            case ScopeMessage.SnapshotRequest: OnSnapshotRequest(peer, effects); break;
            case ScopeMessage.ScopeDown: OnScopeDown(peer, effects); break;
            default: throw Invariant.Unreachable(received.Message);
        }
    }

    /// <summary>
    /// Decides whether the life that speaks is to be heard, and introduces it if it is new. Returns why it is not.
    /// </summary>
    private ScopeTrace? Admit(PeerTable peer, ScopeMessage message, EffectList<ScopeEffect> effects)
    {
        var life = message.From;
        if (peer.IsSuperseded || !life.Node.Equals(peer.Node) || life.Counter < peer.Counter)
        {
            return ScopeTrace.OldIncarnation;
        }

        if (life.Counter == peer.Counter)
        {
            return peer.IsIntroduced ? null : ScopeTrace.OldIncarnation;
        }

        if (message is ScopeMessage.Update && peer.Counter == 0)
        {
            return ScopeTrace.UnknownPeer;
        }

        return Introduce(peer, life.Counter, effects) ? null : ScopeTrace.OldIncarnation;
    }

    /// <summary>
    /// A life speaks for the first time; that ends earlier lives of its scope and of its node (rule H2).
    /// </summary>
    private bool Introduce(PeerTable peer, long counter, EffectList<ScopeEffect> effects)
    {
        for (var at = 0; _peers.Next(ref at, out var node);)
        {
            var rival = _peers.At(at);
            if (rival.IsIntroduced && node != peer.Node && node.Name == peer.Node.Name && !peer.Node.Replaces(node))
            {
                return false;
            }
        }

        for (var at = 0; _peers.Next(ref at, out var node);)
        {
            var older = _peers.At(at);
            if (peer.Node.Replaces(node) && !older.IsSuperseded)
            {
                older.IsSuperseded = true;
                older.IsIntroduced = false;
                SetSync(older, PeerSync.Fresh);
                RemoveAll(older, ChangeReason.NodeDown, effects);
            }
        }

        RemoveAll(peer, ChangeReason.ScopeStopped, effects);
        SetSync(peer, PeerSync.Fresh);
        peer.Counter = counter;
        peer.IsIntroduced = true;
        peer.IsAnswered = false;
        peer.Wish = SnapshotWish.Asked;
        return true;
    }

    private void OnDiscover(PeerTable peer, ScopeMessage.Discover discover, EffectList<ScopeEffect> effects)
    {
        if (discover.Version == 0)
        {
            peer.IsComplete = true; // Nobody had joined in that life. If more is known of it, it is complete anyway.
        }

        AnswerDiscover(peer, effects);
    }

    /// <summary>
    /// Answers the discover of a life once, be it said or, in a snapshot from somebody unknown, implied.
    /// </summary>
    private void AnswerDiscover(PeerTable peer, EffectList<ScopeEffect> effects)
    {
        if (!peer.IsAnswered)
        {
            peer.IsAnswered = true;
            SendSnapshot(peer, effects);
        }
    }

    private void OnSnapshotRequest(PeerTable peer, EffectList<ScopeEffect> effects)
    {
        peer.IsAnswered = true;
        SendSnapshot(peer, effects);
    }

    private void OnScopeDown(PeerTable peer, EffectList<ScopeEffect> effects)
    {
        peer.IsIntroduced = false;
        SetSync(peer, PeerSync.Fresh);
        RemoveAll(peer, ChangeReason.ScopeStopped, effects);
    }

    private static void Trace(PeerTable peer, ScopeTrace kind, EffectList<ScopeEffect> effects) =>
        effects.Add(new ScopeEffect.Trace(kind, peer.Node));
}
