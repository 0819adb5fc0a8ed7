namespace Orleans.Groups;

/// <summary>What one queue, that of a ring or a monitor, has to do with one activation.</summary>
internal abstract class GrainLane(IGrainContext context, Action onEnd)
{
    private Action? _onEnd = onEnd;
    private volatile bool _hasEnded;

    /// <summary>Guards everything but what only the calls themselves touch.</summary>
    protected Lock Gate { get; } = new();

    protected IGrainContext Context { get; } = context;

    protected bool HasEnded => _hasEnded;

    /// <summary>Says what to do at the end from now on; <see langword="false"/> when it has come.</summary>
    internal bool TryChangeEnd(Action onEnd)
    {
        lock (Gate)
        {
            if (!_hasEnded)
            {
                _onEnd = onEnd;
            }

            return !_hasEnded;
        }
    }

    /// <summary>The activation has ended: nothing is called any more, and nobody waits for a call that runs.</summary>
    internal void End()
    {
        Action? onEnd;
        lock (Gate)
        {
            if (_hasEnded)
            {
                return;
            }

            _hasEnded = true;
            (onEnd, _onEnd) = (_onEnd, null);
        }

        GiveUp();
        onEnd?.Invoke();
    }

    /// <summary>Nobody waits for a call that runs.</summary>
    protected abstract void GiveUp();
}
