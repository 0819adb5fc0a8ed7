using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <summary>
/// What the hosts tell whoever counts. Nothing happens here; an engine that measures overrides what it wants.
/// </summary>
/// <remarks>
/// Called on any thread, also under locks of the hosts: an override counts, and does nothing else. What happens once
/// per message of a ring, or once per join, is not told: see <see cref="RingCensus"/> and <see cref="ScopeTally"/>.
/// </remarks>
internal abstract class EngineEvents
{
    /// <summary>Nobody counts.</summary>
    internal static readonly EngineEvents None = new Nothing();

    /// <summary>Whether the time until a confirm is to be measured.</summary>
    internal virtual bool TimesConfirms => false;

    /// <summary>A payload for one member was answered.</summary>
    internal virtual void SendSettled(ScopeName scope, SendOutcome outcome)
    {
    }

    /// <summary>A payload was published to a group.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="notConnected">Nodes with members that were left out.</param>
    internal virtual void Published(ScopeName scope, int notConnected)
    {
    }

    /// <summary>A member's queue was full, and it misses a publication.</summary>
    internal virtual void PublicationMissed()
    {
    }

    /// <summary>A plain broadcast was not taken.</summary>
    internal virtual void BroadcastRefused(BroadcastReason reason)
    {
    }

    /// <summary>A confirmed broadcast was answered.</summary>
    /// <param name="level">What was to be proved.</param>
    /// <param name="outcome">What is certain.</param>
    /// <param name="elapsed">Since the call; <see langword="null"/> when it was not measured.</param>
    internal virtual void ConfirmSettled(ConfirmLevel level, BroadcastOutcome outcome, TimeSpan? elapsed)
    {
    }

    /// <summary>A member of this node is in its ring.</summary>
    internal virtual void RingJoined()
    {
    }

    /// <summary>A try to join a ring has failed.</summary>
    internal virtual void RingJoinFailed(JoinFailure reason)
    {
    }

    /// <summary>A member of this node that was in its ring has ended.</summary>
    internal virtual void RingEnded(TerminationReason reason)
    {
    }

    /// <summary>A member of this node goes by another version of its group's record.</summary>
    internal virtual void ViewChanged()
    {
    }

    /// <summary>The handler of a ring member threw.</summary>
    internal virtual void HandlerFailed()
    {
    }

    private sealed class Nothing : EngineEvents;
}
