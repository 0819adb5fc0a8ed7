using System.Collections.Immutable;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <content>Turns of members: inputs in, effects done in list order.</content>
internal sealed partial class RingWorld
{
    private static readonly byte[][] Payloads = [.. Enumerable.Range(0, 256).Select(static n => new[] { (byte)n })];

    private void TakeStep(int index)
    {
        var step = Plan.Seats[index].Steps[_seats[index].Value.StepsDone];
        var seat = WriteSeat(index);
        seat.StepsDone++;
        switch (step)
        {
            case SeatStep.Join or SeatStep.JoinAgain or SeatStep.JoinBehind:
                seat.Phase = SeatPhase.Joining;
                Step(index, RingInput.Start.Instance);
                break;
            case SeatStep.Publish:
                Publish(index, null);
                break;
            case SeatStep.Confirm:
                Publish(index, ConfirmLevel.ReceivedByAll);
                break;
            case SeatStep.ConfirmProcessed:
                Publish(index, ConfirmLevel.ProcessedByAll);
                break;
            case SeatStep.Leave:
                seat.IsLeaving = true;
                seat.Promised = seat.Published;
                Step(index, RingInput.Leave.Instance);
                break;
            case SeatStep.ShutDown:
                Step(index, RingInput.ShutDownGroup.Instance);
                break;
            case SeatStep.Stop:
                Step(index, new RingInput.Stop(TerminationReason.HandlerStopped, "test"));
                break;
            default:
                throw Invariant.Unreachable(step);
        }
    }

    private void Publish(int index, ConfirmLevel? level)
    {
        var seat = WriteSeat(index);
        var number = ++seat.Published;
        ImmutableArray<ConfirmRequest> confirms = [];
        if (level is { } wanted)
        {
            confirms = [new ConfirmRequest(0, ++seat.LastConfirm, wanted)];
            seat.Confirms.Add(seat.LastConfirm, new SeatConfirm(number, wanted, NeededFor(seat), MayProve(seat)));
        }

        Step(index, new RingInput.Broadcast(new ReadOnlyMemory<byte>[] { Payloads[number] }, confirms));
    }

    private void Flush(int index)
    {
        WriteSeat(index).IsFlushWanted = false;
        Step(index, RingInput.Flush.Instance);
    }

    private void Fire(int index, RingTimer timer)
    {
        WriteSeat(index).Timers.Remove(timer, out var generation);
        Step(index, new RingInput.TimerFired(timer, generation.Generation));
    }

    private void Handle(int index, int publisher)
    {
        var id = _fixture.SeatIds[publisher];
        var known = WriteSeat(index).Known[id];
        known.Processed = known.Received;
        Step(index, new RingInput.Processed(id, known.Processed));
    }

    /// <summary>Gives a machine an input, and does what it wants.</summary>
    private void Step(int index, RingInput input, int choice = 0, int choices = 1)
    {
        if (!_seats[index].Value.IsRunning)
        {
            return;
        }

        var seat = WriteSeat(index);
        var machine = seat.Machine!;
        var before = machine.HeldRecord;
        var fenced = FencedBy(seat, before, input);
        _fixture.Choices.Force(machine, Plan.Seats[index].Node, choice, choices);
        Notes?.Add($"  {seat.Id.Name} {RingStory.Of(input)}");
        var effects = new EffectList<RingEffect>();
        machine.Step(input, effects);
        if (!ReferenceEquals(before, machine.HeldRecord))
        {
            CheckAdopted(seat, before, machine.HeldRecord);
        }

        foreach (var effect in effects.Effects)
        {
            Notes?.Add($"    {seat.Id.Name} {RingStory.Of(effect)}");
            PropertyException.Require(
                seat.IsRunning, "host contract", $"{seat.Id.Name} {effect} after its last effect");
            PropertyException.Require(
                fenced is null || effect is not RingEffect.Deliver,
                "G-S19",
                $"{seat.Id.Name} delivers what {fenced?.Name} says, which is no member in its view");
            DoEffect(index, seat, effect);
        }

        if (!Plan.FlushesApart && seat.IsFlushWanted)
        {
            Flush(index);
        }
    }

    private void DoEffect(int index, RingSeat seat, RingEffect effect)
    {
        switch (effect)
        {
            case RingEffect.Send send:
                Send(Plan.Seats[index].Node, send.To.Node, new RingFrame.ToMember(seat.Id, send.To, send.Message));
                break;
            case RingEffect.Watch watch:
                Watch(index, seat, watch.Member);
                break;
            case RingEffect.Unwatch watch:
                seat.Watches.Remove(watch.Member);
                break;
            case RingEffect.ReadRecord read:
                WriteStore().Requests.Add((seat.Id, read.Request * 2), new StoreRequest(null, read.Request));
                break;
            case RingEffect.SubmitEdit submit:
                Submit(seat, submit.Edit);
                break;
            case RingEffect.SurveyViews survey:
                StartSurvey(index, seat, survey.Request);
                break;
            case RingEffect.SetTimer timer:
                seat.Timers[timer.Timer] = new SeatTimer(timer.Generation);
                break;
            case RingEffect.CancelTimer timer:
                seat.Timers.Remove(timer.Timer);
                break;
            case RingEffect.FlushWanted:
                PropertyException.Require(!seat.IsFlushWanted, "host contract", $"{seat.Id.Name} wants two flushes");
                seat.IsFlushWanted = true;
                break;
            case RingEffect.Trace or RingEffect.WindowReleased:
                break;
            default:
                TellClient(index, seat, effect);
                break;
        }
    }

    private void TellClient(int index, RingSeat seat, RingEffect effect)
    {
        switch (effect)
        {
            case RingEffect.NotifyJoined joined:
                OnJoined(seat, joined);
                break;
            case RingEffect.NotifyChanged changed:
                OnChanged(seat, changed);
                break;
            case RingEffect.Deliver deliver:
                OnDelivered(seat, deliver);
                break;
            case RingEffect.ConfirmSettled settled:
                OnSettled(seat, settled);
                break;
            case RingEffect.JoinFailed:
                End(index, SeatPhase.JoinFailed);
                break;
            case RingEffect.Terminated terminated:
                var isClean = terminated.Reason == TerminationReason.Left;
                seat.Promised = isClean ? seat.Promised : 0;
                PropertyException.Require(
                    seat.Confirms.Count == 0, "G-L2", $"{seat.Id.Name} ended and left a confirm open");
                PropertyException.Require(
                    !isClean || seat.IsLeaving, "G-S19", $"{seat.Id.Name} has left without being asked to");
                PropertyException.Require(
                    terminated.Reason != TerminationReason.LostMembership || Plan.MayLoseMembership,
                    "R3",
                    $"{seat.Id.Name} is out although nobody had a reason to take it out: {terminated.Detail}");
                End(index, SeatPhase.Terminated);
                break;
            default:
                throw Invariant.Unreachable(effect);
        }
    }

    /// <summary>The machine is no more; those who watch hear of it behind its last frame.</summary>
    private void End(int index, SeatPhase phase)
    {
        var seat = WriteSeat(index);
        seat.End(phase);
        var node = Plan.Seats[index].Node;
        ForgetRequests(seat.Id);
        if (!_nodes[node].Value.IsAlive)
        {
            return;
        }

        for (var other = 0; other < Plan.Nodes; other++)
        {
            if (WatchersOn(other, seat.Id).Any())
            {
                Send(node, _fixture.NodeIds[other], new RingFrame.Ended(seat.Id));
            }
        }
    }
}
