namespace Orleans.Groups.Checkers;

/// <summary>
/// G-S21: no input stops a member. G-S22: one call of a handler at a time, and what it answers or throws is followed.
/// </summary>
internal sealed class HandlerChecker(RingsModel rings) : Checker
{
    internal override void Check(LogEvent next)
    {
        switch (next)
        {
            case LogEvent.Stopped { Reason: "Faulted" } faulted:
                Report("G-S21", $"{faulted.Member} was stopped by its own fault: {faulted.Detail}", faulted);
                break;
            case LogEvent.Stopped { Reason: "HandlerFailed" } failed:
                var policy = rings.MemberOf(failed).Joined?.Policy;
                Require(
                    policy != "skip",
                    "G-S22",
                    () => $"{failed.Member} stopped because its handler threw, which was to be skipped",
                    failed);
                break;
            case LogEvent.Deliver deliver:
                CheckDeliver(rings.MemberOf(deliver), deliver);
                break;
            case LogEvent.Handled handled:
                var running = rings.MemberOf(handled).Running;
                Require(
                    running is not null && running.From == handled.From && running.Num == handled.Num,
                    "G-S22",
                    () => $"{handled.Member} is done with {handled.From} {handled.Num}, which it was not given",
                    handled,
                    running);
                break;
            case LogEvent.Quiesced:
                foreach (var member in rings.Rings.SelectMany(static ring => ring.Members))
                {
                    Require(
                        member.StoppedBy is null || member.IsOver,
                        "G-S22",
                        () => $"{member.Id} was to stop, and has not",
                        next,
                        member.StoppedBy);
                }

                break;
        }
    }

    private void CheckDeliver(MemberModel member, LogEvent.Deliver deliver)
    {
        Require(
            member.StoppedBy is null,
            "G-S22",
            () => $"{deliver.Member} gets {deliver.From} {deliver.Num} after its handler's last answer",
            deliver,
            member.StoppedBy);
        Require(
            member.Running is null || !member.Node.Has(LogHooks.Handled),
            "G-S22",
            () => $"{deliver.Member} gets {deliver.From} {deliver.Num} while its handler has another message",
            deliver,
            member.Running);
    }
}
