namespace Orleans.Groups.Samples.Relay;

/// <summary>
/// Sums of the hashes of the first messages of each sender in one log, at those places only that somebody asked for.
/// </summary>
/// <param name="log">The log as it was read before: what it tells need not be read again.</param>
/// <param name="senders">Number of senders.</param>
internal sealed class PrefixSums(LogSummary log, int senders)
{
    private readonly SortedDictionary<long, ulong>[] _sums =
        [.. Enumerable.Range(0, senders).Select(_ => new SortedDictionary<long, ulong>())];

    /// <summary>Asks for the sum of the messages up to a number. Before <see cref="Read"/>.</summary>
    internal void Want(int sender, long number)
    {
        if (number > 0 && number < log[sender].Last)
        {
            _sums[sender][number] = 0;
        }
    }

    /// <summary>Sum of the messages from one number to another, both included, both ends asked for.</summary>
    internal ulong Between(int sender, long first, long last) => UpTo(sender, last) - UpTo(sender, first - 1);

    /// <summary>Reads the log again, if need be.</summary>
    internal void Read(string path, IReadOnlyList<string> members)
    {
        var wanted = Array.ConvertAll(_sums, sums => sums.Keys.ToArray());
        if (Array.TrueForAll(wanted, numbers => numbers.Length == 0))
        {
            return;
        }

        var next = new int[senders];
        var running = new ulong[senders];
        using var reader = new MemberLogReader(path, members);
        while (reader.TryRead(out var text))
        {
            if (reader.Problem is not null)
            {
                continue;
            }

            var sender = reader.Sender;
            var numbers = wanted[sender];
            while (next[sender] < numbers.Length && numbers[next[sender]] < reader.Number)
            {
                _sums[sender][numbers[next[sender]++]] = running[sender];
            }

            running[sender] += LineHash.At(reader.Number, LineHash.Of(text));
        }
    }

    private ulong UpTo(int sender, long number) =>
        number <= 0 ? 0
        : number >= log[sender].Last ? log[sender].Sum
        : _sums[sender][number];
}
