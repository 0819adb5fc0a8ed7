using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>
/// The parts of one snapshot or update on their way to one or more peers, handed over one by one as there is room (rule
/// H5), and what has changed since.
/// </summary>
/// <remarks>
/// All parts are of one version, and are never changed: who has got the last one is at <see cref="Version"/>, however
/// long that took. From there <see cref="Later"/> leads to the common base of the peers in step. So nothing is skipped
/// or told twice (rule P1).
/// </remarks>
/// <param name="parts">What to hand over; 1 or more.</param>
/// <param name="version">Our version to which that leads.</param>
/// <param name="isSnapshot">Whether these are the parts of a snapshot.</param>
internal sealed class Shipment(ImmutableArray<ScopeMessage> parts, long version, bool isSnapshot)
{
    /// <summary>What is handed over, in this order.</summary>
    internal ImmutableArray<ScopeMessage> Parts { get; } = parts;

    /// <summary>Our version to which it leads.</summary>
    internal long Version { get; } = version;

    /// <summary>Whether it is a snapshot, which makes up for all that was missed before.</summary>
    internal bool IsSnapshot { get; } = isSnapshot;

    /// <summary>
    /// The net changes after <see cref="Version"/> that were sent to the peers in step; none at first.
    /// </summary>
    internal OutgoingLog? Later { get; private set; }

    /// <summary>Whether more has changed than may be kept: who is through needs a snapshot again.</summary>
    internal bool IsOverrun { get; private set; }

    /// <summary>How many peers it is on its way to.</summary>
    internal int Receivers { get; set; }

    /// <summary>
    /// What follows it, made for the first peer that is through and used for those that come at once.
    /// </summary>
    internal Shipment? Next { get; set; }

    /// <summary>The peers in step are sent these changes: this is what comes later here.</summary>
    /// <param name="changes">What leads on from where <see cref="Later"/> ends.</param>
    /// <param name="limit">Most memberships to keep.</param>
    internal void Follow(OutgoingLog changes, int limit)
    {
        if (IsOverrun)
        {
            return;
        }

        if (Later is null)
        {
            Later = new OutgoingLog();
            Later.Restart(Version);
        }

        Later.Add(changes);
        if (Later.Count > limit)
        {
            IsOverrun = true;
            Later = null;
        }
    }
}
