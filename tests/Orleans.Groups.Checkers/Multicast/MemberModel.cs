namespace Orleans.Groups.Checkers;

/// <summary>One member of a ring.</summary>
internal sealed class MemberModel(string id, RingModel ring, NodeModel node)
{
    private readonly Dictionary<string, Knowledge> _known = new(StringComparer.Ordinal);

    internal string Id { get; } = id;

    internal RingModel Ring { get; } = ring;

    internal NodeModel Node { get; } = node;

    internal LogEvent.JoinDone? JoinDone { get; set; }

    internal LogEvent.Joined? Joined { get; private set; }

    internal LogEvent.LeaveInv? LeaveInv { get; set; }

    internal LogEvent.LeaveDone? LeaveDone { get; set; }

    internal LogEvent.Stopped? Stopped { get; set; }

    /// <summary>The answer of its handler with which it stops.</summary>
    internal LogEvent.Handled? StoppedBy { get; set; }

    /// <summary>The message that its handler has now.</summary>
    internal LogEvent.Deliver? Running { get; set; }

    /// <summary>The record it goes by, as far as the log tells.</summary>
    internal RecordModel? View { get; set; }

    internal HashSet<string> Epochs { get; } = new(StringComparer.Ordinal);

    /// <summary>Whom it has been told of, and not that they are gone.</summary>
    internal HashSet<string> Told { get; } = new(StringComparer.Ordinal);

    /// <summary>Whom it has ever been told of.</summary>
    internal HashSet<string> EverTold { get; } = new(StringComparer.Ordinal);

    internal List<LogEvent.Validate> Validations { get; } = [];

    /// <summary>Its broadcasts that not everybody is known to have.</summary>
    internal Dictionary<long, OpModel> Ops { get; } = [];

    /// <summary>Its messages by number; older ones are forgotten.</summary>
    internal Dictionary<long, OpModel> Messages { get; } = [];

    /// <summary>Messages up to this number are forgotten.</summary>
    internal long ForgottenThrough { get; private set; }

    /// <summary>Broadcasts up to this one are forgotten.</summary>
    internal long ForgottenOps { get; private set; }

    /// <summary>The highest number from which on anybody hears it.</summary>
    internal long HighestBase { get; set; }

    /// <summary>Whether it has ended, or nobody will ever hear of it again.</summary>
    internal bool IsOver => Stopped is not null || LeaveDone is not null || Node.End is not null;

    /// <summary>Whether others need not have it any more: ended, or taken out by the record.</summary>
    internal bool IsGone => IsOver || Node.IsEnding || StoppedBy is not null || Ring.HasRemoved(Id);

    /// <summary>Whether it is in the ring and stays.</summary>
    internal bool IsSurvivor => Joined is not null && LeaveInv is null && !IsGone;

    internal IReadOnlyDictionary<string, Knowledge> Known => _known;

    internal Knowledge? Find(string publisher) => _known.GetValueOrDefault(publisher);

    internal Knowledge Know(string publisher)
    {
        if (!_known.TryGetValue(publisher, out var known))
        {
            _known.Add(publisher, known = new Knowledge());
        }

        return known;
    }

    internal void Join(LogEvent.Joined e)
    {
        if (Joined is not null)
        {
            return;
        }

        Joined = e;
        Told.UnionWith(e.Members);
        EverTold.UnionWith(e.Members);
        foreach (var member in e.Members)
        {
            Know(member);
        }

        foreach (var (publisher, number) in e.Bases)
        {
            var known = Know(publisher);
            known.Base = number;
            known.Delivered = Math.Max(known.Delivered, number);
            known.Handled = Math.Max(known.Handled, number);
            known.Received = Math.Max(known.Received, number);
        }
    }

    internal void Change(LogEvent.Changed e)
    {
        if (MatchingValidation(e) is { } validation)
        {
            Validations.Remove(validation);
            return;
        }

        foreach (var birth in e.Births)
        {
            Told.Add(birth);
            EverTold.Add(birth);
            Know(birth);
        }

        foreach (var death in e.Deaths)
        {
            Told.Remove(death);
            Know(death).IsDead = true;
        }
    }

    /// <summary>
    /// The question that a change answers: it says how a list of the application differs from the ring, and changes
    /// nothing.
    /// </summary>
    internal LogEvent.Validate? MatchingValidation(LogEvent.Changed e) =>
        Validations.Find(validation =>
            Told.SetEquals(e.Members)
            && e.Births.ToHashSet().SetEquals(Told.Except(validation.Members))
            && e.Deaths.ToHashSet().SetEquals(validation.Members.Except(Told)));

    internal void Settle(long number, LogEvent by, Outcome status)
    {
        if (Ops.TryGetValue(number, out var op) && op.SettledBy is null)
        {
            op.SettledBy = by;
            op.Status = status;
        }
    }

    /// <summary>A message's number is known.</summary>
    internal void Bind(long number, long opNumber, string hash, LogEvent by)
    {
        if (number <= ForgottenThrough || Messages.ContainsKey(number))
        {
            return;
        }

        var op = Ops.GetValueOrDefault(opNumber) ?? new OpModel(opNumber, hash);
        op.Number ??= number;
        op.FirstShownBy ??= by;
        Messages.Add(number, op);
    }

    internal void ForgetSettled()
    {
        foreach (var (number, _) in Messages.Where(static pair => pair.Value.SettledBy is not null).ToList())
        {
            Messages.Remove(number);
            ForgottenThrough = Math.Max(ForgottenThrough, number);
        }

        foreach (var (number, _) in Ops.Where(static pair => pair.Value.SettledBy is not null).ToList())
        {
            Ops.Remove(number);
            ForgottenOps = Math.Max(ForgottenOps, number);
        }

        Validations.Clear();
    }

    internal void Forget()
    {
        Ops.Clear();
        Messages.Clear();
        _known.Clear();
    }
}

/// <summary>What a member has of a publisher.</summary>
internal sealed class Knowledge
{
    /// <summary>From where on it hears it; nothing when it was told of its birth.</summary>
    internal long? Base { get; set; }

    internal long Received { get; set; }

    internal long Delivered { get; set; }

    internal long Handled { get; set; }

    internal bool IsDead { get; set; }
}

/// <summary>One broadcast.</summary>
internal sealed class OpModel
{
    internal OpModel(LogEvent.Send send, RecordModel? view, RecordModel? stored)
    {
        (Op, Hash, Send, View, Stored) = (send.Call, send.Hash, send, view, stored);
    }

    /// <summary>A message of which only what was delivered is known.</summary>
    internal OpModel(long op, string hash)
    {
        (Op, Hash) = (op, hash);
    }

    internal long Op { get; }

    internal string Hash { get; }

    internal LogEvent.Send? Send { get; }

    /// <summary>The record its publisher went by when the call began.</summary>
    internal RecordModel? View { get; }

    /// <summary>What the store held then.</summary>
    internal RecordModel? Stored { get; }

    internal long? Number { get; set; }

    internal LogEvent? FirstShownBy { get; set; }

    internal LogEvent? SettledBy { get; set; }

    internal Outcome? Status { get; set; }
}
