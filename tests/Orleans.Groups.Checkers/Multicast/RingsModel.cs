namespace Orleans.Groups.Checkers;

/// <summary>What members of rings have published, been given and been told.</summary>
internal sealed class RingsModel(RunModel run)
{
    private readonly Dictionary<string, RingModel> _rings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MemberModel> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Node, long Id), LogEvent.JoinInv> _joins = [];

    internal IEnumerable<RingModel> Rings => _rings.Values;

    /// <summary>Joins that have begun and not ended.</summary>
    internal IEnumerable<LogEvent.JoinInv> OpenJoins => _joins.Values;

    internal LogEvent.JoinInv? FindJoin(LogEvent.JoinDone done) => _joins.GetValueOrDefault((done.Node, done.Id));

    internal MemberModel? Find(string member) => _members.GetValueOrDefault(member);

    internal RingModel RingOf(string group)
    {
        if (!_rings.TryGetValue(group, out var ring))
        {
            _rings.Add(group, ring = new RingModel(group));
        }

        return ring;
    }

    internal MemberModel MemberOf(IRingEvent e) => MemberOf(e.Group, e.Member);

    internal MemberModel MemberOf(string group, string member)
    {
        if (!_members.TryGetValue(member, out var model))
        {
            model = new MemberModel(member, RingOf(group), run.NodeOfMember(member));
            _members.Add(member, model);
            model.Ring.Members.Add(model);
        }

        return model;
    }

    internal void Apply(LogEvent next)
    {
        switch (next)
        {
            case LogEvent.RegWrite e:
                RingOf(e.Group).Write(e);
                break;
            case LogEvent.RegLost e:
                RingOf(e.Group).Lose();
                break;
            case LogEvent.JoinInv e:
                _joins[(e.Node, e.Id)] = e;
                break;
            case LogEvent.JoinDone e:
                _joins.Remove((e.Node, e.Id));
                if (e.Member is { } member)
                {
                    MemberOf(e.Group, member).JoinDone ??= e;
                }

                break;
            case LogEvent.NodeStop or LogEvent.NodeCrash:
                foreach (var over in _joins.Keys.Where(key => key.Node == next.Node).ToList())
                {
                    _joins.Remove(over);
                }

                break;
            case LogEvent.Quiesced:
                Settle();
                break;
            case IRingEvent e:
                Apply(MemberOf(e), next);
                break;
        }
    }

    private void Apply(MemberModel member, LogEvent next)
    {
        switch (next)
        {
            case LogEvent.Adopt e:
                member.View = member.Ring.Adopt(e);
                member.Epochs.Add(e.Epoch);
                break;
            case LogEvent.Joined e:
                member.Join(e);
                foreach (var (publisher, number) in e.Bases)
                {
                    var model = MemberOf(e.Group, publisher);
                    model.HighestBase = Math.Max(model.HighestBase, number);
                }

                break;
            case LogEvent.Changed e:
                member.Change(e);
                break;
            case LogEvent.Validate e:
                member.Validations.Add(e);
                break;
            case LogEvent.Send e:
                member.Ops[e.Call] = new OpModel(e, member.View, member.Ring.Current);
                break;
            case LogEvent.Sent e:
                member.Settle(e.Call, e, e.Status);
                break;
            case LogEvent.Confirm e:
                member.Settle(e.Call, e, e.Status);
                break;
            case LogEvent.Publish e:
                member.Bind(e.Num, e.Call, e.Hash, e);
                break;
            case LogEvent.Receive e:
                member.Know(e.From).Received = Math.Max(member.Know(e.From).Received, e.Last);
                break;
            case LogEvent.Deliver e:
                member.Know(e.From).Delivered = Math.Max(member.Know(e.From).Delivered, e.Num);
                member.Running = e;
                MemberOf(e.Group, e.From).Bind(e.Num, e.Call, e.Hash, e);
                break;
            case LogEvent.Handled e:
                member.Know(e.From).Handled = Math.Max(member.Know(e.From).Handled, e.Num);
                member.Running = null;
                member.StoppedBy ??= e.Answer == HandledAs.Stop
                    || (e.Answer == HandledAs.Threw && member.Joined?.Policy == "stop") ? e : null;
                break;
            case LogEvent.LeaveInv e:
                member.LeaveInv ??= e;
                break;
            case LogEvent.LeaveDone { Reason.Length: > 0 } e:
                member.LeaveDone ??= e;
                break;
            case LogEvent.Stopped e:
                member.Stopped ??= e;
                break;
        }
    }

    /// <summary>What everybody has is forgotten, so that long runs stay small.</summary>
    private void Settle()
    {
        foreach (var ring in _rings.Values)
        {
            foreach (var member in ring.Members)
            {
                member.ForgetSettled();
            }

            foreach (var over in ring.Members.Where(member => member.IsOver && !ring.IsKnown(member)).ToList())
            {
                ring.Members.Remove(over);
                over.Forget();
            }

            ring.ForgetOldRecords();
        }
    }
}
