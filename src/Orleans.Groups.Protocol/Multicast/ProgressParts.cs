using System.Collections.Generic;
using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>Cuts a member's state into parts that fit into frames, and puts parts together again.</summary>
/// <remarks>Differs from gm: its catch-up is one message however large (S14).</remarks>
internal sealed class ProgressParts
{
    private readonly List<ProgressEntry> _entries = [];
    private int _next;
    private int _parts;

    /// <summary>
    /// Cuts entries into parts of at most about <paramref name="maxBytes"/>; at least one part, a single batch may be
    /// larger.
    /// </summary>
    internal static List<ImmutableArray<ProgressEntry>> Split(IEnumerable<ProgressEntry> entries, int maxBytes)
    {
        var parts = new List<ImmutableArray<ProgressEntry>>(1);
        var part = ImmutableArray.CreateBuilder<ProgressEntry>();
        var bytes = 0L;
        foreach (var entry in entries)
        {
            var batches = ImmutableArray.CreateBuilder<PublicationBatch>(entry.Pending.Length);
            foreach (var batch in entry.Pending)
            {
                if (bytes > 0 && bytes + batch.Bytes > maxBytes)
                {
                    part.Add(entry with { Pending = batches.ToImmutable() });
                    parts.Add(part.ToImmutable());
                    part.Clear();
                    batches.Clear();
                    bytes = 0;
                }

                batches.Add(batch);
                bytes += batch.Bytes;
            }

            part.Add(entry with { Pending = batches.ToImmutable() });
        }

        parts.Add(part.ToImmutable());
        return parts;
    }

    /// <summary>Forgets parts that were gathered.</summary>
    internal void Reset()
    {
        _entries.Clear();
        _next = 0;
        _parts = 0;
    }

    /// <summary>
    /// Takes the next part. Parts that do not follow each other are refused and everything gathered is forgotten.
    /// </summary>
    /// <param name="part">0-based.</param>
    /// <param name="parts">1 or more.</param>
    /// <param name="entries">What it carries.</param>
    /// <param name="whole">
    /// All entries, when this was the last part; each publisher once, with consecutive batches.
    /// </param>
    /// <returns>Whether the part followed and is well formed.</returns>
    internal bool TryAdd(
        int part,
        int parts,
        ImmutableArray<ProgressEntry> entries,
        out Dictionary<MemberId, ProgressEntry>? whole)
    {
        whole = null;
        if (part == 0)
        {
            Reset();
            _parts = parts;
        }

        if (part != _next || parts != _parts || parts < 1)
        {
            Reset();
            return false;
        }

        _next++;
        _entries.AddRange(entries);
        if (_next < _parts)
        {
            return true;
        }

        whole = Merge(_entries);
        Reset();
        return whole is not null;
    }

    private static Dictionary<MemberId, ProgressEntry>? Merge(List<ProgressEntry> entries)
    {
        var merged = new Dictionary<MemberId, ProgressEntry>(entries.Count);
        foreach (var entry in entries)
        {
            var before = merged.GetValueOrDefault(entry.Publisher, entry with { Pending = [] });
            var next = before.Pending.IsEmpty ? entry.LastAcked + 1 : before.Pending[^1].Last + 1;
            if (before.LastAcked != entry.LastAcked
                || before.LastPublished != entry.LastPublished
                || !Follow(entry, next))
            {
                return null;
            }

            merged[entry.Publisher] = before with { Pending = before.Pending.AddRange(entry.Pending) };
        }

        return merged;
    }

    private static bool Follow(ProgressEntry entry, long next)
    {
        foreach (var batch in entry.Pending)
        {
            if (batch.First != next)
            {
                return false;
            }

            next = batch.Last + 1;
        }

        return entry.LastAcked >= 0 && next - 1 <= entry.LastPublished;
    }
}
