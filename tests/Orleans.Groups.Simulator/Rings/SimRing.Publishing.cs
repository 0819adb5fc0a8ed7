using System.Buffers.Binary;
using Orleans.Groups.Checkers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <content>Broadcasts: the window, whoever waits for room in it, and whoever waits for proof.</content>
internal sealed partial class SimRing
{
    private const int MostOverhead = 100;

    private readonly LinkedList<SimBroadcast> _waiters = [];
    private readonly Dictionary<long, SimBroadcast> _confirms = [];
    private readonly Queue<int> _unreleased = new();
    private readonly List<ReadOnlyMemory<byte>> _payloads = [];
    private readonly List<ConfirmRequest> _requests = [];
    private long _lastConfirm;
    private long _lastCall;

    /// <summary>Bytes of the window that are free.</summary>
    internal long WindowLeft { get; private set; }

    /// <summary>Broadcasts that somebody waits for.</summary>
    internal int Pending => _waiters.Count + _confirms.Count;

    /// <summary>The application broadcasts.</summary>
    /// <param name="size">Bytes of the payload.</param>
    /// <param name="level">What is to be proved.</param>
    /// <param name="isInside">Whether it does so inside a callback.</param>
    /// <returns>The broadcast, if somebody waits for it from now on.</returns>
    internal SimBroadcast? Broadcast(int size, ProofLevel level, bool isInside)
    {
        var call = ++_lastCall;
        size = (int)Math.Min(size, _node.World.Settings.WindowBytes - MostOverhead); // As the options demand.
        var payload = new byte[size];
        Span<byte> eight = stackalloc byte[8];
        for (var index = 0; index < size; index += 8)
        {
            var value = StableHash.Combine((ulong)call, (ulong)(Self.Number + index));
            BinaryPrimitives.WriteUInt64LittleEndian(eight, value);
            eight[..Math.Min(8, size - index)].CopyTo(payload.AsSpan(index));
        }

        _node.Log(new LogEvent.Send(
            Group.Value, Text, call, CallEnvelope.HashOf(payload), size, level, isInside, "", 0));
        var pending = new SimBroadcast(this, call, CallEnvelope.Wrap(call, payload), level);
        if (isInside && level == ProofLevel.Processed)
        {
            Settle(pending, new BroadcastOutcome(BroadcastStatus.Failed, BroadcastReason.ReentrantConfirm));
            _node.World.Note(Mark.ReentrantConfirmRefused);
        }
        else if (_stage != RingStage.Member)
        {
            Refuse(pending, _stage == RingStage.Leaving ? BroadcastReason.Leaving : BroadcastReason.Terminated);
        }
        else if (_waiters.Count > 0 || !HasRoom(pending))
        {
            WaitForRoom(pending, isInside);
        }
        else
        {
            if (level != ProofLevel.None)
            {
                Register(pending);
            }

            Admit(pending);
        }

        return pending.IsSettled ? null : pending;
    }

    /// <summary>The time of a broadcast is over.</summary>
    internal void Expire(SimBroadcast pending)
    {
        if (pending.IsSettled || _stage == RingStage.Ended)
        {
            return;
        }

        var status = pending.Place is null ? BroadcastStatus.Unknown : BroadcastStatus.Failed;
        Forget(pending);
        _node.World.Note(Mark.ConfirmTimedOut);
        Settle(pending, new BroadcastOutcome(status, BroadcastReason.Timeout));
        AdmitWaiters();
    }

    private bool HasRoom(SimBroadcast pending) => WindowLeft >= pending.Bytes;

    private void Refuse(SimBroadcast pending, BroadcastReason reason) =>
        Settle(pending, new BroadcastOutcome(BroadcastStatus.Failed, reason));

    private void Register(SimBroadcast pending)
    {
        pending.Confirm = ++_lastConfirm;
        _confirms.Add(pending.Confirm, pending);
        var wait = TimeSpan.FromMicroseconds(_node.World.Settings.ConfirmTimeout);
        _node.World.Schedule(_node.Lasts(wait), new BroadcastDeadline(_node, pending));
    }

    private void Admit(SimBroadcast pending)
    {
        if (pending.Level != ProofLevel.None)
        {
            var level = pending.Level == ProofLevel.Processed
                ? ConfirmLevel.ProcessedByAll
                : ConfirmLevel.ReceivedByAll;
            _requests.Add(new ConfirmRequest(_payloads.Count, pending.Confirm, level));
        }

        WindowLeft -= pending.Bytes;
        _unreleased.Enqueue(pending.Bytes);
        _payloads.Add(pending.Payload);
        Wake();
        if (pending.Level == ProofLevel.None)
        {
            Settle(pending, BroadcastOutcome.Ok);
        }
    }

