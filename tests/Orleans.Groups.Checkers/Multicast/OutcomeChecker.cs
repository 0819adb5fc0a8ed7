namespace Orleans.Groups.Checkers;

/// <summary>
/// G-S8: one honest outcome per broadcast. G-L2: it comes in time. G-L7: what would wait for itself is refused at once.
/// </summary>
internal sealed class OutcomeChecker(RunModel run, RingsModel rings) : Checker
{
    internal override void Check(LogEvent next)
    {
        switch (next)
        {
            case LogEvent.Send send:
                Require(
                    !rings.MemberOf(send).Ops.ContainsKey(send.Call),
                    "G-S8",
                    () => $"{send.Member} begins broadcast {send.Call} twice",
                    send);
                break;
            case LogEvent.Sent sent:
                CheckOutcome(sent, sent.Call, ProofLevel.None, sent.Status, sent.Reason);
                break;
            case LogEvent.Confirm confirm:
                CheckOutcome(confirm, confirm.Call, confirm.Level, confirm.Status, confirm.Reason);
                break;
            case LogEvent.Deliver deliver:
                if (rings.Find(deliver.From)?.Ops.GetValueOrDefault(deliver.Call) is { Status: Outcome.Failed } failed)
                {
                    Report(
                        "G-S8",
                        $"{deliver.Member} gets broadcast {deliver.Call} of {deliver.From}, which has failed",
                        deliver,
                        failed.SettledBy);
                }

                break;
            case LogEvent.Quiesced:
                foreach (var member in rings.Rings.SelectMany(static ring => ring.Members))
                {
                    CheckOpen(member, next);
                }

                break;
        }
    }

    private void CheckOutcome(LogEvent outcome, long number, ProofLevel level, Outcome status, string reason)
    {
        var member = rings.MemberOf((IRingEvent)outcome);
        var what = $"broadcast {number} of {member.Id}";
        if (!member.Ops.TryGetValue(number, out var op) || op.Send is not { } send)
        {
            var isOld = number <= member.ForgottenOps;
            Report("G-S8", isOld ? $"{what} ends twice" : $"{what} ends and never began", outcome);
            return;
        }

        Require(op.SettledBy is null, "G-S8", () => $"{what} ends twice", outcome, op.SettledBy);
        Require(send.Level == level, "G-S8", () => $"{what} asked for {send.Level}", outcome, send);
        Require(
            status != Outcome.Failed || op.FirstShownBy is null,
            "G-S8",
            () => $"{what} is said to have failed and was delivered",
            outcome,
            op.FirstShownBy);
        Require(
            (status == Outcome.Ok) == (reason is "None" or ""),
            "G-S8",
            () => $"{what} is {status} because of {reason}",
            outcome);
        CheckTime(send, outcome, status, reason, what);
    }

    private void CheckTime(LogEvent.Send send, LogEvent outcome, Outcome status, string reason, string what)
    {
        var took = RunModel.Between(send, outcome);
        var isReentrant = send.Inside && (send.Level == ProofLevel.None || reason == "ReentrantConfirm");
        Require(
            !isReentrant || !(took > run.Settings.ReentrantBound),
            "G-L7",
            () => $"{what}, from inside a callback, took {took!.Value.TotalMilliseconds:F0} ms",
            outcome,
            send);
        Require(
            !(send.Inside && send.Level == ProofLevel.Processed && status == Outcome.Unknown && reason == "Timeout"),
            "G-L7",
            () => $"{what}, from inside a callback, was not refused and waited for itself",
            outcome,
            send);
        Require(
            isReentrant || !(took > run.Settings.ConfirmBound),
            "G-L2",
            () => $"{what} took {took!.Value.TotalMilliseconds:F0} ms",
            outcome,
            send);
    }

    private void CheckOpen(MemberModel member, LogEvent quiet)
    {
        foreach (var op in member.Ops.Values)
        {
            if (op is { SettledBy: null, Send: { } send } && member.Node.IsAlive)
            {
                var isInside = send is { Inside: true, Level: ProofLevel.Processed or ProofLevel.None };
                Report(isInside ? "G-L7" : "G-L2", $"broadcast {op.Op} of {member.Id} has not ended", send, quiet);
            }
        }
    }
}
