using System.Security.Cryptography;
using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <content>Who may talk to this silo, and how silos get to know each other.</content>
internal sealed partial class SiloNetwork
{
    /// <summary>A packet has come. Only who shows the token that a peer was given is that peer.</summary>
    internal LinkReply Receive(LinkPacket packet)
    {
        if (!_byToken.TryGetValue(packet.Token, out var peer))
        {
            Core.Instruments.Links.Refused();
            return LinkReply.Stranger;
        }

        if (peer.Link is not { } link)
        {
            // It knows this silo, and will send again; this silo does not know it yet.
            Ask(peer);
            return LinkReply.Empty;
        }

        if (!WireCodec.TryDecodeLink(packet.Message, packet.Tail, cache: null, out var message, out var error))
        {
            Core.Instruments.Links.Refused();
            Core.Logger.LinkMessageRefused(peer.Silo, error.ToString());
            return LinkReply.Empty;
        }

        return link.Receive(message) is { } answers
            ? new LinkReply { Messages = [.. answers.Select(static answer => LinkHost.Pack(answer, Guid.Empty))] }
            : LinkReply.Empty;
    }

    /// <summary>
    /// A silo does not know the token that it has given. It forgets only whom it has buried, long ago: so this silo was
    /// declared dead, and another introduction would not be given.
    /// </summary>
    internal void NotRecognised(SiloAddress silo) => DeclaredDead(silo);

    /// <summary>
    /// A silo, or somebody who says so, asks this one to introduce itself; the answer goes to that silo.
    /// </summary>
    internal async Task IntroduceToAsync(IntroductionRequest request)
    {
        Introduction introduction;
        lock (Gate)
        {
            if (_isOver || !_peers.TryGetValue(request.Asker, out var peer) || peer.IsDead)
            {
                return; // Not alive here (yet): rule H3. It asks again.
            }

            introduction = new Introduction
            {
                Silo = Silo,
                Incarnation = Self.Incarnation.Id,
                Nonce = request.Nonce,
                Token = peer.Token,
            };
        }

        await Transport.IntroduceAsync(request.Asker, introduction).ConfigureAwait(false);
    }

    /// <summary>A silo, or somebody who says so, introduces itself. Believed only with the nonce it was sent.</summary>
    internal void Introduced(Introduction introduction)
    {
        LinkHost? made = null;
        lock (Gate)
        {
            if (_isOver
                || !_peers.TryGetValue(introduction.Silo, out var peer)
                || peer.IsDead
                || !IsSame(introduction.Nonce, peer.Nonce))
            {
                return;
            }

            if (peer.Link is null)
            {
                var node = SiloNames.ToNode(peer.Silo, introduction.Incarnation);
                made = new LinkHost(this, peer.Silo, node, Settings);
                peer.Link = made;
                Host.Peers[node] = made.Lanes;
            }

            peer.Link.Token = introduction.Token;
        }

        made?.Tell(LinkInput.PeerAlive.Instance);
    }

    private static bool IsSame(Guid left, Guid right)
    {
        Span<byte> leftBytes = stackalloc byte[16];
        Span<byte> rightBytes = stackalloc byte[16];
        left.TryWriteBytes(leftBytes);
        right.TryWriteBytes(rightBytes);
        return CryptographicOperations.FixedTimeEquals(leftBytes, rightBytes);
    }

    private void Ask(SiloPeer peer)
    {
        lock (Gate)
        {
            if (peer.IsAsking || peer.IsDead || _isOver)
            {
                return;
            }

            peer.IsAsking = true;
        }

        _ = AskAsync(peer); // Never throws.
    }

    /// <summary>Asks until the silo has introduced itself, or is dead.</summary>
    private async Task AskAsync(SiloPeer peer)
    {
        for (var tries = 0; ; tries++)
        {
            Core.Work.Begin();
            try
            {
                var request = new IntroductionRequest { Asker = Silo, Nonce = peer.Nonce };
                await Transport.RequestIntroductionAsync(peer.Silo, request).ConfigureAwait(false);
            }
            catch (Exception exception) // It may not run yet, or not any more: membership says so, not an exception.
            {
                Core.Logger.IntroductionFailed(exception, peer.Silo);
            }
            finally
            {
                Core.Work.End();
            }

            lock (Gate)
            {
                if (_isOver || peer.IsDead || peer.Link is not null)
                {
                    peer.IsAsking = false;
                    return;
                }
            }

            await Task.Delay(Core.Backoff(tries), Core.Time).ConfigureAwait(false);
        }
    }
}
