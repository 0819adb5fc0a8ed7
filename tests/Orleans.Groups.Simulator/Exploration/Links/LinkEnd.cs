using System.Linq.Expressions;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>One end of a link: its machine, its host's notes, and what was sent and has arrived.</summary>
internal sealed class LinkEnd(NodeId self, NodeId peer, LinkSettings settings)
{
    private static readonly Action<LinkMachine> ResetPeriods = MakeReset();

    internal NodeId Self { get; } = self;

    internal NodeId Peer { get; } = peer;

    internal LinkMachine Machine { get; } = new(self, peer, settings, seed: 1);

    internal bool IsAlive { get; set; }

    internal int StepsDone { get; set; }

    internal bool IsFlushWanted { get; set; }

    /// <summary>Timers that are set.</summary>
    internal Dictionary<LinkTimer, SeatTimer> Timers { get; } = [];

    /// <summary>The session that runs; 0 when none does.</summary>
    internal long Session { get; set; }

    /// <summary>The last session that ran.</summary>
    internal long LastSession { get; set; }

    /// <summary>Whether a drain or a burial has been asked for: nothing more is promised to begin.</summary>
    internal bool IsOver { get; set; }

    internal bool HasClosed { get; set; }

    /// <summary>Of the session that runs, frames that were sent in each channel.</summary>
    internal Dictionary<ulong, int> Sent { get; } = [];

    /// <summary>Of the session that runs, frames that have arrived in each channel.</summary>
    internal Dictionary<ulong, int> Arrived { get; } = [];

    /// <summary>Frames that have arrived and are not consumed, in credited channels.</summary>
    internal Dictionary<ulong, int> Unconsumed { get; } = [];

    /// <summary>
    /// Counts periods of the retry timer from a new beginning: only whether a batch is of the present one matters.
    /// </summary>
    internal void Normalise() => ResetPeriods(Machine);

    private static Action<LinkMachine> MakeReset()
    {
        var machine = Expression.Parameter(typeof(LinkMachine));
        var period = Expression.Field(machine, "_period");
        var reset = (Action<LinkSendLane, long>)ResetLane;
        return Expression.Lambda<Action<LinkMachine>>(
            Expression.Block(
                Expression.Call(reset.Method, Expression.Field(machine, "_dataOut"), period),
                Expression.Call(reset.Method, Expression.Field(machine, "_controlOut"), period),
                Expression.Assign(period, Expression.Constant(1L))),
            machine).Compile();
    }

    private static void ResetLane(LinkSendLane lane, long period)
    {
        for (var number = lane.Through + 1; number <= lane.Last; number++)
        {
            var batch = lane.Find(number)!;
            batch.Period = batch.Period < period ? 0 : 1;
        }
    }
}

/// <summary>The messages on their way from one end to the other, oldest first.</summary>
internal sealed class LinkWay
{
    internal List<LinkMessage> Messages { get; } = [];
}

/// <summary>How much may still go wrong.</summary>
internal readonly record struct LinkBudget(int Lost, int Doubled, int Overtaking, int EarlyRetries);
