using System.Diagnostics.Metrics;
using Orleans.Groups.Engine;

namespace Orleans.Groups;

/// <summary>What is read of the ring members of this silo when somebody asks: sums over all of them.</summary>
internal sealed class RingObservables
{
    private readonly Meter _meter;
    private readonly Sampler<RingSurvey> _sampler;
    private int _instruments;

    internal RingObservables(Meter meter, SiloGroups groups)
    {
        _meter = meter;
        _sampler = new Sampler<RingSurvey>(groups.Host.RingCensus.Take, groups.Network.Core.Time);
        AddMembers();
        Level("groups", "{group}", "Rings with members on this silo.", static survey =>
            survey.Members.Select(static member => member.Group).Distinct().Count());
        Level("pending_bytes", "By", "Payload bytes kept here until all members have them.", static survey =>
            survey.Members.Sum(static member => member.PendingBytes));
        Level("unprocessed_bytes", "By", "Bytes of own messages that not every member has processed.", static survey =>
            survey.Members.Sum(static member => member.UnprocessedBytes));
        Level("queued_calls", "{call}", "Callbacks that wait for handlers.", static survey =>
            survey.Members.Sum(static member => member.QueuedCalls));
        Level("queued_bytes", "By", "What waits for handlers.", static survey =>
            survey.Members.Sum(static member => member.QueuedBytes));
        Count("published", "{message}", "Messages published by ring members of this silo.", static survey =>
            survey.Published);
        Count("delivered", "{message}", "Messages that handlers of this silo have processed.", static survey =>
            survey.Delivered);
    }

    private void AddMembers()
    {
        var number = _instruments++;
        _meter.CreateObservableUpDownCounter(
            NameOf("members"), Members, "{member}", "Ring members of this silo, by phase.");

        IEnumerable<Measurement<long>> Members()
        {
            var survey = _sampler.Get(number);
            return
                from phase in Enum.GetValues<MulticastPhase>()
                select new Measurement<long>(
                    survey.Members.Count(member => member.Phase == phase),
                    Tags.Of("phase", phase));
        }
    }

    private void Level(string name, string unit, string description, Func<RingSurvey, long> value)
    {
        var number = _instruments++;
        _meter.CreateObservableUpDownCounter(NameOf(name), () => value(_sampler.Get(number)), unit, description);
    }

    private void Count(string name, string unit, string description, Func<RingSurvey, long> value)
    {
        var number = _instruments++;
        _meter.CreateObservableCounter(NameOf(name), () => value(_sampler.Get(number)), unit, description);
    }

    private static string NameOf(string name) => GroupsInstruments.Name("ring." + name);
}
