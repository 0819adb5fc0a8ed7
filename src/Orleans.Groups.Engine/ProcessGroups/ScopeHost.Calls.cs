using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <content>What the application calls: steps on its own thread.</content>
internal sealed partial class ScopeHost
{
    /// <summary>Joins, or says that this life is over.</summary>
    internal JoinResult? Join(ScopeInput input) =>
        Call(input) switch
        {
            ScopeEffect.JoinAnswered answered => answered.Result,
            null => null,
            var answer => throw Refusal(answer),
        };

    /// <summary>Leaves, or says that this life is over.</summary>
    internal LeaveResult? Leave(ScopeInput input) =>
        Call(input) switch
        {
            ScopeEffect.LeaveAnswered answered => answered.Result,
            null => null,
            var answer => throw Refusal(answer),
        };

    /// <summary>Starts a monitor, or says that this life is over.</summary>
    internal MembershipMonitor? StartMonitor(GroupName? group, MonitorOptions options)
    {
        lock (_turn)
        {
            if (_isOver)
            {
                return null;
            }

            var number = ++_lastMonitor;
            switch (StepAndExecute(new ScopeInput.StartMonitor(number, group, options.Owner)))
            {
                case ScopeEffect.MonitorStarted started:
                    var capacity = options.BufferChanges ?? _node.Core.ProcessGroups.MonitorBufferChanges;
                    var monitor = new MembershipMonitor(this, number, started.Snapshot, capacity, options.OnChange);
                    _monitors.Add(number, monitor);
                    return monitor;
                case null:
                    return null;
                case var answer:
                    throw Refusal(answer);
            }
        }
    }

    /// <summary>The application has disposed a monitor.</summary>
    internal void StopMonitor(long number)
    {
        lock (_turn)
        {
            if (_monitors.Remove(number) && !_isOver)
            {
                StepAndExecute(new ScopeInput.StopMonitor(number));
            }
        }
    }

    /// <summary>Rule P4: the fresh snapshot is made when the consumer reads again.</summary>
    internal void RestartMonitor(long number) => StepAlone(new ScopeInput.RestartMonitor(number));

    internal EngineCore Core => _node.Core;

    internal void ReportCallbackFailure(Exception exception) =>
        _node.Core.Logger.MonitorCallbackFailed(exception, _front.Scope, _node.Id);

    private ScopeEffect? Call(ScopeInput input)
    {
        lock (_turn)
        {
            return _isOver ? null : StepAndExecute(input);
        }
    }

    private Exception Refusal(ScopeEffect answer) =>
        answer switch
        {
            ScopeEffect.NotLocal notLocal => new MemberNotLocalException(notLocal.Member, _node.Id),
            ScopeEffect.LimitReached reached =>
                new GroupLimitException(reached.Limit, reached.Value, $"Scope {_front.Scope} on node {_node.Id}"),
            _ => Invariant.Unreachable(answer),
        };
}
