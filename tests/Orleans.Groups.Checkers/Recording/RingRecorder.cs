using System.Diagnostics.CodeAnalysis;

namespace Orleans.Groups.Checkers;

/// <summary>What the wrappers of one ring member share.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Whoever has joined disposes of the member, not its recorder.")]
internal sealed class RingRecorder(NodeRecorder recorder, HandlerFailurePolicy? policy)
{
    private readonly Lock _gate = new();
    private readonly AsyncLocal<Callback?> _callback = new();
    private RecordingGroup? _group;
    private (string Epoch, long Ver) _view = ("", 0);
    private long _lastCall;
    private bool _hasStopped;

    internal NodeRecorder Recorder => recorder;

    internal string? Policy => policy?.ToString().ToLowerInvariant();

    /// <summary>The wrapper, if the member is known.</summary>
    internal RecordingGroup? KnownGroup
    {
        get
        {
            lock (_gate)
            {
                return _group;
            }
        }
    }

    /// <summary>Whether the caller is inside a callback of this member.</summary>
    internal bool IsInside => _callback.Value is { IsRunning: true };

    /// <summary>The wrapper of the member; the same whoever asks first.</summary>
    internal RecordingGroup GroupOf(IMulticastGroup inner)
    {
        lock (_gate)
        {
            if (_group is null)
            {
                _group = new RecordingGroup(this, inner);
                recorder.Add(this);
            }

            return _group;
        }
    }

    internal void Log(LogEvent logEvent) => recorder.Log(logEvent);

    /// <summary>From here on the caller is inside a callback, until what is returned ends.</summary>
    internal Callback Enter()
    {
        var callback = new Callback();
        _callback.Value = callback;
        return callback;
    }

    /// <summary>Notes by which record the member goes, if it is another than before.</summary>
    /// <returns>Whether it goes by one.</returns>
    internal bool Sample()
    {
        lock (_gate)
        {
            return SampleLocked();
        }
    }

    /// <summary>Notes what is left over.</summary>
    internal void Probe()
    {
        if (_group is not { } group || _hasStopped)
        {
            return;
        }

        var status = group.Inner.GetStatus();
        if (status.Phase is MulticastPhase.Member)
        {
            var counts = new Dictionary<string, long>(StringComparer.Ordinal)
            {
                ["pendingBytes"] = status.PendingBytes,
                ["unprocessedBytes"] = status.UnprocessedBytes,
                ["queuedDeliveries"] = status.QueuedDeliveries,
            };
            Log(new LogEvent.Probe("gm", counts, group.Member));
        }
    }

    /// <summary>A broadcast begins. Numbers are given in the order in which the log has them.</summary>
    internal long Begin(RecordingGroup group, ReadOnlySpan<byte> payload, ProofLevel level)
    {
        var hash = CallEnvelope.HashOf(payload);
        lock (_gate)
        {
            SampleLocked();
            var call = ++_lastCall;
            Log(new LogEvent.Send(
                group.Name, group.Member, call, hash, payload.Length, level, IsInside, _view.Epoch, _view.Ver));
            return call;
        }
    }

    /// <summary>The member has ended; only the first to say so is heard.</summary>
    internal void Stop(MulticastTermination termination)
    {
        lock (_gate)
        {
            if (_hasStopped || _group is not { } group)
            {
                return;
            }

            _hasStopped = true;
            recorder.Remove(this);
            Log(new LogEvent.Stopped(
                group.Name,
                group.Member,
                termination.Reason.ToString(),
                termination.Unsettled,
                termination.Detail));
        }
    }

    private bool SampleLocked()
    {
        if (_group is not { } group || _hasStopped)
        {
            return false;
        }

        if (recorder.IsObserved)
        {
            return true;
        }

        var status = group.Inner.GetStatus();
        if (status.Epoch.Length == 0 || status.Phase is not (MulticastPhase.Member or MulticastPhase.Leaving))
        {
            return false;
        }

        if ((status.Epoch, status.ViewVersion) != _view)
        {
            _view = (status.Epoch, status.ViewVersion);
            Log(new LogEvent.Adopt(
                group.Name,
                group.Member,
                status.Epoch,
                status.ViewVersion,
                [.. status.Members.Select(member => new Entry(recorder.TextOf(member.Id), member.IsAlive))]));
        }

        return true;
    }

    /// <summary>One call of the handler.</summary>
    internal sealed class Callback : IDisposable
    {
        internal bool IsRunning { get; private set; } = true;

        public void Dispose() => IsRunning = false;
    }
}
