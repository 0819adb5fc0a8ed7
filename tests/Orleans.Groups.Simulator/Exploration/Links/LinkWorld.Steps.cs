using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <content>What happens, and what must hold.</content>
internal sealed partial class LinkWorld
{
    private static readonly LinkChannel FreeChannel = LinkChannel.Free(1);
    private static readonly LinkChannel CreditedChannel = LinkChannel.Credited(1);

    internal override void Do(in Move move)
    {
        var (index, second) = ((int)move.First, (int)move.Second);
        switch ((LinkMove)move.Kind)
        {
            case LinkMove.Alive:
                WriteEnd(index).IsAlive = true;
                Step(index, LinkInput.PeerAlive.Instance);
                break;
            case LinkMove.Step:
                TakeStep(index);
                break;
            case LinkMove.Deliver:
                _budget = second > 0 ? _budget with { Overtaking = _budget.Overtaking - 1 } : _budget;
                Deliver(index, second);
                break;
            case LinkMove.Flush:
                WriteEnd(index).IsFlushWanted = false;
                Step(index, LinkInput.Flush.Instance);
                break;
            case LinkMove.Timer:
                _budget = move.Third > 0 ? _budget with { EarlyRetries = _budget.EarlyRetries - 1 } : _budget;
                WriteEnd(index).Timers.Remove((LinkTimer)second, out var generation);
                Step(index, new LinkInput.TimerFired((LinkTimer)second, generation.Generation));
                break;
            case LinkMove.Consume:
                Consume(index, (ulong)second);
                break;
            case LinkMove.Lose:
                _budget = _budget with { Lost = _budget.Lost - 1 };
                WriteWay(index).Messages.RemoveAt(0);
                break;
            case LinkMove.Double:
                _budget = _budget with { Doubled = _budget.Doubled - 1 };
                var way = WriteWay(index);
                way.Messages.Add(way.Messages[0]);
                Deliver(index, 0);
                break;
            default:
                throw Invariant.Unreachable(move);
        }
    }

    private void TakeStep(int index)
    {
        var end = WriteEnd(index);
        switch (StepsOf(index)[end.StepsDone++])
        {
            case LinkStep.Send:
                Send(index, FreeChannel);
                break;
            case LinkStep.SendCredited:
                Send(index, CreditedChannel);
                break;
            case LinkStep.EndSession:
                Step(index, new LinkInput.EndSession(end.Session));
                break;
            case LinkStep.Drain:
                end.IsOver = true;
                Step(index, new LinkInput.Close(Drain: true));
                break;
            case LinkStep.Bury:
                end.IsOver = true;
                Step(index, LinkInput.PeerDead.Instance);
                break;
        }
    }

    private void Send(int index, LinkChannel channel)
    {
        var end = WriteEnd(index);
        var number = end.Sent.GetValueOrDefault(channel.Tag) + 1;
        var effects = new EffectList<LinkEffect>();
        var outcome = end.Machine.Send(end.Session, channel, [(byte)number], effects);
        PropertyException.Require(
            outcome == LinkSendOutcome.Accepted, "link send", $"{end.Self.Name} sends in a session: {outcome}");
        end.Sent[channel.Tag] = number;
        DoEffects(index, effects);
    }

    private void Consume(int index, ulong channel)
    {
        var end = WriteEnd(index);
        end.Unconsumed.Remove(channel, out var frames);
        var effects = new EffectList<LinkEffect>();
        end.Machine.Consume(end.Session, new LinkChannel(channel), frames, frames, effects);
        DoEffects(index, effects);
    }

    private void Deliver(int from, int position)
    {
        var way = WriteWay(from);
        var message = way.Messages[position];
        way.Messages.RemoveAt(position);
        Step(1 - from, new LinkInput.Received(message));
    }

    private void Step(int index, LinkInput input)
    {
        Notes?.Add($"  {_ends[index].Value.Self.Name} {input}");
        var effects = new EffectList<LinkEffect>();
        WriteEnd(index).Machine.Step(input, effects);
        DoEffects(index, effects);
    }

