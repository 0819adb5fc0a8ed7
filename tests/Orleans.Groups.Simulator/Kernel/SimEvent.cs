namespace Orleans.Groups.Simulator;

/// <summary>Something that will happen in a world. A plain object, so that worlds can be copied and compared.</summary>
/// <param name="node">Who takes the step; late while it is paused, never when it is dead. Nobody for the world.</param>
internal abstract class SimEvent(SimNode? node)
{
    /// <summary>When, in microseconds of virtual time.</summary>
    internal long At { get; set; }

    /// <summary>Order of what happens at one time.</summary>
    internal long Seq { get; set; }

    internal SimNode? Node { get; } = node;

    /// <summary>It happens.</summary>
    internal abstract void Fire(World world);
}

/// <summary>What will happen, by time and then by the order in which it was scheduled.</summary>
internal sealed class EventQueue
{
    private readonly List<SimEvent> _heap = [];

    internal int Count => _heap.Count;

    /// <summary>All that is scheduled, in no order that means anything.</summary>
    internal IReadOnlyList<SimEvent> Events => _heap;

    internal SimEvent Peek() => _heap[0];

    internal void Add(SimEvent next)
    {
        _heap.Add(next);
        var child = _heap.Count - 1;
        while (child > 0)
        {
            var parent = (child - 1) / 2;
            if (!IsBefore(_heap[child], _heap[parent]))
            {
                break;
            }

            (_heap[child], _heap[parent]) = (_heap[parent], _heap[child]);
            child = parent;
        }
    }

    internal SimEvent Take()
    {
        var first = _heap[0];
        var last = _heap.Count - 1;
        _heap[0] = _heap[last];
        _heap.RemoveAt(last);
        var parent = 0;
        while (true)
        {
            var child = (2 * parent) + 1;
            if (child >= last)
            {
                return first;
            }

            if (child + 1 < last && IsBefore(_heap[child + 1], _heap[child]))
            {
                child++;
            }

            if (!IsBefore(_heap[child], _heap[parent]))
            {
                return first;
            }

            (_heap[child], _heap[parent]) = (_heap[parent], _heap[child]);
            parent = child;
        }
    }

    private static bool IsBefore(SimEvent one, SimEvent other) =>
        one.At != other.At ? one.At < other.At : one.Seq < other.Seq;
}
