using System.Collections.Immutable;

namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>
/// S14: frames stay within the limit; one batch may be larger. R8 and GD5: nothing arrives that does not fit.
/// </summary>
internal sealed class FrameChecker : RingObserver
{
    private static readonly string[] NeverSeen = ["trace Gap", "trace BrokenParts", "trace AheadOfRecord"];

    internal override void OnSent(WorldMember member, RingEffect.Send send)
    {
        var (bytes, batches) = send.Message switch
        {
            RingMessage.Activity activity => Sum(activity.Entries.SelectMany(static entry => entry.Publications)),
            RingMessage.Catchup catchup => Sum(catchup.Progress.SelectMany(static entry => entry.Pending)),
            RingMessage.JoinReply reply => Sum(reply.Progress.SelectMany(static entry => entry.Pending)),
            _ => (0L, 0),
        };
        RingViolationException.Require(
            batches <= 1 || bytes <= World.Options.Settings.MaxFrameBytes,
            "S14",
            $"{member} {RingText.Of(send)}: {bytes} bytes");
        if (send.Message is RingMessage.Activity { Entries: var entries })
        {
            RingViolationException.Require(!entries.IsEmpty, "S14", $"{member} {RingText.Of(send)} says nothing");
        }
    }

    internal override void OnQuiet(RingWorld world)
    {
        foreach (var situation in world.HasForgeries ? [] : NeverSeen)
        {
            RingViolationException.Require(!world.Sightings.ContainsKey(situation), "R8", situation);
        }
    }

    private static (long Bytes, int Count) Sum(IEnumerable<PublicationBatch> batches)
    {
        var list = batches.ToImmutableArray();
        return (list.Sum(static batch => batch.Bytes), list.Length);
    }
}
