using System.Threading.Channels;

namespace Orleans.Groups.ClientProgram;

/// <summary>Reads lines of bytes as they come and hands them out in batches: whatever is there, up to a size.</summary>
internal sealed class LineInput
{
    /// <summary>Bytes after which a batch takes no further line; a single line may have more.</summary>
    internal const int BatchBytes = 64 * 1024;

    private const int BufferedLines = 4_096;
    private readonly Channel<byte[]> _lines = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(BufferedLines) { SingleReader = true, SingleWriter = true });

    private readonly Guid _stream = Guid.NewGuid();
    private long _taken;

    /// <summary>Begins to read.</summary>
    /// <param name="input">Where the lines come from; lines end with a line feed, the last one with the end.</param>
    /// <param name="maxLineBytes">The longest line.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    internal LineInput(Stream input, int maxLineBytes, CancellationToken cancellationToken) =>
        _ = Task.Run(() => ReadAsync(input, maxLineBytes, cancellationToken), CancellationToken.None);

    /// <summary>The next lines.</summary>
    /// <returns>Nothing at the end.</returns>
    /// <exception cref="ClientException">A line is too long.</exception>
    internal async Task<LineBatch?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!await _lines.Reader.WaitToReadAsync(cancellationToken))
        {
            return null;
        }

        var lines = new List<byte[]>();
        for (var bytes = 0; bytes < BatchBytes && _lines.Reader.TryRead(out var line);)
        {
            // The first line counts whatever its length; further ones only if they fit.
            lines.Add(line);
            bytes += LineBatch.LineBytes + line.Length;
            if (_lines.Reader.TryPeek(out var next) && bytes + next.Length > BatchBytes)
            {
                break;
            }
        }

        var batch = new LineBatch(_stream, _taken + 1, [.. lines]);
        _taken = batch.Last;
        return batch;
    }

    private async Task ReadAsync(Stream input, int maxLineBytes, CancellationToken cancellationToken)
    {
        var writer = _lines.Writer;
        var buffer = new byte[64 * 1024];
        using var line = new MemoryStream();
        try
        {
            int count;
            while ((count = await input.ReadAsync(buffer, cancellationToken)) > 0)
            {
                for (var rest = buffer.AsMemory(0, count); !rest.IsEmpty;)
                {
                    var end = rest.Span.IndexOf((byte)'\n');
                    line.Write(rest.Span[..(end < 0 ? rest.Length : end)]);
                    if (line.Length > maxLineBytes)
                    {
                        throw new ClientException(
                            ClientExitCode.Failed,
                            $"a line has more than {maxLineBytes} bytes, which is all that fits into one message; the "
                            + "lines before it were sent");
                    }

                    if (end >= 0)
                    {
                        await writer.WriteAsync(line.ToArray(), cancellationToken);
                        line.SetLength(0);
                    }

                    rest = end < 0 ? default : rest[(end + 1)..];
                }
            }

            if (line.Length > 0)
            {
                await writer.WriteAsync(line.ToArray(), cancellationToken);
            }

            writer.Complete();
        }
        catch (Exception error) when (error is ClientException or IOException or OperationCanceledException)
        {
            writer.Complete(error);
        }
    }
}
