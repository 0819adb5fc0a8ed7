using System.Diagnostics.Metrics;
using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <summary>What is read of process groups when somebody asks: one measurement per scope.</summary>
internal sealed class ScopeObservables
{
    private readonly Meter _meter;
    private readonly Sampler<IReadOnlyList<ScopeState>> _sampler;
    private int _instruments;

    internal ScopeObservables(Meter meter, SiloGroups groups)
    {
        _meter = meter;
        _sampler = new Sampler<IReadOnlyList<ScopeState>>(() => ScopeState.Take(groups), groups.Network.Core.Time);
        meter.CreateObservableUpDownCounter(
            GroupsInstruments.Name("members"),
            () => groups.Host.Members.Count,
            "{member}",
            "Members that live on this silo, in groups or not.");
        Level("memberships", "{membership}", "Memberships known here, of all silos.", s => s.Report?.MembershipCount);
        Level("groups", "{group}", "Groups with members, of all silos.", s => s.Report?.GroupCount);
        Level("local_groups", "{group}", "Groups with members of this silo.", s => s.Report?.LocalGroupCount);
        Level("local_members", "{member}", "Members of this silo in groups.", s => s.Report?.LocalMemberCount);
        Level("monitors", "{monitor}", "Running monitors.", s => s.Report?.MonitorCount);
        Count("joins", "{membership}", "Memberships of this silo that were added.", s => s.Tally.Joins);
        Count("leaves", "{membership}", "Memberships of this silo that were left.", s => s.Tally.Leaves);
        Count("members_ended", "{member}", "Members of this silo that ended.", s => s.Tally.MembersEnded);
        Count("snapshots_sent", "{snapshot}", "Full copies sent to other silos.", s => s.Tally.SnapshotsSent);
        Count("snapshots_received", "{snapshot}", "Full copies of other silos.", s => s.Tally.SnapshotsReceived);
        Count("resyncs", "{request}", "Full copies asked for because something was missing.", s => s.Tally.Resyncs);
        Count(
            "disagreements",
            "{digest}",
            "Digests that differed at an equal version.",
            s => s.Tally[ScopeTrace.DigestMismatch]);
        Count("faults", "{fault}", "Times that the scope broke an invariant and began anew.", s => s.Tally.Faults);
        AddPeers();
        AddDropped();
    }

    private void Level(string name, string unit, string description, Func<ScopeState, long?> value)
    {
        var number = _instruments++;
        _meter.CreateObservableUpDownCounter(NameOf(name), () => Measure(number, value), unit, description);
    }

    private void Count(string name, string unit, string description, Func<ScopeState, long?> value)
    {
        var number = _instruments++;
        _meter.CreateObservableCounter(NameOf(name), () => Measure(number, value), unit, description);
    }

    private IEnumerable<Measurement<long>> Measure(int number, Func<ScopeState, long?> value)
    {
        foreach (var scope in _sampler.Get(number))
        {
            if (value(scope) is { } known)
            {
                yield return new Measurement<long>(known, Tags.Of(Tags.Scope, scope.Name));
            }
        }
    }

    private void AddPeers()
    {
        var number = _instruments++;
        _meter.CreateObservableUpDownCounter(
            NameOf("peers"), Peers, "{silo}", "Other living silos, by what is known of them.");
        var ageNumber = _instruments++;
        _meter.CreateObservableGauge(
            NameOf("agreement_age"),
            Ages,
            "s",
            "Time since the silo that agreed longest ago said that this one knows its members.");

        IEnumerable<Measurement<long>> Peers() =>
            from scope in _sampler.Get(number)
            where !scope.IsLocal
            from state in Enum.GetValues<PeerState>()
            select new Measurement<long>(
                scope.Peers.Count(peer => peer.State == state),
                Tags.Of(Tags.Scope, scope.Name),
                Tags.Of(Tags.State, state));

        IEnumerable<Measurement<double>> Ages() =>
            from scope in _sampler.Get(ageNumber)
            where scope.Peers.Count > 0
            select new Measurement<double>(
                scope.Peers.Max(peer => peer.Since.TotalSeconds),
                Tags.Of(Tags.Scope, scope.Name));
    }

    private void AddDropped()
    {
        var number = _instruments++;
        _meter.CreateObservableCounter(
            NameOf("dropped"), Dropped, "{frame}", "Frames of other silos that were dropped or corrected, by kind.");

        IEnumerable<Measurement<long>> Dropped() =>
            from scope in _sampler.Get(number)
            from kind in Enum.GetValues<ScopeTrace>()
            select new Measurement<long>(
                scope.Tally[kind],
                Tags.Of(Tags.Scope, scope.Name),
                Tags.Of(Tags.Kind, kind));
    }

    private static string NameOf(string name) => GroupsInstruments.Name("scope." + name);
}
