using System.Collections.Immutable;

namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>Sees everything that happens in a world, in one order. Checkers derive from it.</summary>
internal abstract class RingObserver
{
    /// <summary>What it observes; set by the world.</summary>
    internal RingWorld World { get; set; } = null!;

    /// <summary>The record store changed the record.</summary>
    internal virtual void OnCommitted(GroupRecord? before, RecordEdit edit, GroupRecord after)
    {
    }

    /// <summary>The record vanished.</summary>
    internal virtual void OnRecordLost()
    {
    }

    /// <summary>
    /// A machine handles a broadcast: these are its messages from <paramref name="first"/> to <paramref name="last"/>.
    /// </summary>
    internal virtual void OnPublished(WorldMember member, int first, int last, ImmutableArray<ConfirmRequest> confirms)
    {
    }

    /// <summary>A machine goes by another record than before.</summary>
    internal virtual void OnAdopted(WorldMember member, GroupRecord? before, GroupRecord after)
    {
    }

    /// <summary>Queued for the handler.</summary>
    internal virtual void OnJoined(WorldMember member, RingEffect.NotifyJoined joined)
    {
    }

    /// <summary>Queued for the handler.</summary>
    internal virtual void OnChanged(WorldMember member, RingEffect.NotifyChanged changed)
    {
    }

    /// <summary>Queued for the handler: received, in the sense of the confirm level.</summary>
    internal virtual void OnDelivered(WorldMember member, MemberId publisher, PublicationBatch batch)
    {
    }

    /// <summary>The handler has returned from this message.</summary>
    internal virtual void OnProcessed(WorldMember member, MemberId publisher, long number)
    {
    }

    internal virtual void OnSettled(WorldMember member, long confirm, BroadcastOutcome outcome)
    {
    }

    /// <summary>The member is over: failed, terminated or crashed. Its phase says which.</summary>
    internal virtual void OnEnded(WorldMember member)
    {
    }

    /// <summary>Before a step.</summary>
    internal virtual void OnStepping(WorldMember member, RingInput input)
    {
    }

    /// <summary>After a step, its effects done.</summary>
    internal virtual void OnStepped(WorldMember member, RingInput input)
    {
    }

    internal virtual void OnSent(WorldMember member, RingEffect.Send send)
    {
    }

    /// <summary>Nothing is under way anywhere and all is healed.</summary>
    internal virtual void OnQuiet(RingWorld world)
    {
    }
}

/// <summary>A property of the ring does not hold in a run.</summary>
internal sealed class RingViolationException(string property, string what) : Exception($"{property}: {what}")
{
    internal static void Require(bool condition, string property, string what)
    {
        if (!condition)
        {
            throw new RingViolationException(property, what);
        }
    }
}
