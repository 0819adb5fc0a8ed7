namespace Orleans.Groups.Checkers;

/// <summary>All checkers of rings.</summary>
internal static class RingCheckers
{
    internal static IEnumerable<Checker> All(RunModel run, RingsModel rings) =>
    [
        new DeliveryChecker(run, rings),
        new BaseChecker(run, rings),
        new TellingChecker(rings),
        new AgreementChecker(rings),
        new ConfirmChecker(run, rings),
        new OutcomeChecker(run, rings),
        new ViewChecker(run, rings),
        new RecordChecker(run, rings),
        new HeirChecker(run, rings),
        new FlowChecker(),
        new FencingChecker(run, rings),
        new HandlerChecker(rings),
        new RingLivenessChecker(run, rings),
        new LeftoverChecker(run, rings),
    ];
}
