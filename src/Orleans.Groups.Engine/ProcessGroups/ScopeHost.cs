using System.Collections.Immutable;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <summary>Something that happens to a scope: an input, or the end of a watched member.</summary>
/// <param name="Input">What happened; <see langword="null"/> when something else says it.</param>
/// <param name="Ended">A watched member that has ended; several become one input.</param>
/// <param name="Credit">For a frame: to be returned when it has been handled.</param>
/// <param name="Barrier">Somebody waits until everything before this has been handled.</param>
internal readonly record struct ScopeMail(
    ScopeInput? Input,
    MemberId? Ended = null,
    IFrameCredit? Credit = null,
    Barrier? Barrier = null);

/// <summary>Runs the machine of one life of a scope on one node.</summary>
/// <remarks>
/// Calls of the application step the machine on their own thread, under its lock, and return with the answer.
/// Everything else comes through the mailbox. Effects are executed in list order under the lock: sending and telling
/// monitors only puts something into queues, so no code of the application runs there.
/// </remarks>
internal sealed partial class ScopeHost : Mailbox<ScopeMail>
{
    private readonly Lock _turn = new();
    private readonly ScopeFront _front;
    private readonly NodeHost _node;
    private readonly ScopeMachine _machine;
    private readonly EffectList<ScopeEffect> _effects = new();
    private readonly Dictionary<NodeId, FrameCredit> _credits = [];
    private readonly Dictionary<long, MembershipMonitor> _monitors = [];
    private readonly Queue<ScopeInput.Writable> _full = new(); // What the lanes said in the step that runs.
    private long _lastMonitor;
    private bool _isOver;

    internal ScopeHost(ScopeFront front, NodeHost node, long counter)
        : base(node.Core.Work)
    {
        _front = front;
        _node = node;
        Id = new ScopeId(node.Id, counter);
        _machine = new ScopeMachine(front.Scope, Id, ScopeSettings.From(node.Core.ProcessGroups, front.IsLocal));
        if (node.Observer is not null)
        {
            // A monitor that nobody reads, numbered as no other: its events are by how much the tables changed.
            StepAndExecute(new ScopeInput.StartMonitor(0, null, null));
        }
    }

    /// <summary>Which life of the scope.</summary>
    internal ScopeId Id { get; }

    /// <summary>Read by any thread without a lock.</summary>
    internal ScopeRegistry Registry => _machine.Registry;

    /// <summary>A frame has come; called under its lane's lock.</summary>
    internal void Receive(NodeId from, long session, ScopeMessage message, IFrameCredit? credit)
    {
        if (!Post(new ScopeMail(new ScopeInput.Received(from, session, message), null, credit)))
        {
            credit?.Return();
        }
    }

    /// <summary>A watched member has ended.</summary>
    internal void MemberEnded(MemberId member) => Post(new ScopeMail(null, member));

    /// <summary>There is room towards a peer again, or none.</summary>
    internal void TellWritable(NodeId peer, long session, bool hasRoom) =>
        Post(new ScopeMail(new ScopeInput.Writable(peer, session, hasRoom)));

    /// <summary>Everything else that happens.</summary>
    internal void Tell(ScopeInput input) => Post(new ScopeMail(input));

    /// <summary>Signals a barrier when everything that waits now has been handled.</summary>
    internal void Pass(Barrier barrier)
    {
        if (!Post(new ScopeMail(null, Barrier: barrier.Add())))
        {
            barrier.Signal();
        }
    }

    /// <summary>What the machine knows; <see langword="null"/> when this life is over.</summary>
    internal ScopeStatus? GetStatus()
    {
        lock (_turn)
        {
            return _isOver ? null : _machine.GetStatus();
        }
    }

    /// <summary>Says goodbye and ends this life: memberships and monitors end.</summary>
    internal void Stop()
    {
        lock (_turn)
        {
            if (!_isOver)
            {
                StepAndExecute(ScopeInput.Stop.Instance);
            }

            End();
        }
    }

    /// <summary>Ends this life at once, without a word: its node was killed.</summary>
    internal void Abandon()
    {
        lock (_turn)
        {
            End();
        }
    }

    /// <inheritdoc/>
    protected override void OnDropped(ScopeMail item)
    {
        item.Barrier?.Signal();
        item.Credit?.Return();
    }

    /// <inheritdoc/>
    protected override void Handle(List<ScopeMail> batch)
    {
        var flushes = false;
        ImmutableArray<MemberId>.Builder? ended = null;
        foreach (var mail in batch)
        {
            if (mail.Ended is { } member)
            {
                (ended ??= ImmutableArray.CreateBuilder<MemberId>()).Add(member);
                continue;
            }

            StepEnded(ref ended);
            mail.Barrier?.Signal();
            if (mail.Input is ScopeInput.Flush)
            {
                flushes = true; // After everything else that has come, so that it goes out together.
                continue;
            }

            if (mail.Input is not null)
            {
                StepAlone(mail.Input);
                mail.Credit?.Return();
                if (mail.Input is ScopeInput.PeerDown down)
                {
                    ForgetCredit(down);
                }
            }
        }

        StepEnded(ref ended);
        if (flushes)
        {
            StepAlone(ScopeInput.Flush.Instance);
        }
    }