    private void DoEffects(int index, EffectList<LinkEffect> effects)
    {
        var end = WriteEnd(index);
        foreach (var effect in effects.Effects)
        {
            Notes?.Add($"    {end.Self.Name} {effect}");
            DoEffect(index, end, effect);
        }

        end.Normalise();
    }

    private void DoEffect(int index, LinkEnd end, LinkEffect effect)
    {
        switch (effect)
        {
            case LinkEffect.Send send:
                WriteWay(index).Messages.Add(send.Message);
                break;
            case LinkEffect.Deliver deliver:
                OnDelivered(1 - index, end, deliver);
                break;
            case LinkEffect.PeerUp up:
                Require(end.Session == 0 && up.Session > end.LastSession, "H1", end, $"session {up.Session} begins");
                Require(end.IsAlive, "H3", end, "a session begins with somebody who is not alive here");
                (end.Session, end.LastSession) = (up.Session, up.Session);
                break;
            case LinkEffect.PeerDown down:
                Require(end.Session == down.Session, "H1", end, $"session {down.Session} ends");
                end.Session = 0;
                end.Sent.Clear();
                end.Arrived.Clear();
                end.Unconsumed.Clear();
                break;
            case LinkEffect.FlushWanted:
                end.IsFlushWanted = true; // Perhaps again: the machine flushes by itself when something arrives.
                break;
            case LinkEffect.SetTimer timer:
                end.Timers[timer.Timer] = new SeatTimer(timer.Generation);
                break;
            case LinkEffect.CancelTimer timer:
                end.Timers.Remove(timer.Timer);
                break;
            case LinkEffect.DeclaredDead:
                end.IsOver = true;
                break;
            case LinkEffect.Closed:
                Require(end.IsOver && !end.HasClosed, "link close", end, "closed");
                end.HasClosed = true;
                break;
        }
    }

    /// <summary>Frames of a session arrive in order, exactly once, and nothing of another session.</summary>
    private void OnDelivered(int from, LinkEnd end, LinkEffect.Deliver deliver)
    {
        Require(end.Session == deliver.Session, "H1", end, $"a frame of session {deliver.Session} arrives");
        foreach (var frame in deliver.Frames)
        {
            var number = end.Arrived.GetValueOrDefault(frame.Channel.Tag) + 1;
            Require(
                frame.Bytes.Span[0] == number, "link order", end, $"frame {frame.Bytes.Span[0]} arrives, not {number}");
            end.Arrived[frame.Channel.Tag] = number;
            var sender = _ends[from].Value;
            Require(
                sender.Session != end.Session || sender.Sent.GetValueOrDefault(frame.Channel.Tag) >= number,
                "link integrity",
                end,
                $"frame {number} arrives, which was not sent");
            if (frame.Channel.IsCredited)
            {
                end.Unconsumed[frame.Channel.Tag] = end.Unconsumed.GetValueOrDefault(frame.Channel.Tag) + 1;
            }
        }
    }

    internal override void CheckRest()
    {
        var (a, b) = (_ends[0].Value, _ends[1].Value);
        if (a.IsOver || b.IsOver)
        {
            foreach (var (end, index) in new[] { (a, 0), (b, 1) })
            {
                // Who was buried learns it when it says something.
                Require(end.Session == 0 || !end.IsOver, "H1", end, $"session {end.Session} still runs");
                var drains = Array.IndexOf(StepsOf(index), LinkStep.Drain, 0, end.StepsDone) >= 0;
                Require(!drains || end.HasClosed, "link close", end, "does not come to close");
            }

            return;
        }

        Require(a.Session > 0 && a.Session == b.Session, "H1", a, $"sessions {a.Session} and {b.Session} at rest");
        foreach (var (sender, receiver) in new[] { (a, b), (b, a) })
        {
            foreach (var (channel, sent) in sender.Sent)
            {
                var arrived = receiver.Arrived.GetValueOrDefault(channel);
                Require(arrived == sent, "link delivery", receiver, $"{arrived} of {sent} frames have arrived");
            }
        }
    }

    private static void Require(bool condition, string property, LinkEnd end, string what) =>
        PropertyException.Require(condition, property, condition ? string.Empty : $"{end.Self.Name}: {what}");
}
