using System.Diagnostics.Metrics;
using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <summary>What is counted of the links to other silos as it happens.</summary>
internal sealed class LinkInstruments
{
    private readonly Counter<long> _begun;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _batches;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _refused;

    internal LinkInstruments(Meter meter)
    {
        _begun = Count(meter, "link.sessions_begun", "{session}", "Sessions with other silos that began.");
        _ended = Count(meter, "link.sessions_ended", "{session}", "Sessions with other silos that ended, by reason.");
        _batches = Count(meter, "link.batches", "{batch}", "Batches of frames given to the network, again included.");
        _bytes = Count(meter, "link.bytes", "By", "Bytes of frames given to the network, again included.");
        _retries = Count(meter, "link.retries", "{retry}", "Times that unacknowledged batches were sent again.");
        _dropped = Count(meter, "link.dropped", "{message}", "Messages of other silos that were dropped, by kind.");
        _refused = Count(meter, "link.refused", "{message}", "Messages that nobody here could read or recognise.");
    }

    internal void SessionBegan() => _begun.Add(1);

    internal void SessionEnded(LinkEndReason reason) => _ended.Add(1, Tags.Of(Tags.Reason, reason));

    internal void Sent(LinkMessage message)
    {
        if (message is LinkMessage.Batch && (_batches.Enabled || _bytes.Enabled))
        {
            _batches.Add(1);
            _bytes.Add(message.Tail.Length);
        }
    }

    internal void Retried() => _retries.Add(1);

    internal void Dropped(LinkTrace kind) => _dropped.Add(1, Tags.Of(Tags.Kind, kind));

    internal void Refused() => _refused.Add(1);

    private static Counter<long> Count(Meter meter, string name, string unit, string description) =>
        meter.CreateCounter<long>(GroupsInstruments.Name(name), unit, description);
}
