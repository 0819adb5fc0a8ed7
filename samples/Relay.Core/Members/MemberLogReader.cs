using System.Buffers.Text;
using System.Text;

namespace Orleans.Groups.Samples.Relay;

/// <summary>Reads a member's log line by line.</summary>
internal sealed class MemberLogReader : IDisposable
{
    private readonly LineReader _lines;
    private readonly byte[][] _members;
    private int _last;

    /// <summary>Opens a log.</summary>
    /// <param name="path">The file.</param>
    /// <param name="members">The names that a sender may have.</param>
    internal MemberLogReader(string path, IEnumerable<string> members)
    {
        _members = [.. members.Select(Encoding.UTF8.GetBytes)];
        _lines = new LineReader(path);
    }

    /// <summary>Number of the line read last, from 1.</summary>
    internal long Line { get; private set; }

    /// <summary>Sender of the line read last, as an index into the members.</summary>
    internal int Sender { get; private set; }

    /// <summary>Number of the message in the line read last.</summary>
    internal long Number { get; private set; }

    /// <summary>What is wrong with the form of the line read last; nothing when it is fine.</summary>
    internal string? Problem { get; private set; }

    /// <summary>Reads the next line.</summary>
    /// <param name="text">The text of the message; valid until the next call.</param>
    /// <returns><see langword="false"/> at the end.</returns>
    internal bool TryRead(out ReadOnlySpan<byte> text)
    {
        text = default;
        if (!_lines.TryRead(out var line))
        {
            return false;
        }

        Line++;
        Problem = Parse(line, out text) ?? (_lines.EndedInLineFeed ? null : "is cut off");
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();

    private string? Parse(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> text)
    {
        text = default;
        var tab = line.IndexOf((byte)'\t');
        if (tab < 0 || !TryFindSender(line[..tab]))
        {
            return "does not begin with the name of a member";
        }

        var rest = line[(tab + 1)..];
        if (!Utf8Parser.TryParse(rest, out long number, out var digits) || number < 1 || rest[0] is (byte)'+'
            || digits >= rest.Length || rest[digits] != (byte)'\t')
        {
            return "has no message number";
        }

        Number = number;
        text = rest[(digits + 1)..];
        return null;
    }

    private bool TryFindSender(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual(_members[_last]))
        {
            Sender = _last;
            return true;
        }

        for (var index = 0; index < _members.Length; index++)
        {
            if (name.SequenceEqual(_members[index]))
            {
                Sender = _last = index;
                return true;
            }
        }

        return false;
    }
}