    private void StepEnded(ref ImmutableArray<MemberId>.Builder? ended)
    {
        if (ended is not null)
        {
            StepAlone(new ScopeInput.MembersEnded(ended.DrainToImmutable()));
            ended = null;
        }
    }

    /// <summary>
    /// Steps for the mailbox. The lock is let go after each step, so that callers need not wait for a whole batch.
    /// </summary>
    private void StepAlone(ScopeInput input)
    {
        lock (_turn)
        {
            if (!_isOver)
            {
                StepAndExecute(input);
                Note(input);
            }
        }
    }

    /// <summary>
    /// Steps the machine and does what it wants. Returns the answer to the caller, if the input has one.
    /// </summary>
    private ScopeEffect? StepAndExecute(ScopeInput input)
    {
        ScopeEffect? answer = null;
        try
        {
            _effects.Clear();
            _machine.Step(input, _effects);
            _node.Observer?.ScopeStepped(input, _effects.Effects, _machine.GetStatus());
            for (var index = 0; index < _effects.Count; index++)
            {
                answer = Execute(_effects[index]) ?? answer;
            }

            // At once: through the mailbox it would come behind the news of room that the lane may have by then.
            while (!_isOver && _full.TryDequeue(out var full))
            {
                StepAndExecute(full);
            }
        }
        catch (Exception exception)
        {
            // The state cannot be trusted any more: this life ends, and another begins.
            End();
            Tally.CountFault();
            _front.Faulted(this, exception);
        }

        return answer;
    }

    private ScopeEffect? Execute(ScopeEffect effect)
    {
        switch (effect)
        {
            case ScopeEffect.JoinAnswered joined:
                Tally.CountJoins(joined.Result.Added);
                return effect;
            case ScopeEffect.LeaveAnswered left:
                Tally.CountLeaves(left.Result.Removed.Length);
                return effect;
            case ScopeEffect.NotLocal:
            case ScopeEffect.LimitReached:
            case ScopeEffect.MonitorStarted:
                return effect;
            case ScopeEffect.FlushWanted:
                Post(new ScopeMail(ScopeInput.Flush.Instance));
                break;
            case ScopeEffect.Send send:
                Send(send);
                break;
            case ScopeEffect.Notify notify:
                _monitors.GetValueOrDefault(notify.Monitor)?.Notify(notify.Events);
                break;
            case ScopeEffect.MonitorRestarted restarted:
                _monitors.GetValueOrDefault(restarted.Monitor)?.Restart(restarted.Snapshot);
                break;
            case ScopeEffect.MonitorEnded ended:
                EndMonitor(ended.Monitor, ended.Reason);
                break;
            case ScopeEffect.Watch watch:
                Watch(watch.Member);
                break;
            case ScopeEffect.Unwatch unwatch:
                _node.Members.Find(unwatch.Member)?.Unwatch(this);
                break;
            case ScopeEffect.Trace trace:
                Report(trace);
                break;
            default:
                throw Invariant.Unreachable(effect);
        }

        return null;
    }

    private void Send(ScopeEffect.Send send)
    {
        Tally.CountSent(send.Message);
        if (!_node.Peers.TryGetValue(send.Node, out var peer))
        {
            return;
        }

        if (!_credits.TryGetValue(send.Node, out var credit) || credit.Session != send.Session)
        {
            credit = new FrameCredit(this, send.Node, send.Session, _node.Core.ScopeFrameLimit);
            _credits[send.Node] = credit;
        }

        credit.Take();
        var frame = new NodeFrame.ToScope(_front.Scope, send.Message);
        switch (peer.Frames.Send(frame, send.Session, credit))
        {
            case LaneOutcome.Sent:
                break;
            case LaneOutcome.Last:
                _full.Enqueue(new ScopeInput.Writable(send.Node, send.Session, HasRoom: false));
                break;
            default:
                credit.Return();
                break;
        }
    }

    private void ForgetCredit(ScopeInput.PeerDown down)
    {
        lock (_turn)
        {
            if (_credits.TryGetValue(down.Node, out var credit) && credit.Session <= down.Session)
            {
                _credits.Remove(down.Node);
            }
        }
    }

    /// <summary>Rule P5: a member that has ended, or never was, ends at once.</summary>
    private void Watch(MemberId member)
    {
        if (_node.Members.Find(member) is not { } local || !local.TryWatch(this))
        {
            MemberEnded(member);
        }
    }

    /// <summary>Nothing of this life is done any more. Locked by the caller.</summary>
    private void End()
    {
        if (_isOver)
        {
            return;
        }

        _isOver = true;
        Close();
        foreach (var monitor in _monitors.Keys.ToList())
        {
            EndMonitor(monitor, MonitorEndReason.ScopeStopped);
        }
    }

    private void EndMonitor(long number, MonitorEndReason reason)
    {
        if (_monitors.Remove(number, out var monitor))
        {
            monitor.End(reason);
        }
    }
}
