using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>Where a member is in its life.</summary>
internal enum SeatPhase : byte
{
    Absent,
    Joining,
    Joined,
    JoinFailed,
    Terminated,
    Crashed,
}

/// <summary>One member of a world: its machine, its host's notes, and what its handler has been told.</summary>
internal sealed class RingSeat(MemberId id, RingMachine machine)
{
    internal MemberId Id { get; } = id;

    /// <summary>The machine, as long as it is of use.</summary>
    internal RingMachine? Machine { get; set; } = machine;

    internal SeatPhase Phase { get; set; }

    /// <summary>Steps of the plan that were taken.</summary>
    internal int StepsDone { get; set; }

    internal bool IsFlushWanted { get; set; }

    internal bool IsLeaving { get; set; }

    /// <summary>Members whose end it wants to hear.</summary>
    internal List<MemberId> Watches { get; } = [];

    /// <summary>Timers that are set, with their generations.</summary>
    internal Dictionary<RingTimer, SeatTimer> Timers { get; } = [];

    /// <summary>Messages that it has published.</summary>
    internal int Published { get; set; }

    /// <summary>The last of its messages that all who stay must get, once it has left.</summary>
    internal int Promised { get; set; }

    internal long LastConfirm { get; set; }

    /// <summary>Who waits for proof.</summary>
    internal Dictionary<long, SeatConfirm> Confirms { get; } = [];

    /// <summary>Own messages of which it was said that nobody gets them.</summary>
    internal HashSet<long> Failed { get; } = [];

    /// <summary>What it was told of each member.</summary>
    internal Dictionary<MemberId, Knowledge> Known { get; } = [];

    /// <summary>Of each publisher, what was proved to this member's joining before that was done (rule R2).</summary>
    internal Dictionary<MemberId, long> Owed { get; } = [];

    /// <summary>
    /// Of each publisher, how much it had published when this member joined: everything later must come.
    /// </summary>
    internal Dictionary<MemberId, int> PublishedBefore { get; } = [];

    internal bool IsRunning => Phase is SeatPhase.Joining or SeatPhase.Joined;

    internal bool IsOver => Phase > SeatPhase.Joined;

    /// <summary>It is over: of most of it nothing depends any more.</summary>
    internal void End(SeatPhase phase)
    {
        Phase = phase;
        Machine = null;
        IsFlushWanted = false;
        Watches.Clear();
        Timers.Clear();
        Confirms.Clear();
        Known.Clear();
        Owed.Clear();
        PublishedBefore.Clear();
    }
}

/// <summary>A timer that is set; which one it is does not tell states apart.</summary>
internal readonly record struct SeatTimer(long Generation);

/// <summary>Somebody waits for proof of one message.</summary>
/// <param name="Number">Of the message.</param>
/// <param name="Level">What is to be proved.</param>
/// <param name="Needed">Whom the record listed as alive when it was published.</param>
/// <param name="MayProve">Whether anything can be proved: not if a lone publisher was not listed any more
/// (R12).</param>
internal sealed record SeatConfirm(long Number, ConfirmLevel Level, HashSet<MemberId> Needed, bool MayProve);

/// <summary>What a member's handler knows of a publisher.</summary>
internal sealed class Knowledge
{
    internal bool IsDead { get; set; }

    /// <summary>Highest number received, or the base.</summary>
    internal long Received { get; set; }

    /// <summary>Highest number processed, or the base.</summary>
    internal long Processed { get; set; }
}
