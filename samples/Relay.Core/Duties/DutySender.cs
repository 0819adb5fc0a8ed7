using System.Collections.Concurrent;

namespace Orleans.Groups.Samples.Relay;

/// <summary>Sends the lines of a member's duties, the lowest line first. Duties come from any thread.</summary>
internal sealed class DutySender
{
    private readonly IMulticastGroup _ring;
    private readonly LineSource _source;
    private readonly int _senders;
    private readonly LineGate _gate;
    private readonly LineMessageWriter _messages = new();
    private readonly ConcurrentQueue<Takeover> _taken = new();
    private readonly Signal _changed = new();
    private readonly List<Cursor> _cursors = [];
    private bool _mayEnd;

    internal DutySender(IMulticastGroup ring, LineSource source, int senders, LineGate gate)
    {
        _ring = ring;
        _source = source;
        _senders = senders;
        _gate = gate;
    }

    /// <summary>Gives this sender a duty. It must not have it yet.</summary>
    internal void Take(Takeover duty)
    {
        _taken.Enqueue(duty);
        _changed.Raise();
    }

    /// <summary>No more duties will come: <see cref="RunAsync"/> may end when everything is sent.</summary>
    internal void MayEnd()
    {
        Volatile.Write(ref _mayEnd, true);
        _changed.Raise();
    }

    /// <summary>Sends until everything is sent and no more can come, or the member takes nothing any more.</summary>
    /// <param name="cancellationToken">Ends it between two lines.</param>
    /// <returns>How many messages the ring has accepted.</returns>
    internal async Task<long> RunAsync(CancellationToken cancellationToken)
    {
        var accepted = 0L;
        try
        {
            while (await NextAsync(cancellationToken) is { } cursor)
            {
                var message = cursor.ReadMessage(_messages);
                var outcome = await _ring.BroadcastAsync(message, cancellationToken);
                if (!outcome.IsOk)
                {
                    // The member leaves or has ended. Whoever takes over sends this line.
                    return accepted;
                }

                accepted++;
                cursor.Advance(_senders);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Whatever was not accepted was not sent.
        }
        finally
        {
            _cursors.ForEach(cursor => cursor.Dispose());
        }

        return accepted;
    }

    /// <summary>The duty with the lowest line that may be sent now; nothing at the end.</summary>
    private async ValueTask<Cursor?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var raised = _gate.Raised;
            var changed = _changed.Next;
            var mayEnd = Volatile.Read(ref _mayEnd);
            while (_taken.TryDequeue(out var duty))
            {
                _cursors.Add(new Cursor(_source, duty.FromLine));
            }

            var lowest = Lowest();
            if (lowest is null)
            {
                if (mayEnd)
                {
                    return null;
                }

                await changed.WaitAsync(cancellationToken);
            }
            else if (!_gate.IsAllowed(lowest.Line))
            {
                await Task.WhenAny(raised, changed).WaitAsync(cancellationToken);
            }
            else if (_gate.DelayOf(lowest.Line) is { Ticks: > 0 } delay)
            {
                await Task.WhenAny(Task.Delay(delay, cancellationToken), changed);
            }
            else
            {
                return lowest;
            }
        }
    }

    private Cursor? Lowest()
    {
        Cursor? lowest = null;
        foreach (var cursor in _cursors)
        {
            if (cursor.Line < _source.Lines && (lowest is null || cursor.Line < lowest.Line))
            {
                lowest = cursor;
            }
        }

        return lowest;
    }

    /// <summary>One duty: the next line to send, and a reader of its own that stands before it.</summary>
    private sealed class Cursor(LineSource source, long line) : IDisposable
    {
        private LineReader? _reader;
        private long _skip;

        internal long Line { get; private set; } = line;

        internal ReadOnlyMemory<byte> ReadMessage(LineMessageWriter messages)
        {
            _reader ??= source.ReadFrom(Line);
            _reader.Skip(_skip);
            if (!_reader.TryRead(out var text))
            {
                throw new IOException($"{source.Name} has become shorter while it was read");
            }

            return messages.Write(Line, text);
        }

        internal void Advance(int senders)
        {
            _skip = senders - 1;
            Line += senders;
        }

        public void Dispose() => _reader?.Dispose();
    }
}
