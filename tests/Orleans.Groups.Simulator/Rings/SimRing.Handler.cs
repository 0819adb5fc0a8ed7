using Orleans.Groups.Checkers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <content>The application's handler: everything that waits for it, in protocol order (rule R10).</content>
internal sealed partial class SimRing
{
    private readonly Queue<RingEffect> _deliveries = new();
    private readonly List<(MemberId Publisher, long Through)> _progress = [];
    private SimBroadcast? _awaited;
    private int _doneOfFirst;
    private bool _isHandlerScheduled;
    private bool _isRunningMessage;
    private bool _isHandlerStopped;
    private bool _hasStopped;

    /// <summary>How long the handler takes for a message, in microseconds.</summary>
    internal long HandlerDelay { get; set; }

    /// <summary>What the handler will answer to its next message.</summary>
    internal HandledAs NextAnswer { get; set; }

    /// <summary>What the handler will broadcast while it has its next message.</summary>
    internal ProofLevel? NextInside { get; set; }

    /// <summary>Whether nothing waits for the handler.</summary>
    internal bool IsHandlerIdle => _deliveries.Count == 0 && _progress.Count == 0;

    internal int QueuedDeliveries => _deliveries.Count;

    internal void RunHandler()
    {
        _isHandlerScheduled = false;
        if (_awaited is not null)
        {
            return;
        }

        if (_isRunningMessage)
        {
            FinishMessage();
        }

        while (_deliveries.TryPeek(out var item))
        {
            if (item is RingEffect.Deliver deliver)
            {
                if (!HandleAll(deliver))
                {
                    ReportProgress();
                    return;
                }
            }
            else
            {
                Notify(item);
            }

            _deliveries.Dequeue();
            _doneOfFirst = 0;
        }

        ReportProgress();
    }

    private void AddDelivery(RingEffect item)
    {
        if (!_isAbandoned)
        {
            _deliveries.Enqueue(item);
            WakeHandler(_node.DrawTurn());
        }
    }

    private void WakeHandler(long after)
    {
        if (!_isHandlerScheduled)
        {
            _isHandlerScheduled = true;
            _node.World.Schedule(after, new HandlerTurn(_node, this));
        }
    }

    /// <summary>Hands out the rest of a batch; <see langword="false"/> when the handler has not returned.</summary>
    private bool HandleAll(RingEffect.Deliver deliver)
    {
        while (_doneOfFirst < deliver.Batch.Payloads.Length && !_isHandlerStopped)
        {
            var number = deliver.Batch.First + _doneOfFirst;
            var (call, payload) = CallEnvelope.Unwrap(deliver.Batch.Payloads.Span[_doneOfFirst]);
            var hash = CallEnvelope.HashOf(payload.Span);
            _node.Log(new LogEvent.Deliver(
                Group.Value, Text, _node.World.TextOf(deliver.Publisher), number, hash, call));
            _isRunningMessage = true;
            if (NextInside is { } level)
            {
                NextInside = null;
                var pending = Broadcast(size: 16, level, isInside: true);
                if (level == ProofLevel.Received && pending is not null)
                {
                    _awaited = pending; // Rule R12: this may be awaited in a callback.
                    _node.World.Note(Mark.ConfirmAwaitedInCallback);
                    return false;
                }
            }

            if (HandlerDelay > 0)
            {
                WakeHandler(World.Draw(_node.Random, 1, HandlerDelay));
                return false;
            }

            FinishMessage();
        }

        return true;
    }

    private void FinishMessage()
    {
        _isRunningMessage = false;
        var deliver = (RingEffect.Deliver)_deliveries.Peek();
        var number = deliver.Batch.First + _doneOfFirst++;
        var answer = NextAnswer;
        NextAnswer = HandledAs.Ok;
        _node.Log(new LogEvent.Handled(Group.Value, Text, _node.World.TextOf(deliver.Publisher), number, answer));
        NoteProcessed(deliver.Publisher, number);
        if (answer == HandledAs.Stop)
        {
            StopByHandler(TerminationReason.HandlerStopped);
        }
        else if (answer == HandledAs.Threw)
        {
            _node.World.Note(Mark.HandlerThrew);
            if (_node.World.Settings.OnHandlerFailure == HandlerFailurePolicy.Stop)
            {
                StopByHandler(TerminationReason.HandlerFailed);
            }
        }
    }

    private void StopByHandler(TerminationReason reason)
    {
        _isHandlerStopped = true;
        Tell(new RingInput.Stop(reason, "the handler said so"));
    }

    private void Notify(RingEffect item)
    {
        switch (item)
        {
            case RingEffect.Terminated ended:
                Complete(new MulticastTermination(ended.Reason, ended.Detail, ended.Unsettled));
                break;
            case RingEffect.NotifyJoined joined when !_isHandlerStopped:
                _node.Log(new LogEvent.Joined(
                    Group.Value,
                    Text,
                    [.. joined.Members.Select(_node.World.TextOf)],
                    [.. joined.Bases.Select(start => new BaseOf(_node.World.TextOf(start.Publisher), start.Number))],
                    _node.World.Settings.OnHandlerFailure == HandlerFailurePolicy.Skip ? "skip" : "stop"));
                break;
            case RingEffect.NotifyChanged changed when !_isHandlerStopped:
                _node.Log(new LogEvent.Changed(
                    Group.Value,
                    Text,
                    [.. changed.Births.Select(_node.World.TextOf)],
                    [.. changed.Deaths.Select(_node.World.TextOf)],
                    [.. changed.Members.Select(_node.World.TextOf)]));
                break;
        }
    }

    /// <summary>The last callback has returned.</summary>
    private void Complete(MulticastTermination termination)
    {
        if (_hasStopped)
        {
            return;
        }

        _hasStopped = true;
        _node.HandlersEnding--;
        var (reason, unsettled) = (termination.Reason.ToString(), termination.Unsettled);
        _node.Log(new LogEvent.Stopped(Group.Value, Text, reason, unsettled, termination.Detail));
        if (_isLeaveAsked)
        {
            _node.Log(new LogEvent.LeaveDone(Group.Value, Text, reason, unsettled));
        }
    }

    private void NoteProcessed(MemberId publisher, long through)
    {
        var index = _progress.FindIndex(entry => entry.Publisher.Equals(publisher));
        if (index < 0)
        {
            _progress.Add((publisher, through));
        }
        else
        {
            _progress[index] = (publisher, through);
        }
    }

    private void ReportProgress()
    {
        foreach (var (publisher, through) in _progress)
        {
            Tell(new RingInput.Processed(publisher, through));
        }

        _progress.Clear();
    }
}

/// <summary>A handler goes on.</summary>
internal sealed class HandlerTurn(SimNode node, SimRing ring) : SimEvent(node)
{
    internal SimRing Ring { get; } = ring;

    internal override void Fire(World world) => Ring.RunHandler();
}