    /// <summary>R12: outside of callbacks the caller waits in line, inside it never does.</summary>
    private void WaitForRoom(SimBroadcast pending, bool isInside)
    {
        _node.World.Note(Mark.WindowFull);
        if (isInside)
        {
            Refuse(pending, BroadcastReason.Overloaded);
            _node.World.Note(Mark.OverloadedInCallback);
            return;
        }

        if (pending.Level != ProofLevel.None)
        {
            Register(pending);
        }

        pending.Place = _waiters.AddLast(pending);
    }

    private void ReleaseWindow(long bytes)
    {
        WindowLeft += bytes;
        while (bytes > 0)
        {
            bytes -= _unreleased.Dequeue();
        }

        Invariant.Require(
            bytes == 0 && WindowLeft <= _node.World.Settings.WindowBytes,
            "the window is released by whole messages, and no more than was taken");
        AdmitWaiters();
    }

    private void AdmitWaiters()
    {
        while (_stage == RingStage.Member && _waiters.First is { } first && HasRoom(first.Value))
        {
            _waiters.RemoveFirst();
            first.Value.Place = null;
            Admit(first.Value);
        }
    }

    private void SettleConfirm(long confirm, BroadcastOutcome outcome)
    {
        if (_confirms.TryGetValue(confirm, out var pending))
        {
            Forget(pending);
            Settle(pending, outcome);
        }
    }

    private void RefuseWaiting(BroadcastReason reason)
    {
        while (_waiters.First is { } first)
        {
            Forget(first.Value);
            Refuse(first.Value, reason);
        }
    }

    /// <summary>The member has ended: nobody waits any more. The machine has settled what it knew of.</summary>
    private void FailPending(TerminationReason? termination)
    {
        var reason = termination == TerminationReason.LostMembership
            ? BroadcastReason.LostMembership
            : BroadcastReason.Terminated;
        RefuseWaiting(reason);
        foreach (var request in _requests)
        {
            if (_confirms.Remove(request.Confirm, out var neverSent))
            {
                Refuse(neverSent, reason);
            }
        }

        foreach (var pending in _confirms.Values.ToList())
        {
            Settle(pending, new BroadcastOutcome(BroadcastStatus.Unknown, reason));
        }

        _confirms.Clear();
        _payloads.Clear();
        _requests.Clear();
        _unreleased.Clear();
    }

    private void Forget(SimBroadcast pending)
    {
        if (pending.Place is { } place)
        {
            _waiters.Remove(place);
            pending.Place = null;
        }

        _confirms.Remove(pending.Confirm);
    }

    private void Settle(SimBroadcast pending, BroadcastOutcome outcome)
    {
        var status = outcome.Status switch
        {
            BroadcastStatus.Ok => Outcome.Ok,
            BroadcastStatus.Failed => Outcome.Failed,
            _ => Outcome.Unknown,
        };
        pending.Status = status;
        var reason = outcome.Reason.ToString();
        if (!_isSilenced)
        {
            _node.Log(pending.Level == ProofLevel.None
                ? new LogEvent.Sent(Group.Value, Text, pending.Call, status, reason)
                : new LogEvent.Confirm(Group.Value, Text, pending.Call, pending.Level, status, reason, _hasStopped));
        }

        if (_awaited == pending)
        {
            _awaited = null;
            WakeHandler(1);
        }
    }
}

/// <summary>A broadcast of one member.</summary>
internal sealed class SimBroadcast(SimRing owner, long call, ReadOnlyMemory<byte> payload, ProofLevel level)
{
    internal SimRing Owner { get; } = owner;

    internal long Call { get; } = call;

    internal ReadOnlyMemory<byte> Payload { get; } = payload;

    internal ProofLevel Level { get; } = level;

    /// <summary>What it takes of the window.</summary>
    internal int Bytes => Payload.Length + PublicationBatch.OverheadBytes;

    /// <summary>Number of the confirm; 0 for a plain broadcast.</summary>
    internal long Confirm { get; set; }

    /// <summary>Place among those that wait for room.</summary>
    internal LinkedListNode<SimBroadcast>? Place { get; set; }

    /// <summary>What became of it; nothing as long as somebody waits.</summary>
    internal Outcome? Status { get; set; }

    internal bool IsSettled => Status is not null;
}

/// <summary>Nobody waits for a broadcast any longer.</summary>
internal sealed class BroadcastDeadline(SimNode node, SimBroadcast pending) : SimEvent(node)
{
    internal override void Fire(World world) => pending.Owner.Expire(pending);
}
