namespace Orleans.Groups.Protocol;

/// <content>Activity: publications and acks on their way round.</content>
/// <remarks>
/// Source: gm.erl, handle_msg of activity (T7), with acks by number. Deliveries go to the member's queue; forwarding
/// happens at the end of the turn and never waits for them (rule R1).
/// </remarks>
internal sealed partial class RingMachine
{
    private void OnActivity(MemberId from, RingMessage.Activity activity, EffectList<RingEffect> effects)
    {
        if (!IsFromOpenLink(from, activity.Link, opens: false, effects))
        {
            return;
        }

        foreach (var entry in activity.Entries)
        {
            if (!_progress.TryGetValue(entry.Publisher, out var progress))
            {
                // Erased: everything of it has been settled everywhere.
                continue;
            }

            if (progress.IsHeld)
            {
                TakeReturned(entry.Publisher, progress, entry.PublishedThrough, entry.AckedThrough, effects);
            }
            else if (entry.IsQuestion)
            {
                OnAsked(entry.Publisher, progress);
            }
            else
            {
                TakeNew(progress, entry, effects);
            }
        }

        SettleConfirms(effects);
    }

    /// <summary>
    /// Publications for which this member answers have been all the way round: it issues their acks. Acks that return
    /// are settled.
    /// </summary>
    private void TakeReturned(
        MemberId publisher,
        MemberProgress progress,
        long publishedThrough,
        long ackedThrough,
        EffectList<RingEffect> effects)
    {
        // Invariant I4: nobody downstream has seen more of a publisher than whoever answers for it, nor more
        // acks than that one issued.
        if (publishedThrough > progress.LastPublished)
        {
            effects.Add(new RingEffect.Trace(RingTrace.Gap, publisher));
            return;
        }

        if (publishedThrough > progress.LastAcked)
        {
            progress.Ack(publishedThrough);
            if (publisher.Equals(_self))
            {
                AckSoon(publishedThrough, effects);
            }
            else
            {
                _output.Ack(publisher, publishedThrough);
            }
        }

        if (ackedThrough > progress.LastAcked)
        {
            effects.Add(new RingEffect.Trace(RingTrace.Gap, publisher));
            return;
        }

        progress.Return(ackedThrough);
    }

    /// <summary>Publications and acks of somebody else: kept or forgotten, delivered, handed on.</summary>
    private void TakeNew(MemberProgress progress, ActivityEntry entry, EffectList<RingEffect> effects)
    {
        foreach (var batch in entry.Publications)
        {
            if (batch.Last <= progress.LastPublished)
            {
                continue;
            }

            if (batch.First > progress.LastPublished + 1)
            {
                effects.Add(new RingEffect.Trace(RingTrace.Gap, entry.Publisher));
                return;
            }

            var fresh = batch.After(progress.LastPublished);
            progress.Append(fresh);
            NoteReceived(entry.Publisher, fresh);
            _output.Publish(entry.Publisher, fresh);
            effects.Add(new RingEffect.Deliver(entry.Publisher, fresh));
        }

        if (entry.PublishedThrough > progress.LastPublished || entry.AckedThrough > progress.LastPublished)
        {
            effects.Add(new RingEffect.Trace(RingTrace.Gap, entry.Publisher));
            return;
        }

        if (entry.AckedThrough > progress.LastAcked)
        {
            progress.Ack(entry.AckedThrough);
            _output.Ack(entry.Publisher, entry.AckedThrough);
        }
    }
}
