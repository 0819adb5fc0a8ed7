using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace Orleans.Groups.Protocol;

/// <summary>
/// Gathers the parts of one snapshot or update of a peer, which follow each other without anything between (rule P2).
/// </summary>
internal sealed class PartAssembly
{
    private readonly List<ScopeMessage> _parts = [];

    /// <summary>The parts so far.</summary>
    internal ReadOnlySpan<ScopeMessage> Parts => CollectionsMarshal.AsSpan(_parts);

    /// <summary>Takes a part. A part that does not follow ends what was gathered; a first part begins anew.</summary>
    /// <param name="message">A snapshot or an update.</param>
    /// <param name="isBroken">Whether something was dropped: the part, or the parts before it.</param>
    /// <returns>Whether all parts are there; clear this after using them.</returns>
    internal bool Add(ScopeMessage message, out bool isBroken)
    {
        var (part, parts) = Position(message);
        isBroken = _parts.Count > 0 && !Follows(message, part);
        if (isBroken)
        {
            _parts.Clear();
        }

        if (_parts.Count != part)
        {
            isBroken = true;
            return false;
        }

        _parts.Add(message);
        return _parts.Count == parts;
    }

    /// <summary>Forgets what was gathered.</summary>
    internal void Clear()
    {
        _parts.Clear();
        if (_parts.Capacity > 64)
        {
            _parts.Capacity = 0;
        }
    }

    private static (int Part, int Parts) Position(ScopeMessage message) => message switch
    {
        ScopeMessage.Snapshot snapshot => (snapshot.Part, snapshot.Parts),
        ScopeMessage.Update update => (update.Part, update.Parts),
        _ => throw Invariant.Unreachable(message),
    };

    private bool Follows(ScopeMessage message, int part) => part == _parts.Count && (_parts[0], message) switch
    {
        (ScopeMessage.Snapshot first, ScopeMessage.Snapshot next) =>
            first.From == next.From && first.Version == next.Version && first.Parts == next.Parts,
        (ScopeMessage.Update first, ScopeMessage.Update next) =>
            first.From == next.From && first.Parts == next.Parts
            && first.FromVersion == next.FromVersion && first.ToVersion == next.ToVersion,
        _ => false,
    };
}
