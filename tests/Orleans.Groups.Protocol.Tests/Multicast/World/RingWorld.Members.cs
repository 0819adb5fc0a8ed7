namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <content>Turns of members: inputs in, effects done in list order.</content>
internal sealed partial class RingWorld
{
    /// <summary>One input of the mailbox.</summary>
    internal void StepNext(WorldMember member) => Step(member, member.Mailbox.Dequeue());

    /// <summary>The end of a turn.</summary>
    internal void Flush(WorldMember member)
    {
        member.IsFlushWanted = false;
        Step(member, RingInput.Flush.Instance);
    }

    internal void FireTimer(WorldMember member, RingTimer timer)
    {
        var index = member.Timers.FindIndex(item => item.Timer == timer);
        var (_, generation, due) = member.Timers[index];
        member.Timers.RemoveAt(index);
        PassTime(due);
        member.Mailbox.Enqueue(new RingInput.TimerFired(timer, generation));
        See($"timer {timer}");
    }

    /// <summary>The handler works on the first delivery: a whole one, or so many messages of it.</summary>
    internal void RunHandler(WorldMember member, int messages = int.MaxValue)
    {
        switch (member.Deliveries.Peek())
        {
            case RingEffect.Deliver deliver:
                Process(member, deliver, messages);
                break;
            case RingEffect.Terminated:
                member.Deliveries.Clear();
                break;
            default:
                member.Deliveries.Dequeue();
                break;
        }
    }

    /// <summary>The machine is told what the handler has processed of one publisher.</summary>
    internal void ReportProcessed(WorldMember member, int index = 0)
    {
        var (publisher, through) = member.Reports[index];
        member.Reports.RemoveAt(index);
        if (member.IsRunning)
        {
            member.Mailbox.Enqueue(new RingInput.Processed(publisher, through));
        }
    }

    /// <summary>Gives a machine an input now, past its mailbox: for forged frames.</summary>
    internal void Step(WorldMember member, RingInput input)
    {
        if (!member.IsRunning)
        {
            return;
        }

        Steps++;
        Note($"{member} {RingText.Of(input)}");
        BeforeStep(member, input);
        var before = member.Machine.HeldRecord;
        Tell(observer => observer.OnStepping(member, input));
        _effects.Clear();
        member.Machine.Step(input, _effects);
        var after = member.Machine.HeldRecord;
        if (!ReferenceEquals(before, after) && after is not null)
        {
            Tell(observer => observer.OnAdopted(member, before, after));
        }

        foreach (var effect in _effects.Effects.ToArray())
        {
            Note($"   {member} {RingText.Of(effect)}");
            RingViolationException.Require(
                member.IsRunning, "host contract", $"{member}: {effect} after its last effect");
            Do(member, effect);
        }

        Tell(observer => observer.OnStepped(member, input));
    }

    private void BeforeStep(WorldMember member, RingInput input)
    {
        switch (input)
        {
            case RingInput.Broadcast broadcast:
                var first = PayloadText.SequenceOf(broadcast.Payloads.Span[0]);
                var last = first + broadcast.Payloads.Length - 1;
                member.SteppedSequence = last;
                Tell(observer => observer.OnPublished(member, first, last, broadcast.Confirms));
                break;
            case RingInput.Leave when member.SequenceAtLeave < 0:
                member.SequenceAtLeave = member.SteppedSequence;
                break;
            case RingInput.EditAnswered:
                member.OpenEdits--;
                break;
        }
    }

