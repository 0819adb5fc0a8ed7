using System.Buffers.Binary;
using System.Diagnostics;

namespace Orleans.Groups.Comparison;

/// <summary>A member that checks what it gets, at the pace that it is given.</summary>
internal sealed class OverloadHandler(double perSecond = double.PositiveInfinity) : MulticastHandler
{
    private readonly long _begun = Stopwatch.GetTimestamp();
    private readonly TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isStuck;
    private double _perSecond = perSecond;
    private double _next;
    private long _received;

    /// <summary>Messages that it has had.</summary>
    internal long Received => Interlocked.Read(ref _received);

    /// <summary>What was wrong first, if anything.</summary>
    internal string? Fault { get; private set; }

    /// <summary>Stops in the middle of its next message, for as long as <see cref="Free"/> is not called.</summary>
    internal void Block() => _isStuck = true;

    /// <summary>From here on it takes no more than so many.</summary>
    internal void SlowDown(double toPerSecond) => Volatile.Write(ref _perSecond, toPerSecond);

    /// <summary>Lets it go on.</summary>
    internal void Free() => _freed.TrySetResult();

    /// <inheritdoc/>
    public override async ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message)
    {
        var expected = _received + 1;
        var content = BinaryPrimitives.ReadInt64LittleEndian(message.Payload.Span);
        if (message.Number != expected || content != expected)
        {
            Fault ??= $"message {message.Number} with content {content} came instead of {expected}";
        }

        if (_isStuck)
        {
            await _freed.Task;
        }

        if (Volatile.Read(ref _perSecond) is var pace && double.IsFinite(pace))
        {
            // Pauses are never exact, so what one was too long, the next ones are shorter.
            var now = Stopwatch.GetElapsedTime(_begun).TotalSeconds;
            _next = Math.Max(_next + (1 / pace), now - 0.1);
            if (_next - now >= 0.002)
            {
                await Task.Delay(TimeSpan.FromSeconds(_next - now));
            }
        }

        Interlocked.Increment(ref _received);
        return default;
    }
}
