using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <content>How much may wait, and what happens when it is too much.</content>
internal sealed partial class DeliveryQueue
{
    /// <summary>So many items wait as they came; see <see cref="TryMerge"/>.</summary>
    private const int MaxSeparateItems = 1_024;

    /// <summary>What a notification counts, beside <see cref="MemberBytes"/> for each member it names.</summary>
    private const int NotificationBytes = 256;

    /// <summary>What a member counts that a notification names.</summary>
    private const int MemberBytes = 8;

    private long _queuedBytes;
    private volatile bool _isTooSlow;

    /// <summary>
    /// What waits for the handler, the item that it handles included; <see cref="MulticastOptions.MaxQueuedBytes"/>.
    /// </summary>
    internal long QueuedBytes
    {
        get
        {
            lock (_gate)
            {
                return _queuedBytes;
            }
        }
    }

    /// <summary>
    /// Behind a handler that stands still, changes of members could pile up without end. Then those that follow each
    /// other become one, in which whoever came and went is not told of at all.
    /// </summary>
    private bool TryMerge(RingEffect item)
    {
        if (item is not RingEffect.NotifyChanged later || _items[^1] is not RingEffect.NotifyChanged earlier)
        {
            return false;
        }

        _items[^1] = new RingEffect.NotifyChanged(
            [.. earlier.Births.Except(later.Deaths), .. later.Births],
            [.. earlier.Deaths, .. later.Deaths.Except(earlier.Births)],
            later.Members);
        _queuedBytes += BytesOf(_items[^1]) - BytesOf(earlier);
        return true;
    }

    /// <summary>
    /// Too much waits: none of it is told any more, so it is not kept until the handler returns. Locked by the caller.
    /// </summary>
    private void GiveUp()
    {
        _isTooSlow = true;
        foreach (var item in _items)
        {
            _addedCalls -= CallsOf(item);
            _queuedBytes -= BytesOf(item);
        }

        _items.Clear();
    }

    /// <summary>An item of the pass is done, and is not kept until the others are.</summary>
    private void Release(int index)
    {
        lock (_gate)
        {
            _queuedBytes -= BytesOf(_pass[index]);
        }

        _pass[index] = RingEffect.FlushWanted.Instance; // Stands for nothing here.
    }

    private static int CallsOf(RingEffect item) =>
        item is RingEffect.Deliver deliver ? deliver.Batch.Payloads.Length : 1;

    private static long BytesOf(RingEffect item) => item switch
    {
        RingEffect.Deliver deliver => deliver.Batch.Bytes,
        RingEffect.NotifyJoined joined => BytesOf(joined.Members.Length + joined.Bases.Length),
        RingEffect.NotifyChanged changed => BytesOf(
            changed.Births.Length + changed.Deaths.Length + changed.Members.Length),
        _ => NotificationBytes,
    };

    private static long BytesOf(int members) => NotificationBytes + ((long)members * MemberBytes);
}
