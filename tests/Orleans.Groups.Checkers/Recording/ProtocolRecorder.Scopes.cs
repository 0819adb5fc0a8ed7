using Orleans.Groups.Protocol;

namespace Orleans.Groups.Checkers;

/// <content>Tables of scopes.</content>
internal sealed partial class ProtocolRecorder
{
    /// <summary>
    /// Number of the monitor of the whole scope that the host starts for the recorder as a life's first step: what it
    /// tells is by how much the tables really changed.
    /// </summary>
    internal const long OwnMonitor = 0;

    private readonly Dictionary<(ScopeName Scope, ScopeId Life), ScopeState> _scopes = [];

    /// <summary>A scope machine has made a step.</summary>
    /// <param name="input">What happened.</param>
    /// <param name="effects">What is to be done; changes are told to <see cref="OwnMonitor"/>.</param>
    /// <param name="after">What the machine knows now.</param>
    public void ScopeStepped(ScopeInput input, ReadOnlySpan<ScopeEffect> effects, ScopeStatus after)
    {
        ScopeState state;
        lock (_gate)
        {
            if (!_scopes.TryGetValue((after.Scope, after.Self), out state!))
            {
                _scopes.Add((after.Scope, after.Self), state = new ScopeState(after.Scope.ToString()));
            }
        }

        Dictionary<NodeId, (List<Held> Added, List<Held> Taken)>? changes = null;
        foreach (var effect in effects)
        {
            if (effect is ScopeEffect.Notify { Monitor: OwnMonitor } notify)
            {
                Gather(notify, changes ??= []);
            }
        }

        if (!after.IsStopped && after.Version != state.Version)
        {
            var (added, taken) = changes?.GetValueOrDefault(after.Self.Node, ([], [])) ?? ([], []);
            recorder.Log(new LogEvent.LocalVer(state.Scope, after.Self.Counter, after.Version, [.. added], [.. taken]));
            state.Version = after.Version;
        }

        if (changes is not null || !IsAsBefore(state, after))
        {
            RecordPeers(state, input, after, changes ?? []);
        }

        if (after.IsStopped)
        {
            lock (_gate)
            {
                _scopes.Remove((after.Scope, after.Self));
            }
        }
    }

    /// <summary>Whether the copies of all peers' tables are those of the step before; most steps touch none.</summary>
    private static bool IsAsBefore(ScopeState state, ScopeStatus after)
    {
        var whole = 0;
        foreach (var peer in after.Peers)
        {
            if (peer is { IsComplete: true, Scope: { } life })
            {
                whole++;
                if (!state.Peers.TryGetValue(peer.Node, out var known)
                    || known != (peer.Session, life.Counter, peer.Version))
                {
                    return false;
                }
            }
        }

        return whole == state.Peers.Count;
    }

    private void RecordPeers(
        ScopeState state,
        ScopeInput input,
        ScopeStatus after,
        Dictionary<NodeId, (List<Held> Added, List<Held> Taken)> changes)
    {
        var present = after.Peers.Where(static peer => peer is { IsComplete: true, Scope: not null })
            .ToDictionary(static peer => peer.Node);
        foreach (var (node, known) in state.Peers.ToList())
        {
            if (!present.TryGetValue(node, out var peer) || peer.Session != known.Session
                || peer.Scope!.Value.Counter != known.Life)
            {
                state.Peers.Remove(node);
                recorder.Log(new LogEvent.Dropped(state.Scope, recorder.TextOf(node), known.Life));
            }
        }

        foreach (var (node, peer) in present)
        {
            var isKnown = state.Peers.TryGetValue(node, out var known);
            var hasChanged = changes.TryGetValue(node, out var change);
            if (isKnown && !hasChanged && known.Version == peer.Version)
            {
                continue;
            }

            var isSnapshot = !isKnown || input is ScopeInput.Received { Message: ScopeMessage.Snapshot };
            state.Peers[node] = (peer.Session, peer.Scope!.Value.Counter, peer.Version);
            recorder.Log(new LogEvent.Applied(
                state.Scope,
                recorder.TextOf(node),
                peer.Scope.Value.Counter,
                known.Version,
                peer.Version,
                isSnapshot,
                hasChanged ? [.. change.Added] : [],
                hasChanged && isKnown ? [.. change.Taken] : []));
        }
    }

    private void Gather(
        ScopeEffect.Notify notify,
        Dictionary<NodeId, (List<Held> Added, List<Held> Taken)> changes)
    {
        foreach (var change in notify.Events)
        {
            foreach (var member in change.Members)
            {
                if (!changes.TryGetValue(member.Node, out var lists))
                {
                    changes.Add(member.Node, lists = ([], []));
                }

                (change.Joined ? lists.Added : lists.Taken).Add(
                    new Held(change.Group.ToString(), recorder.TextOf(member)));
            }
        }
    }

    private sealed class ScopeState(string scope)
    {
        internal string Scope { get; } = scope;

        internal long Version { get; set; }

        internal Dictionary<NodeId, (long Session, long Life, long Version)> Peers { get; } = [];
    }
}
