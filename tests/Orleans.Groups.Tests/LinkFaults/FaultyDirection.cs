using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Threading.Channels;

namespace Orleans.Groups.Tests;

/// <summary>Pumps the messages of one connection in one direction, through the faults of that direction.</summary>
/// <remarks>
/// A message is an <see cref="int"/> with the length of its header, one with that of its body, and both; the first is
/// the greeting, with one length alone, and is only held and delayed. What waits is not bounded, so a sender never sees
/// that its direction is held.
/// </remarks>
internal sealed class FaultyDirection(
    ConnectionFaults faults,
    int from,
    int to,
    Random random,
    CancellationToken reset)
{
    private readonly Channel<Message> _waiting = Channel.CreateUnbounded<Message>();
    private bool _isGreeted;

    // The type of all grain services of applications, which is in the header of each call to one, and of its answer.
    private static ReadOnlySpan<byte> ServiceMark => "sys.svc.user"u8;

    /// <summary>Pumps until the source ends, or the connection is reset. Completes both ends; never throws.</summary>
    internal async Task RunAsync(PipeReader source, PipeWriter target) =>
        await Task.WhenAll(ReadAsync(source), WriteAsync(target));

    private async Task ReadAsync(PipeReader source)
    {
        try
        {
            ReadResult result;
            do
            {
                result = await source.ReadAsync(reset);
                var buffer = result.Buffer;
                while (TryTake(ref buffer, out var bytes))
                {
                    Queue(bytes);
                }

                source.AdvanceTo(buffer.Start, buffer.End);
            }
            while (!result.IsCompleted && !result.IsCanceled);
        }
        catch (Exception) // The connection is being closed, however it says that.
        {
        }

        _waiting.Writer.Complete();
        await source.CompleteAsync();
    }

    private bool TryTake(ref ReadOnlySequence<byte> buffer, out byte[] bytes)
    {
        var lengths = _isGreeted ? 2 : 1;
        bytes = [];
        if (buffer.Length < lengths * sizeof(int))
        {
            return false;
        }

        Span<byte> prefix = stackalloc byte[lengths * sizeof(int)];
        buffer.Slice(0, prefix.Length).CopyTo(prefix);
        long length = prefix.Length;
        for (var index = 0; index < lengths; index++)
        {
            length += BinaryPrimitives.ReadInt32LittleEndian(prefix[(index * sizeof(int))..]);
        }

        if (buffer.Length < length)
        {
            return false;
        }

        bytes = buffer.Slice(0, length).ToArray();
        buffer = buffer.Slice(length);
        return true;
    }

    private void Queue(byte[] bytes)
    {
        var isFaulty = _isGreeted && bytes.AsSpan().IndexOf(ServiceMark) >= 0;
        _isGreeted = true;
        var (fault, _) = faults.FaultOf(from, to);
        var isDropped = isFaulty && Happens(fault.Drop);
        var isDoubled = isFaulty && Happens(fault.Duplicate);
        var delay = fault.Delay * Draw();
        if (isFaulty)
        {
            faults.Count(from, to, counts =>
            {
                counts.Seen++;
                counts.Held += fault.IsHeld ? 1 : 0;
                counts.Delayed += fault.Delay > TimeSpan.Zero ? 1 : 0;
                counts.Dropped += isDropped ? 1 : 0;
                counts.Duplicated += isDoubled ? 1 : 0;
            });
        }

        var message = new Message(bytes, Environment.TickCount64 + (long)delay.TotalMilliseconds, isFaulty);
        for (var times = isDropped ? 0 : isDoubled ? 2 : 1; times > 0; times--)
        {
            _waiting.Writer.TryWrite(message);
        }
    }

    private async Task WriteAsync(PipeWriter target)
    {
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(reset))
            {
                while (_waiting.Reader.TryRead(out var message))
                {
                    await PassAsync(message);
                    if (message.IsFaulty
                        && Happens(faults.FaultOf(from, to).Fault.Reorder)
                        && _waiting.Reader.TryRead(out var next))
                    {
                        faults.Count(from, to, static counts => counts.Reordered++);
                        await target.WriteAsync(next.Bytes, reset);
                    }

                    await target.WriteAsync(message.Bytes, reset);
                }
            }
        }
        catch (Exception) // As above.
        {
        }

        await target.CompleteAsync();
    }

    /// <summary>Completes when the message is due, and the direction is not held.</summary>
    private async Task PassAsync(Message message)
    {
        if (message.Due - Environment.TickCount64 is > 0 and var wait)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(wait), reset); // The fault itself, nothing is waited for.
        }

        while (faults.FaultOf(from, to) is { Fault.IsHeld: true, Changed: var changed })
        {
            await changed.WaitAsync(reset);
        }
    }

    private bool Happens(double chance) => chance > 0 && Draw() < chance;

    private double Draw()
    {
        lock (random)
        {
            return random.NextDouble();
        }
    }

    /// <param name="Bytes">Lengths, header and body.</param>
    /// <param name="Due">When it may go on, on the machine's clock.</param>
    /// <param name="IsFaulty">Whether it may be lost, doubled or overtaken, and is counted.</param>
    private readonly record struct Message(byte[] Bytes, long Due, bool IsFaulty);
}