    private void Do(WorldMember member, RingEffect effect)
    {
        switch (effect)
        {
            case RingEffect.Send send:
                Tell(observer => observer.OnSent(member, send));
                Transmit(member.Node, send.To.Node, new WorldFrame.ToRing(member.Id, send.To, send.Message));
                break;
            case RingEffect.Watch watch:
                Watch(member, watch.Member);
                break;
            case RingEffect.Unwatch watch:
                member.Watches.Remove(watch.Member);
                break;
            case RingEffect.ReadRecord read:
                Store.Requests.Add(new WorldRequest(member, null, read.Request));
                break;
            case RingEffect.SubmitEdit submit:
                RingViolationException.Require(++member.OpenEdits == 1, "R6", $"{member} has two edits outstanding");
                Store.Requests.Add(new WorldRequest(member, submit.Edit, 0));
                break;
            case RingEffect.SurveyViews survey:
                StartSurvey(member, survey.Request);
                break;
            case RingEffect.SetTimer timer:
                member.Timers.RemoveAll(item => item.Timer == timer.Timer);
                member.Timers.Add((timer.Timer, timer.Generation, Now + timer.After));
                break;
            case RingEffect.CancelTimer timer:
                member.Timers.RemoveAll(item => item.Timer == timer.Timer);
                break;
            case RingEffect.FlushWanted:
                RingViolationException.Require(!member.IsFlushWanted, "host contract", $"{member} wants two flushes");
                member.IsFlushWanted = true;
                break;
            case RingEffect.Trace trace:
                See($"trace {trace.Kind}");
                break;
            default:
                DoForApplication(member, effect);
                break;
        }
    }

    private void DoForApplication(WorldMember member, RingEffect effect)
    {
        switch (effect)
        {
            case RingEffect.NotifyJoined joined:
                member.Phase = WorldPhase.Joined;
                member.Deliveries.Enqueue(joined);
                Tell(observer => observer.OnJoined(member, joined));
                break;
            case RingEffect.NotifyChanged changed:
                member.Deliveries.Enqueue(changed);
                Tell(observer => observer.OnChanged(member, changed));
                break;
            case RingEffect.Deliver deliver:
                member.Deliveries.Enqueue(deliver);
                Tell(observer => observer.OnDelivered(member, deliver.Publisher, deliver.Batch));
                break;
            case RingEffect.ConfirmSettled settled:
                Tell(observer => observer.OnSettled(member, settled.Confirm, settled.Outcome));
                See($"confirm {settled.Outcome.Status} {settled.Outcome.Reason}");
                break;
            case RingEffect.WindowReleased released:
                member.WindowUsed -= released.Bytes;
                RingViolationException.Require(
                    released.Bytes > 0 && member.WindowUsed >= 0,
                    "R1",
                    $"{member} gives back {released.Bytes} bytes too many");
                break;
            case RingEffect.JoinFailed failed:
                member.Failure = failed.Reason;
                See($"join failed {failed.Reason}");
                End(member, WorldPhase.JoinFailed);
                break;
            case RingEffect.Terminated terminated:
                member.Termination = new MulticastTermination(
                    terminated.Reason, terminated.Detail, terminated.Unsettled);
                member.Deliveries.Enqueue(terminated);
                See($"terminated {terminated.Reason}");
                End(member, WorldPhase.Terminated);
                break;
            default:
                throw Invariant.Unreachable(effect);
        }
    }

    /// <summary>The machine is no more; its node tells those who watch, behind its last frame.</summary>
    private void End(WorldMember member, WorldPhase phase)
    {
        member.Phase = phase;
        member.Mailbox.Clear();
        member.Timers.Clear();
        member.Watches.Clear();
        member.IsFlushWanted = false;
        if (phase == WorldPhase.Crashed)
        {
            member.Deliveries.Clear();
            member.Reports.Clear();
        }

        Note($"{member} is over: {phase}");
        Tell(observer => observer.OnEnded(member));
        AnnounceEnd(member);
    }

    private void Process(WorldMember member, RingEffect.Deliver deliver, int messages)
    {
        var batch = deliver.Batch;
        var until = (int)Math.Min((long)member.DoneOfFirst + messages, batch.Payloads.Length);
        for (var index = member.DoneOfFirst; index < until; index++)
        {
            Tell(observer => observer.OnProcessed(member, deliver.Publisher, batch.First + index));
        }

        member.DoneOfFirst = until;
        member.Reports.RemoveAll(report => report.Publisher.Equals(deliver.Publisher));
        member.Reports.Add((deliver.Publisher, batch.First + until - 1));
        if (until == batch.Payloads.Length)
        {
            member.DoneOfFirst = 0;
            member.Deliveries.Dequeue();
        }
    }
}
