namespace Orleans.Groups.Checkers;

/// <summary>
/// What members have joined, as far as the calls on their own nodes tell: between these and their answers a range.
/// </summary>
internal sealed class GroupsModel(RunModel run)
{
    private readonly Dictionary<string, ScopeModel> _scopes = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Node, long Id), OpenCall> _open = [];
    private readonly Dictionary<string, HashSet<string>> _scopesOfMember = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ended = new(StringComparer.Ordinal);

    internal IEnumerable<ScopeModel> Scopes => _scopes.Values;

    /// <summary>Calls that have begun and not ended.</summary>
    internal IEnumerable<OpenCall> OpenCalls => _open.Values;

    internal ScopeModel ScopeOf(string scope)
    {
        if (!_scopes.TryGetValue(scope, out var model))
        {
            _scopes.Add(scope, model = new ScopeModel(scope));
        }

        return model;
    }

    internal OpenCall? FindCall(LogEvent.Op end) => _open.GetValueOrDefault((end.Node, end.Id));

    /// <summary>Whether the member has ever asked to join a group of the scope.</summary>
    internal bool HasJoined(string scope, string member) =>
        _scopesOfMember.TryGetValue(member, out var scopes) && scopes.Contains(scope);

    /// <summary>Whether the member has ever asked to join a group of any scope.</summary>
    internal bool HasJoinedAny(string member) => _scopesOfMember.ContainsKey(member);

    internal void Apply(LogEvent next)
    {
        switch (next)
        {
            case LogEvent.Op { Verb: OpVerb.End } e:
                EndMembers(e);
                break;
            case LogEvent.Op { Phase: OpPhase.Inv } e:
                Begin(e);
                break;
            case LogEvent.Op e:
                if (_open.Remove((e.Node, e.Id), out var call))
                {
                    End(call, e);
                }

                break;
            case LogEvent.ScopeStart e:
                ScopeOf(e.Scope).At(e.Node).IsRunning = true;
                break;
            case LogEvent.ScopeStop { Reason: LogReasons.Stopping } e:
                ScopeOf(e.Scope).At(e.Node).IsStopping = true;
                break;
            case LogEvent.Fault { On: true, What: LogFaults.Crash or LogFaults.Stop } e:
                foreach (var scope in _scopes.Values)
                {
                    Array.ForEach(e.Args, node => scope.At(node).IsStopping = true);
                }

                break;
            case LogEvent.ScopeStop e:
                Stop(ScopeOf(e.Scope), e.Node, e.Seq, keepsOpen: true);
                break;
            case LogEvent.NodeStop or LogEvent.NodeCrash:
                foreach (var scope in _scopes.Values)
                {
                    Stop(scope, next.Node, next.Seq, keepsOpen: false);
                }

                foreach (var over in _open.Keys.Where(key => key.Node == next.Node).ToList())
                {
                    _open.Remove(over);
                }

                break;
            case LogEvent.Quiesced:
                Settle();
                break;
        }
    }

    private void EndMembers(LogEvent.Op e)
    {
        _ended.UnionWith(e.Members);
        foreach (var scope in _scopes.Values)
        {
            foreach (var member in e.Members)
            {
                foreach (var count in scope.Of(member))
                {
                    count.HasEnded = true;
                }
            }
        }
    }

    private void Begin(LogEvent.Op e)
    {
        var scope = ScopeOf(e.Scope);
        var call = new OpenCall(e, scope.At(e.Node).Generation);
        _open[(e.Node, e.Id)] = call;
        foreach (var (held, times) in call.Asked)
        {
            var count = scope.CountOf(held, e.Node);
            if (e.Verb == OpVerb.Join)
            {
                count.JoinsOpen += times;
                count.Joins += times;
                count.EverMost += times;
                count.HasEnded |= _ended.Contains(held.Member);
                if (!_scopesOfMember.TryGetValue(held.Member, out var scopes))
                {
                    _scopesOfMember.Add(held.Member, scopes = new HashSet<string>(StringComparer.Ordinal));
                }

                scopes.Add(e.Scope);
            }
            else
            {
                call.Before[held] = count.JoinsDone;
                count.LeavesOpen += times;
            }
        }
    }

    private void End(OpenCall call, LogEvent.Op e)
    {
        var scope = ScopeOf(call.Begun.Scope);
        var place = scope.At(e.Node);
        var isSameLife = place.Generation == call.Generation;
        foreach (var (held, times) in call.Asked)
        {
            var count = scope.CountOf(held, e.Node);
            scope.GroupOf(held.Group).LastEnd[e.Node] = e.Seq;
            if (call.Begun.Verb == OpVerb.Join)
            {
                count.JoinsOpen = Math.Max(0, count.JoinsOpen - times);
                count.JoinsDone += isSameLife && e.Phase == OpPhase.Ok ? times : 0;
                count.Joins -= e.Phase == OpPhase.Fail ? Math.Min(times, count.Joins) : 0;
            }
            else if (isSameLife)
            {
                count.LeavesOpen = Math.Max(0, count.LeavesOpen - times);
                count.Removed += call.RemovedOf(e, held);
                count.LeavesOpen += e.Phase == OpPhase.Info ? times : 0; // For ever: nobody knows.
            }
        }
    }

    private static void Stop(ScopeModel scope, string node, long seq, bool keepsOpen)
    {
        var place = scope.At(node);
        place.Generation++;
        place.IsRunning = false;
        place.IsStopping = false;
        place.LastStop = seq;
        foreach (var count in scope.CountsOf(node))
        {
            count.JoinsDone = 0;
            count.Joins = keepsOpen ? count.JoinsOpen : 0;
            count.Removed = 0;
            count.LeavesOpen = 0;
        }
    }

    private void Settle()
    {
        foreach (var scope in _scopes.Values)
        {
            scope.Settle(run);
        }

        _ended.Clear();
        foreach (var member in _scopesOfMember.Keys)
        {
            if (_scopes.Values.All(scope => scope.Of(member).Count == 0))
            {
                _scopesOfMember.Remove(member); // It has gone long ago.
            }
        }
    }
}

/// <summary>A call that has begun.</summary>
internal sealed class OpenCall
{
    internal OpenCall(LogEvent.Op begun, long generation)
    {
        Begun = begun;
        Generation = generation;
        foreach (var group in begun.Groups)
        {
            foreach (var member in begun.Members)
            {
                if (!LogIds.NodeIn(member).SequenceEqual(begun.Node))
                {
                    continue; // Refused: a node speaks for its own members.
                }

                var held = new Held(group, member);
                Asked[held] = Asked.GetValueOrDefault(held) + 1;
            }
        }
    }

    internal LogEvent.Op Begun { get; }

    /// <summary>Which life of the scope it began in.</summary>
    internal long Generation { get; }

    /// <summary>How often a member of the node is meant in a group.</summary>
    internal Dictionary<Held, long> Asked { get; } = [];

    /// <summary>For a leave: how many joins had been done when it began.</summary>
    internal Dictionary<Held, long> Before { get; } = [];

    internal long RemovedOf(LogEvent.Op end, Held held) =>
        end.Removed?.LongCount(removed => removed == held) ?? 0;
}
