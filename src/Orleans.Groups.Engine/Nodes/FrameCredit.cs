namespace Orleans.Groups.Engine;

/// <summary>Counts the frames of one scope towards one peer that the peer has not handled (rule H5).</summary>
/// <remarks>
/// Above the limit the machine is told that there is no room, so that it sends a snapshot later instead of more frames
/// now; below half of it that there is room again. The limit may be passed by what one step sends. A new session has a
/// new credit, so frames that were dropped with the old one are owed by nobody.
/// </remarks>
internal sealed class FrameCredit(ScopeHost owner, NodeId peer, long session, int limit) : IFrameCredit
{
    private readonly Lock _gate = new();
    private int _outstanding;
    private bool _isBlocked;

    internal long Session { get; } = session;

    /// <summary>A frame goes out.</summary>
    internal void Take()
    {
        lock (_gate)
        {
            _outstanding++;
            if (_isBlocked || _outstanding < limit)
            {
                return;
            }

            _isBlocked = true;

            // Inside, so that "none" and "again" cannot change places.
            owner.TellWritable(peer, Session, hasRoom: false);
        }
    }

    /// <inheritdoc/>
    public void Return()
    {
        lock (_gate)
        {
            _outstanding--;
            if (!_isBlocked || _outstanding > limit / 2)
            {
                return;
            }

            _isBlocked = false;
            owner.TellWritable(peer, Session, hasRoom: true);
        }
    }
}
