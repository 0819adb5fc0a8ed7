namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>All properties of spec/reliability.md section 2.2 that a world can check.</summary>
internal static class RingCheckers
{
    internal static List<RingObserver> All()
    {
        var history = new RingHistory();
        return
        [
            history, // First: the others look things up in it.
            new IntegrityChecker(history),
            new MembershipChecker(),
            new RecordChecker(),
            new ViewChecker(),
            new FencingChecker(),
            new ConfirmChecker(history),
            new AgreementChecker(history),
            new QuietChecker(),
            new StateChecker(),
            new FrameChecker(),
        ];
    }
}
