using System.Buffers;
using Orleans.Groups.Engine;
using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <content>What the machine wants done; called by the pump alone.</content>
internal sealed partial class LinkHost
{
    /// <summary>Retries in a row after which silence is worth a warning.</summary>
    private const int RetriesToReport = 5;

    private bool _isReported;

    /// <summary>Encodes a message for the transport. Its body is not copied.</summary>
    internal static LinkPacket Pack(LinkMessage message, Guid token)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        WireCodec.EncodeLink(message, buffer);
        return new LinkPacket { Token = token, Message = buffer.WrittenMemory, Tail = message.Tail };
    }

    private void Execute(LinkEffect effect)
    {
        switch (effect)
        {
            case LinkEffect.Send send:
                _network.Core.Instruments.Links.Sent(send.Message);
                _network.Core.Work.Begin();
                _ = SendAsync(send.Message); // Never throws; a failure is an input.
                break;
            case LinkEffect.Deliver deliver:
                Deliver(deliver);
                break;
            case LinkEffect.PeerUp up:
                _hasPayloadRoom = true;
                Volatile.Write(ref _session, up.Session);
                _network.SessionBegan(this, up.Session);
                break;
            case LinkEffect.PeerDown down:
                Volatile.Write(ref _session, 0);
                _network.SessionEnded(this, down.Session, down.Reason);
                break;
            case LinkEffect.Writable writable:
                OnWritable(writable);
                break;
            case LinkEffect.SetTimer timer:
                SetTimer(timer);
                break;
            case LinkEffect.CancelTimer timer:
                CancelTimer(timer.Timer);
                break;
            case LinkEffect.DeclaredDead:
                _network.DeclaredDead(Silo);
                break;
            case LinkEffect.Incompatible incompatible:
                _network.Core.Logger.Incompatible(Silo, incompatible.OldestVersion, incompatible.NewestVersion);
                break;
            case LinkEffect.Closed:
                _closed.TrySetResult();
                break;
            case LinkEffect.Unanswered unanswered:
                OnUnanswered(unanswered);
                break;
            case LinkEffect.Trace trace:
                _network.Core.Instruments.Links.Dropped(trace.Kind);
                _network.Core.Logger.LinkTraced(Silo, trace.Kind.ToString());
                break;
            case LinkEffect.FlushWanted or LinkEffect.KeepAliveDue or LinkEffect.KeepAliveHeard:
                break; // The first is the pump's; digests have a timer of their own; advice decides nothing.
            default:
                throw Invariant.Unreachable(effect);
        }
    }

    /// <summary>
    /// Advice, no verdict: membership alone says who is dead. Said once while it lasts, and once when it is over.
    /// </summary>
    private void OnUnanswered(LinkEffect.Unanswered unanswered)
    {
        var retries = unanswered.Retries;
        _network.Core.Logger.LinkUnanswered(Silo, unanswered.Session, retries);
        if (retries > 0)
        {
            _network.Core.Instruments.Links.Retried();
        }

        if (retries == RetriesToReport)
        {
            _isReported = true;
            _network.Core.Logger.LinkSilent(_network.Silo, Silo, retries);
        }
        else if (retries == 0 && _isReported)
        {
            _isReported = false;
            _network.Core.Logger.LinkAnsweredAgain(_network.Silo, Silo);
        }
    }

    private async Task SendAsync(LinkMessage message)
    {
        try
        {
            var reply = await _network.Transport.DeliverAsync(Silo, Pack(message, Token)).ConfigureAwait(false);
            if (reply.IsStranger)
            {
                _network.NotRecognised(Silo);
                Tell(new LinkInput.SendFailed(message));
                return;
            }

            foreach (var packet in reply.Messages)
            {
                if (WireCodec.TryDecodeLink(packet.Message, packet.Tail, cache: null, out var answer, out var error))
                {
                    Tell(new LinkInput.Received(answer));
                }
                else
                {
                    _network.Core.Instruments.Links.Refused();
                    _network.Core.Logger.LinkMessageRefused(Silo, error.ToString());
                }
            }
        }
        catch (Exception exception) // Whatever the transport throws means the same: nobody knows whether it arrived.
        {
            _network.Core.Logger.LinkSendFailed(exception, Silo);
            Tell(new LinkInput.SendFailed(message));
        }
        finally
        {
            _network.Core.Work.End();
        }
    }

    private void Deliver(LinkEffect.Deliver deliver)
    {
        foreach (var frame in deliver.Frames)
        {
            if (deliver.Lane == LinkLane.Control)
            {
                continue; // Nothing is sent there yet: a newer version's hints.
            }

            if (!WireCodec.TryDecode(frame.Bytes, _ids, out var decoded, out var error))
            {
                Undecodable(deliver.Session, frame, error);
                continue;
            }

            var cost = frame.Bytes.Length;
            if (!frame.Channel.IsCredited)
            {
                _network.Host.Accept(Peer, deliver.Session, decoded, credit: null);
            }
            else if (decoded is NodeFrame.ToScope)
            {
                var credit = new ConsumeCredit(this, deliver.Session, frame.Channel, cost);
                _network.Host.Accept(Peer, deliver.Session, decoded, credit);
            }
            else
            {
                // Whoever gets a payload has a queue with a bound of its own.
                _network.Host.Accept(Peer, deliver.Session, decoded, credit: null);
                Consume(deliver.Session, frame.Channel, cost);
            }
        }
    }

    /// <summary>
    /// A kind of a newer version is passed over. Anything else is a broken frame, and a link without one of its
    /// frames promises nothing any more: its session ends, and the next one repairs everything.
    /// </summary>
    private void Undecodable(long session, LinkFrame frame, WireError error)
    {
        _network.Core.Instruments.Links.Refused();
        _network.Core.Logger.FrameRefused(Silo, error.ToString());
        if (error == WireError.UnknownKind)
        {
            if (frame.Channel.IsCredited)
            {
                Consume(session, frame.Channel, frame.Bytes.Length);
            }
        }
        else
        {
            EndSession(session);
        }
    }

    private void OnWritable(LinkEffect.Writable writable)
    {
        if (writable.Channel == LinkChannels.Payloads)
        {
            _hasPayloadRoom = writable.HasRoom;
        }
        else if (_network.Channels.TryGetScope(writable.Channel, out var scope))
        {
            _network.Host.TellWritable(scope, Peer, writable.Session, writable.HasRoom);
        }
    }

    private void SetTimer(LinkEffect.SetTimer timer)
    {
        var fired = new LinkInput.TimerFired(timer.Timer, timer.Generation);
        lock (_gate)
        {
            _timers[(int)timer.Timer]?.Dispose();
            _timers[(int)timer.Timer] =
                _isSilenced ? null : Engine.Timers.Create(_network.Core.Time, () => Tell(fired), timer.After);
        }
    }

    private void CancelTimer(LinkTimer timer)
    {
        lock (_gate)
        {
            _timers[(int)timer]?.Dispose();
            _timers[(int)timer] = null;
        }
    }

    /// <summary>Tells the sender of a scope's frame that it has been handled.</summary>
    private sealed class ConsumeCredit(LinkHost link, long session, LinkChannel channel, long bytes) : IFrameCredit
    {
        public void Return() => link.Consume(session, channel, bytes);
    }
}
