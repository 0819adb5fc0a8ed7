using System.Collections.Generic;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Orleans.Groups.Protocol;

/// <summary>
/// The changes of one monitor that wait to be read; bounded, never with a silent gap (rule P4). Its host locks it.
/// </summary>
/// <remarks>
/// <para>
/// An operation's changes go in together or not at all. Once one did not fit, everything up to the restart is dropped:
/// what waits is still read in order, then <see cref="NeedsRestart"/> turns true, the host asks the machine for a fresh
/// snapshot, and the restart mark follows. An operation larger than the whole queue is no special case: its outcome is
/// in the snapshot.
/// </para>
/// <para>Differs from pg: there the subscriber's mailbox grows without a bound.</para>
/// </remarks>
/// <param name="capacity">Most changes that wait; 1 or more. The restart mark does not count.</param>
internal sealed class MonitorQueue(int capacity)
{
    private readonly Queue<ScopeEvent> _waiting = new();
    private MembershipSnapshot? _restart;
    private bool _hasOverflowed;
    private long _lastNumber;

    /// <summary>Number of changes that can be read now.</summary>
    internal int Count => _waiting.Count + (_restart is null ? 0 : 1);

    /// <summary>
    /// Whether all that fitted has been read and something did not fit: ask for <see cref="ScopeInput.RestartMonitor"/>
    /// once.
    /// </summary>
    internal bool NeedsRestart => _hasOverflowed && Count == 0;

    /// <summary>
    /// Takes the changes of one operation, or drops them together with all later ones until <see cref="Restart"/>.
    /// </summary>
    internal void Enqueue(ImmutableArray<ScopeEvent> events)
    {
        if (_hasOverflowed || events.Length > capacity - _waiting.Count)
        {
            _hasOverflowed = true;
            return;
        }

        foreach (var change in events)
        {
            _waiting.Enqueue(change);
        }
    }

    /// <summary>
    /// Takes the fresh snapshot; changes that come after it are kept again. Ignored unless needed: then nothing is
    /// missing.
    /// </summary>
    internal void Restart(MembershipSnapshot snapshot)
    {
        if (NeedsRestart)
        {
            _restart = snapshot;
            _hasOverflowed = false;
        }
    }

    /// <summary>Reads the next change. Numbers are given here, so that they have no gap.</summary>
    internal bool TryRead([NotNullWhen(true)] out MembershipChange? change)
    {
        if (_restart is { } snapshot)
        {
            _restart = null;
            change = new MembershipChange(
                ++_lastNumber, MembershipChangeKind.Restarted, default, [], ChangeReason.MonitorOverflow, snapshot);
            return true;
        }

        if (_waiting.TryDequeue(out var next))
        {
            var kind = next.Joined ? MembershipChangeKind.Joined : MembershipChangeKind.Left;
            change = new MembershipChange(++_lastNumber, kind, next.Group, next.Members, next.Reason);
            return true;
        }

        change = null;
        return false;
    }
}
