using Orleans.Groups.Checkers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <summary>
/// A call that joins a ring: tries, each with an id of its own, until one succeeds or the time is over.
/// </summary>
internal sealed class SimJoin(SimNode node, GroupName group, long id)
{
    private SimRing? _try;
    private int _tries;
    private bool _isOver;

    internal void Begin()
    {
        node.Log(new LogEvent.JoinInv(group.Value, id));
        node.World.Schedule(
            node.Lasts(TimeSpan.FromMicroseconds(node.World.Settings.JoinTimeout)),
            new JoinDeadline(node, this));
        Try();
    }

    /// <summary>Another try.</summary>
    internal void Try()
    {
        if (!_isOver)
        {
            _try = new SimRing(node, group, node.NewMember(group.Value), this);
            node.Rings.Add(_try);
            _try.Tell(RingInput.Start.Instance);
        }
    }

    /// <summary>The member is in the ring.</summary>
    internal void Succeeded(SimRing ring) => End(ring.Self, null);

    /// <summary>A try has failed.</summary>
    internal void Failed(JoinFailure failure)
    {
        node.World.Note(failure switch
        {
            JoinFailure.InserterLost => Mark.JoinLostItsInserter,
            JoinFailure.NobodyReady => Mark.JoinFoundNobodyReady,
            JoinFailure.HeldTooMuch => Mark.JoinHeldTooMuch,
            JoinFailure.RecordUnavailable => Mark.JoinWithoutRecord,
            _ => Mark.JoinStopped,
        });
        if (_isOver)
        {
            return;
        }

        if (failure is JoinFailure.Full or JoinFailure.Stopped)
        {
            End(null, failure.ToString());
            return;
        }

        _tries++;
        var settings = node.World.Settings.Ring;
        var doubled = settings.RetryMinimum.Ticks * Math.Pow(2, Math.Min(_tries, 30));
        var longest = Math.Min(doubled, settings.RetryMaximum.Ticks);
        var wait = TimeSpan.FromTicks((long)(longest * (0.5 + (0.5 * node.Random.NextDouble()))));
        node.World.Schedule(node.Lasts(wait), new JoinAgain(node, this));
    }

    /// <summary>Nobody waits any more.</summary>
    internal void GiveUp(string error)
    {
        if (!_isOver)
        {
            var abandoned = _try;
            End(null, error);
            abandoned?.AbandonJoin();
        }
    }

    /// <summary>Its node is dead.</summary>
    internal void Forget()
    {
        _isOver = true;
        node.Remove(this);
    }

    private void End(MemberId? member, string? error)
    {
        _isOver = true;
        node.Remove(this);
        node.Log(new LogEvent.JoinDone(group.Value, id, member is null ? null : LogIds.Of(member), error));
    }
}

/// <summary>The time for joining is over.</summary>
internal sealed class JoinDeadline(SimNode node, SimJoin join) : SimEvent(node)
{
    internal override void Fire(World world) => join.GiveUp("Timeout");
}

/// <summary>The next try to join.</summary>
internal sealed class JoinAgain(SimNode node, SimJoin join) : SimEvent(node)
{
    internal override void Fire(World world) => join.Try();
}
