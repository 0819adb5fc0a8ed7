using System.Collections.Immutable;
using System.Text;

namespace Orleans.Groups.Samples.Relay;

/// <summary>What a member has got from each sender: numbers, and which lines of which duty.</summary>
internal sealed class StreamTable(int duties)
{
    private readonly Dictionary<MemberId, Stream> _streams = [];
    private Stream? _last;

    /// <summary>The number after which a sender's messages are delivered here.</summary>
    internal void SetBase(MemberId sender, long number) => Find(sender).Number = number;

    /// <summary>Notes a message; what is wrong with its number, if anything.</summary>
    internal string? Deliver(MemberId sender, long number, out ReadOnlySpan<byte> name)
    {
        var stream = Find(sender);
        name = stream.Name;
        var expected = stream.Number + 1;
        stream.Number = Math.Max(number, stream.Number);
        return number == expected ? null
            : $"message {number} of {sender.Name} was delivered, but {expected} was due";
    }

    /// <summary>Notes the line that the message delivered last brought.</summary>
    internal void Share(int duty, long line)
    {
        ref var share = ref _last!.Shares[duty];
        share = share.Count == 0 ? (line, line, 1) : (share.First, line, share.Count + 1);
    }

    /// <summary>The last number of each sender that sent, or had sent before.</summary>
    internal ImmutableDictionary<string, long> LastNumbers() =>
        _streams.Where(s => s.Value.Number > 0).ToImmutableDictionary(s => s.Key.Name, s => s.Value.Number);

    /// <summary>Who sent which lines.</summary>
    internal ImmutableArray<DutyShare> Shares() =>
    [
        .. from stream in _streams
           from duty in Enumerable.Range(0, duties)
           let share = stream.Value.Shares[duty]
           where share.Count > 0
           select new DutyShare(stream.Key.Name, duty, share.First, share.Last),
    ];

    private Stream Find(MemberId sender)
    {
        if (_last is { } last && ReferenceEquals(last.Sender, sender))
        {
            return last;
        }

        if (!_streams.TryGetValue(sender, out var stream))
        {
            stream = new Stream(sender, duties);
            _streams.Add(sender, stream);
        }

        return _last = stream;
    }

    private sealed class Stream(MemberId sender, int duties)
    {
        internal MemberId Sender { get; } = sender;

        internal byte[] Name { get; } = Encoding.UTF8.GetBytes(sender.Name);

        internal long Number { get; set; }

        internal (long First, long Last, long Count)[] Shares { get; } = new (long, long, long)[duties];
    }
}
