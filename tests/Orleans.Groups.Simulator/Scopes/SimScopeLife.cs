using System.Collections.Immutable;
using Orleans.Groups.Checkers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <summary>Runs the machine of one life of a scope, as the engines' host does.</summary>
internal sealed class SimScopeLife
{
    private readonly SimScope _scope;
    private readonly SimNode _node;
    private readonly ScopeMachine _machine;
    private readonly EffectList<ScopeEffect> _effects = new();
    private readonly SortedDictionary<long, SimMonitor> _monitors = [];
    private List<ScopeMail> _mail = [];
    private List<ScopeMail> _turnMail = [];
    private readonly Queue<ScopeInput.Writable> _full = new(); // What the links said in the step that runs.
    private long _lastMonitor;
    private bool _isScheduled;

    internal SimScopeLife(SimScope scope, long counter)
    {
        _scope = scope;
        _node = scope.Node;
        Id = new ScopeId(_node.Id, counter);
        var settings = _node.World.Settings.Scope with { IsLocal = scope.IsLocal };
        _machine = new ScopeMachine(scope.Name, Id, settings);
        if (_node.Observer is not null)
        {
            // Its events are by how much the tables changed.
            Step(new ScopeInput.StartMonitor(ProtocolRecorder.OwnMonitor, null, null));
        }
    }

    internal ScopeId Id { get; }

    internal SimScope Scope => _scope;

    internal SimNode Node => _node;

    internal ScopeRegistry Registry => _machine.Registry;

    internal bool IsOver { get; private set; }

    internal bool HasMail => _mail.Count > 0;

    /// <summary>Monitors of the application, in the order in which they began.</summary>
    internal IEnumerable<SimMonitor> Monitors => _monitors.Values;

    internal ScopeStatus GetStatus() => _machine.GetStatus();

    internal void Verify() => _machine.VerifyInvariants();

    internal void Receive(NodeId from, long session, ScopeMessage message, FrameCredit? credit)
    {
        if (!Post(new ScopeMail(new ScopeInput.Received(from, session, message), null, credit)))
        {
            credit?.Return();
        }
    }

    internal void MemberEnded(MemberId member) => Post(new ScopeMail(null, member));

    internal void Tell(ScopeInput input) => Post(new ScopeMail(input));

    internal void Pass(SeenBarrier barrier)
    {
        barrier.Add();
        if (!Post(new ScopeMail(null, Barrier: barrier)))
        {
            barrier.Signal();
        }
    }

    /// <summary>The application calls: a step at once, with an answer unless this life is over.</summary>
    internal ScopeEffect? Call(ScopeInput input) => IsOver ? null : Step(input);

    /// <summary>The application starts a monitor.</summary>
    internal SimMonitor? StartMonitor(GroupName? group, MemberId? owner)
    {
        var number = ++_lastMonitor;
        var since = _node.World.Watcher?.LastSeq ?? 0;
        if (Call(new ScopeInput.StartMonitor(number, group, owner)) is not ScopeEffect.MonitorStarted started)
        {
            return null;
        }

        var monitor = new SimMonitor(this, number, group);
        _monitors.Add(number, monitor);
        monitor.Started(started.Snapshot, since);
        return monitor;
    }

    internal void StopMonitor(SimMonitor monitor)
    {
        if (_monitors.Remove(monitor.Number) && !IsOver)
        {
            monitor.End(MonitorEndReason.Disposed);
            Step(new ScopeInput.StopMonitor(monitor.Number));
        }
    }

    internal void RestartMonitor(long number) => Call(new ScopeInput.RestartMonitor(number));

    /// <summary>Says goodbye and ends this life.</summary>
    internal void Stop()
    {
        if (!IsOver)
        {
            Step(ScopeInput.Stop.Instance);
        }

        End();
    }

    /// <summary>Nothing of this life is done any more.</summary>
    internal void End()
    {
        if (IsOver)
        {
            return;
        }

        IsOver = true;
        foreach (var mail in _mail)
        {
            mail.Credit?.Return();
            mail.Barrier?.Signal();
        }

        _mail.Clear();
        foreach (var number in _monitors.Keys.ToList())
        {
            EndMonitor(number, MonitorEndReason.ScopeStopped);
        }
    }

