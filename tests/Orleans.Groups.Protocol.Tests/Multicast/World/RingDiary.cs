namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>What each member's handler is called with, in order, as short texts.</summary>
internal sealed class RingDiary : RingObserver
{
    private readonly Dictionary<WorldMember, List<string>> _pages = [];
    private readonly List<RingEffect.Send> _sent = [];

    /// <summary>All frames that were ever sent.</summary>
    internal IReadOnlyList<RingEffect.Send> Sent => _sent;

    internal List<string> Of(WorldMember member)
    {
        if (!_pages.TryGetValue(member, out var page))
        {
            _pages.Add(member, page = []);
        }

        return page;
    }

    internal override void OnJoined(WorldMember member, RingEffect.NotifyJoined joined) =>
        Of(member).Add($"joined {RingText.Of(joined.Members)}");

    internal override void OnChanged(WorldMember member, RingEffect.NotifyChanged changed)
    {
        if (!changed.Births.IsEmpty)
        {
            Of(member).Add($"births {RingText.Of(changed.Births)}");
        }

        if (!changed.Deaths.IsEmpty)
        {
            Of(member).Add($"deaths {RingText.Of(changed.Deaths)}");
        }
    }

    internal override void OnDelivered(WorldMember member, MemberId publisher, PublicationBatch batch)
    {
        for (var number = batch.First; number <= batch.Last; number++)
        {
            Of(member).Add($"{publisher.Name}:{number}");
        }
    }

    internal override void OnSettled(WorldMember member, long confirm, BroadcastOutcome outcome) =>
        Of(member).Add($"confirm {confirm} {outcome.Status} {outcome.Reason}");

    internal override void OnEnded(WorldMember member) => Of(member).Add(member switch
    {
        { Termination: { } termination } => $"terminated {termination.Reason} {termination.Unsettled}",
        { Failure: { } failure } => $"join failed {failure}",
        _ => "killed",
    });

    internal override void OnSent(WorldMember member, RingEffect.Send send) => _sent.Add(send);
}
