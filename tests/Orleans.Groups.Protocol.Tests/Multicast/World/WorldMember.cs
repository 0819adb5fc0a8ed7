namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>Where a member of the world is in its life.</summary>
internal enum WorldPhase
{
    /// <summary>It has not said that it joined.</summary>
    Joining,

    /// <summary>It is in the ring.</summary>
    Joined,

    /// <summary>Its try to join failed.</summary>
    JoinFailed,

    /// <summary>Its machine said that it has ended.</summary>
    Terminated,

    /// <summary>It, or its node, was killed.</summary>
    Crashed,
}

/// <summary>Hosts one ring machine: mailbox, timers, watches, delivery queue, window.</summary>
internal sealed class WorldMember(MemberId id, WorldNode node, int serial, RingMachine machine)
{
    internal MemberId Id { get; } = id;

    internal WorldNode Node { get; } = node;

    /// <summary>Unique in the world; part of every payload.</summary>
    internal int Serial { get; } = serial;

    internal RingMachine Machine { get; } = machine;

    internal WorldPhase Phase { get; set; }

    internal bool IsRunning => Phase is WorldPhase.Joining or WorldPhase.Joined;

    internal bool IsJoined => Phase == WorldPhase.Joined;

    internal Queue<RingInput> Mailbox { get; } = new();

    internal bool IsFlushWanted { get; set; }

    /// <summary>Members whose end it wants to hear.</summary>
    internal List<MemberId> Watches { get; } = [];

    internal List<(RingTimer Timer, long Generation, TimeSpan Due)> Timers { get; } = [];

    /// <summary>Callbacks that wait for the handler.</summary>
    internal Queue<RingEffect> Deliveries { get; } = new();

    /// <summary>Messages of the first delivery that the handler has done.</summary>
    internal int DoneOfFirst { get; set; }

    /// <summary>What the handler has processed and the machine has not been told.</summary>
    internal List<(MemberId Publisher, long Through)> Reports { get; } = [];

    /// <summary>The handler answered stop, or its node is gone: nothing more is delivered.</summary>
    internal bool IsHandlerStopped { get; set; }

    /// <summary>A story keeps the machine, or the handler, from running.</summary>
    internal bool IsHeld { get; set; }

    internal bool IsHandlerHeld { get; set; }

    internal int Speed { get; set; } = 100;

    internal int HandlerSpeed { get; set; } = 100;

    internal long WindowUsed { get; set; }

    /// <summary>Messages handed to the machine so far: the number of the last one.</summary>
    internal int LastSequence { get; set; }

    /// <summary>Number of the last message that the machine has handled.</summary>
    internal int SteppedSequence { get; set; }

    internal long LastConfirm { get; set; }

    internal bool IsLeaving { get; set; }

    /// <summary>Messages that the machine had handled when it was asked to leave.</summary>
    internal int SequenceAtLeave { get; set; } = -1;

    internal MulticastTermination? Termination { get; set; }

    internal JoinFailure? Failure { get; set; }

    /// <summary>Outstanding edits; the machine may have one.</summary>
    internal int OpenEdits { get; set; }

    public override string ToString() => Id.Name;
}
