namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>
/// Frames on their way from one node to another, first in first out; a node has a link to itself, too.
/// </summary>
internal sealed class WorldLink(WorldNode from, WorldNode to)
{
    private readonly List<(long Session, WorldFrame Frame)> _frames = [];

    internal WorldNode From { get; } = from;

    internal WorldNode To { get; } = to;

    /// <summary>A story keeps the frames back; random runs do without it.</summary>
    internal bool IsHeld { get; set; }

    /// <summary>How willingly the random driver lets a frame arrive.</summary>
    internal int Speed { get; set; } = 100;

    internal int Count => _frames.Count;

    internal IReadOnlyList<(long Session, WorldFrame Frame)> Frames => _frames;

    internal void Enqueue(long session, WorldFrame frame) => _frames.Add((session, frame));

    internal (long Session, WorldFrame Frame) Dequeue()
    {
        var head = _frames[0];
        _frames.RemoveAt(0);
        return head;
    }

    /// <summary>Loses all but the oldest frames.</summary>
    internal void CutTo(int kept)
    {
        if (kept < _frames.Count)
        {
            _frames.RemoveRange(kept, _frames.Count - kept);
        }
    }

    /// <summary>Of the frames of a session, loses all but the oldest; news of the node's death is never lost.</summary>
    internal void Clear() => _frames.RemoveAll(static item => item.Frame is not WorldFrame.NodeDead);

    public override string ToString() => $"{From}->{To}";
}
