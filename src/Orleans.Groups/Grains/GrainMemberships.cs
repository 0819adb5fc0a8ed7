using System.Collections.Immutable;

namespace Orleans.Groups;

/// <summary>
/// What one activation has joined in order to be kept or brought back. Other memberships need no record here. Any
/// thread.
/// </summary>
internal sealed class GrainMemberships(IGrainContext context, IGrainRuntime runtime)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(ScopeName Scope, GroupName Group), Entry> _entries = [];
    private int _keeping; // Entries that keep the activation.

    /// <summary>The activation has joined groups.</summary>
    internal void Joined(ScopeName scope, IEnumerable<GroupName> groups, GrainJoinOptions options)
    {
        lock (_gate)
        {
            foreach (var group in groups)
            {
                var isKnown = _entries.TryGetValue((scope, group), out var entry);
                if (isKnown || options.KeepAlive || options.Rejoin)
                {
                    Set(scope, group, entry, new Entry(
                        entry.Count + 1,
                        entry.KeepAlive || options.KeepAlive,
                        entry.Rejoin || options.Rejoin));
                }
            }
        }
    }

    /// <summary>The activation has left groups, one membership for each entry.</summary>
    internal void Left(ScopeName scope, IEnumerable<GroupName> groups)
    {
        lock (_gate)
        {
            foreach (var group in groups)
            {
                if (!_entries.TryGetValue((scope, group), out var entry))
                {
                    continue;
                }

                if (entry.Count > 1 || entry.Rejoin)
                {
                    // One that is to be brought back stays known as left: the bringing back may come late.
                    Set(scope, group, entry, entry with { Count = Math.Max(0, entry.Count - 1) });
                }
                else
                {
                    Set(scope, group, entry, default);
                    _entries.Remove((scope, group));
                }
            }
        }
    }

    /// <summary>
    /// How many memberships the activation lacks of those that the one before it had; none where it has left.
    /// </summary>
    internal int CountMissing(GrainMembership membership)
    {
        lock (_gate)
        {
            return _entries.TryGetValue((membership.Scope, membership.Group), out var entry) && entry.Count == 0
                ? 0
                : Math.Max(0, membership.Count - entry.Count);
        }
    }

    /// <summary>The member has ended by request: nothing is left, and nothing to come back for.</summary>
    internal void Clear()
    {
        lock (_gate)
        {
            _entries.Clear();
            Keep(-_keeping);
        }
    }

    /// <summary>The activation has ended: what it wants to have again.</summary>
    internal ImmutableArray<GrainMembership> TakeRejoining()
    {
        lock (_gate)
        {
            ImmutableArray<GrainMembership> rejoining =
            [
                .. _entries
                    .Where(static entry => entry.Value is { Rejoin: true, Count: > 0 })
                    .Select(static entry => new GrainMembership
                    {
                        Scope = entry.Key.Scope.Value,
                        Group = entry.Key.Group.Value,
                        Count = entry.Value.Count,
                        KeepAlive = entry.Value.KeepAlive,
                    }),
            ];
            _entries.Clear();
            return rejoining;
        }
    }

    private void Set(ScopeName scope, GroupName group, Entry before, Entry after)
    {
        _entries[(scope, group)] = after;
        Keep((after.Keeps ? 1 : 0) - (before.Keeps ? 1 : 0));
    }

    /// <summary>Tells Orleans whether the activation may be idle. Locked by the caller.</summary>
    private void Keep(int more)
    {
        var wasKept = _keeping > 0;
        _keeping += more;
        if (wasKept != _keeping > 0 && !context.Deactivated.IsCompleted)
        {
            runtime.DelayDeactivation(context, wasKept ? TimeSpan.Zero : Timeout.InfiniteTimeSpan);
        }
    }

    private readonly record struct Entry(int Count, bool KeepAlive, bool Rejoin)
    {
        internal bool Keeps => KeepAlive && Count > 0;
    }
}
