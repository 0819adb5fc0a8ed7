using System.Diagnostics.Metrics;
using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <summary>What is read of the links of this silo when somebody asks: sums over all of them.</summary>
internal sealed class LinkObservables
{
    private readonly Meter _meter;
    private readonly Sampler<IReadOnlyList<PeerSnapshot>> _sampler;
    private int _instruments;

    internal LinkObservables(Meter meter, SiloNetwork network)
    {
        _meter = meter;
        _sampler = new Sampler<IReadOnlyList<PeerSnapshot>>(network.CopyPeers, network.Core.Time);
        Level("silos", "{silo}", "Other silos that live, as membership says.", static peers => peers.Count);
        Level("sessions", "{session}", "Silos with which a session runs.", static peers =>
            peers.Count(static peer => peer.Session != 0));
        Level("unanswered", "{silo}", "Silos that do not acknowledge what is sent again and again.", static peers =>
            peers.Count(static peer => peer.Link is { Failures: > 0 }));
        Level("queued_bytes", "By", "Bytes that wait to be sent or acknowledged.", static peers =>
            peers.Sum(static peer => peer.Link is { } link ? Queued(link) : 0));
        Level("unconsumed_bytes", "By", "Bytes that have come and are not handled.", static peers =>
            peers.Sum(static peer => peer.Link?.UnconsumedBytes ?? 0));
    }

    private static long Queued(LinkStatus link) =>
        link.WaitingBytes
        + link.Data.GatheredBytes + link.Data.UnackedBytes
        + link.Control.GatheredBytes + link.Control.UnackedBytes;

    private void Level(string name, string unit, string description, Func<IReadOnlyList<PeerSnapshot>, long> value)
    {
        var number = _instruments++;
        _meter.CreateObservableUpDownCounter(
            GroupsInstruments.Name("link." + name), () => value(_sampler.Get(number)), unit, description);
    }
}
