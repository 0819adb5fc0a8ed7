using System.Reflection;

namespace Orleans.Groups.Samples.Relay;

/// <summary>
/// The input: a file that can be read again from any line on. It has been read once, so that its lines are counted and
/// every one is known to fit. Its size in memory does not depend on the input's.
/// </summary>
internal sealed class LineSource : IDisposable
{
    private const int DefaultLines = 10_000;
    private readonly bool _isSpooled;
    private readonly LineIndex _index = new();

    private LineSource(string path, bool isSpooled, string name)
    {
        Path = path;
        Name = name;
        _isSpooled = isSpooled;
    }

    /// <summary>What the input is, for people.</summary>
    internal string Name { get; }

    /// <summary>The file that holds it; a temporary one unless the input itself can be read twice.</summary>
    internal string Path { get; }

    /// <summary>Number of lines.</summary>
    internal long Lines { get; private set; }

    /// <summary>Bytes of the longest line.</summary>
    internal int LongestBytes { get; private set; }

    /// <summary>Sum of the hashes of all lines, whatever their order.</summary>
    internal ulong HashSum { get; private set; }

    /// <summary>Opens and reads the input.</summary>
    /// <param name="input">A file, <c>-</c> for <paramref name="standardInput"/>, nothing for the default.</param>
    /// <param name="maxBytes">The longest line allowed.</param>
    /// <param name="standardInput">Opens the standard input.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RelayException">It cannot be read, or a line is too long.</exception>
    internal static LineSource Open(
        string? input,
        int maxBytes,
        Func<Stream> standardInput,
        CancellationToken cancellationToken)
    {
        var source = input switch
        {
            null => Spool(WriteReadme, "the project's README", cancellationToken),
            "-" => Spool((file, token) => Copy(standardInput(), file, token), "standard input", cancellationToken),
            _ => OpenFile(input, cancellationToken),
        };
        try
        {
            source.ReadOnce(maxBytes, cancellationToken);
            return source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>A reader whose next line is the given one, counted from 0.</summary>
    internal LineReader ReadFrom(long line)
    {
        var (marked, offset) = _index.Before(line);
        var reader = new LineReader(Path, offset);
        reader.Skip(line - marked);
        return reader;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isSpooled)
        {
            File.Delete(Path);
        }
    }

    private static LineSource OpenFile(string path, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path))
        {
            throw new RelayException($"the input '{path}' is a folder, not a file");
        }

        if (!File.Exists(path))
        {
            throw new RelayException($"the input '{path}' does not exist");
        }

        FileStream file;
        try
        {
            file = File.OpenRead(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RelayException($"the input '{path}' cannot be read: {OneLine(error)}", error);
        }

        if (file.CanSeek)
        {
            file.Dispose();
            return new LineSource(path, isSpooled: false, path);
        }

        // A pipe with a name can be read, and even opened, only once.
        return Spool((copy, token) => Copy(file, copy, token), path, cancellationToken);
    }

    private static LineSource Spool(
        Action<Stream, CancellationToken> write,
        string name,
        CancellationToken cancellationToken)
    {
        var path = string.Empty;
        try
        {
            path = System.IO.Path.GetTempFileName();
            using var file = File.Create(path);
            write(file, cancellationToken);
            return new LineSource(path, isSpooled: true, name);
        }
        catch (Exception error)
        {
            if (path.Length > 0)
            {
                File.Delete(path);
            }

            if (error is IOException or UnauthorizedAccessException)
            {
                throw new RelayException($"{name} cannot be copied to a temporary file: {OneLine(error)}", error);
            }

            throw;
        }
    }

    private static void Copy(Stream from, Stream to, CancellationToken cancellationToken)
    {
        using var source = from;
        var buffer = new byte[128 * 1024];
        int read;
        while ((read = from.Read(buffer)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            to.Write(buffer, 0, read);
        }
    }

    private static void WriteReadme(Stream to, CancellationToken cancellationToken)
    {
        using var readme = Assembly.GetExecutingAssembly().GetManifestResourceStream("README.md")
            ?? throw new InvalidOperationException("the README is part of this assembly");
        using var text = new StreamReader(readme);
        var lines = text.ReadToEnd().TrimEnd('\n').Split('\n');
        using var writer = new StreamWriter(to, leaveOpen: true) { NewLine = "\n" };
        for (var line = 0; line < DefaultLines; line++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.WriteLine(lines[line % lines.Length].TrimEnd('\r'));
        }
    }

    private void ReadOnce(int maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            using var reader = new LineReader(Path, 0, maxBytes);
            while (true)
            {
                var offset = reader.Offset;
                if (!reader.TryRead(out var line))
                {
                    return;
                }

                if (line.Length > maxBytes)
                {
                    throw new RelayException(
                        $"line {Lines + 1} of {Name} is longer than the {maxBytes} bytes that a message can carry");
                }

                _index.Add(Lines, offset);
                HashSum += LineHash.Of(line);
                LongestBytes = Math.Max(LongestBytes, line.Length);
                Lines++;
                if (Lines % 4_096 == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RelayException($"{Name} cannot be read: {OneLine(error)}", error);
        }
    }

    private static string OneLine(Exception error) => error.Message.ReplaceLineEndings(" ");
}