    internal void TakeTurn()
    {
        _isScheduled = false;
        (_mail, _turnMail) = (_turnMail, _mail);
        var flushes = false;
        List<MemberId> ended = [];
        foreach (var mail in _turnMail)
        {
            if (mail.Ended is { } member)
            {
                ended.Add(member);
                continue;
            }

            StepEnded(ended);
            mail.Barrier?.Signal();
            if (mail.Input is ScopeInput.Flush)
            {
                flushes = true; // After everything else that has come, so that it goes out together.
            }
            else if (mail.Input is not null)
            {
                Call(mail.Input);
                mail.Credit?.Return();
            }
        }

        StepEnded(ended);
        if (flushes)
        {
            Call(ScopeInput.Flush.Instance);
        }

        _turnMail.Clear();
    }

    private bool Post(ScopeMail mail)
    {
        if (IsOver)
        {
            return false;
        }

        _mail.Add(mail);
        if (!_isScheduled)
        {
            _isScheduled = true;
            _node.World.Schedule(_node.DrawTurn(), new ScopeTurn(_node, this));
        }

        return true;
    }

    private void StepEnded(List<MemberId> ended)
    {
        if (ended.Count > 0)
        {
            Call(new ScopeInput.MembersEnded([.. ended]));
            ended.Clear();
        }
    }

    private ScopeEffect? Step(ScopeInput input)
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

            while (!IsOver && _full.TryDequeue(out var full))
            {
                Step(full);
            }
        }
        catch (InvariantViolationException exception)
        {
            _node.World.Watcher?.Violated("P-S11", $"{Id} broke an invariant: {exception}");
            End();
        }

        return answer;
    }

    private ScopeEffect? Execute(ScopeEffect effect)
    {
        switch (effect)
        {
            case ScopeEffect.JoinAnswered or ScopeEffect.LeaveAnswered or ScopeEffect.NotLocal:
            case ScopeEffect.LimitReached or ScopeEffect.MonitorStarted:
                return effect;
            case ScopeEffect.FlushWanted:
                Post(new ScopeMail(ScopeInput.Flush.Instance));
                break;
            case ScopeEffect.Send send:
                if (_node.Send(send.Node, new NodeFrame.ToScope(_scope.Name, send.Message), send.Session)
                    == SendResult.Last)
                {
                    _full.Enqueue(new ScopeInput.Writable(send.Node, send.Session, HasRoom: false));
                }

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
                if (_node.FindMember(watch.Member) is not { HasEnded: false } member)
                {
                    MemberEnded(watch.Member); // Rule P5: whoever has ended, ends at once.
                }
                else
                {
                    member.Watchers.Add(this);
                }

                break;
            case ScopeEffect.Unwatch unwatch:
                _node.FindMember(unwatch.Member)?.Watchers.Remove(this);
                break;
            case ScopeEffect.Trace trace:
                Note(trace.Kind);
                break;
            default:
                throw Invariant.Unreachable(effect);
        }

        return null;
    }

    private void EndMonitor(long number, MonitorEndReason reason)
    {
        if (_monitors.Remove(number, out var monitor))
        {
            monitor.End(reason);
        }
    }

    private void Note(ScopeTrace kind)
    {
        if (kind == ScopeTrace.UnknownPeer) // The others need links that do not keep order.
        {
            _node.World.Note(Mark.UpdateOfAStranger);
        }
    }
}

/// <summary>Something that waits for a scope's next turn.</summary>
/// <param name="Input">What happened, if it concerns the machine.</param>
/// <param name="Ended">A watched member that has ended; several become one input.</param>
/// <param name="Credit">For a frame: returned when it has been handled.</param>
/// <param name="Barrier">Counted down when everything before this has been handled.</param>
internal readonly record struct ScopeMail(
    ScopeInput? Input,
    MemberId? Ended = null,
    FrameCredit? Credit = null,
    SeenBarrier? Barrier = null);

/// <summary>A scope takes what waits for it.</summary>
internal sealed class ScopeTurn(SimNode node, SimScopeLife life) : SimEvent(node)
{
    internal SimScopeLife Life { get; } = life;

    internal override void Fire(World world) => Life.TakeTurn();
}
