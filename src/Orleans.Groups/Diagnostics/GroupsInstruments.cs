using System.Diagnostics.Metrics;
using Orleans.Groups.Engine;
using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <summary>The meter of one silo, and what is counted as it happens. Any thread.</summary>
/// <remarks>
/// An instrument that nobody listens to costs a look whether somebody does. What happens once per message or join is
/// counted elsewhere and read when it is asked for: <see cref="ScopeObservables"/> and its kin.
/// </remarks>
internal sealed class GroupsInstruments : EngineEvents
{
    private readonly Counter<long> _sends;
    private readonly Counter<long> _publications;
    private readonly Counter<long> _nodesLeftOut;
    private readonly Counter<long> _missed;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _confirms;
    private readonly Histogram<double> _confirmTime;
    private readonly Counter<long> _joined;
    private readonly Counter<long> _joinFailures;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _views;
    private readonly Counter<long> _handlerFailures;

    public GroupsInstruments(IMeterFactory factory)
    {
        Meter = factory.Create(GroupsDiagnostics.MeterName);
        Links = new LinkInstruments(Meter);
        Records = new RecordInstruments(Meter);
        _sends = Count("payloads.sent", "{payload}", "Payloads sent to one member from this silo, by outcome.");
        _publications = Count("payloads.published", "{payload}", "Payloads published to a group from this silo.");
        _nodesLeftOut = Count(
            "payloads.silos_left_out", "{silo}", "Silos with members that a publication could not be sent to.");
        _missed = Count(
            "payloads.missed", "{payload}", "Publications that a member of this silo missed: its queue was full.");
        _refused = Count("ring.refused", "{message}", "Plain broadcasts that were not taken, by reason.");
        _confirms = Count("ring.confirms", "{message}", "Confirmed broadcasts that were answered.");
        _confirmTime = Meter.CreateHistogram(
            Name("ring.confirm_time"),
            "s",
            "Time from the call of a confirmed broadcast to its answer.",
            advice: Times);
        _joined = Count("ring.joined", "{member}", "Ring members of this silo that got into their ring.");
        _joinFailures = Count("ring.join_failures", "{try}", "Tries to join a ring that failed, by reason.");
        _ended = Count("ring.ended", "{member}", "Ring members of this silo that ended, by reason.");
        _views = Count("ring.views", "{view}", "Changes of the view by which a ring member of this silo goes.");
        _handlerFailures = Count("ring.handler_failures", "{call}", "Callbacks of ring members that threw.");
    }

    /// <summary>Buckets for what takes from tens of microseconds to tens of seconds.</summary>
    internal static InstrumentAdvice<double> Times { get; } = new()
    {
        HistogramBucketBoundaries =
        [
            0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
            10, 30,
        ],
    };

    internal Meter Meter { get; }

    internal LinkInstruments Links { get; }

    internal RecordInstruments Records { get; }

    /// <inheritdoc/>
    internal override bool TimesConfirms => _confirmTime.Enabled;

    /// <summary>Full name of an instrument.</summary>
    internal static string Name(string name) => "orleans.groups." + name;

    /// <inheritdoc/>
    internal override void SendSettled(ScopeName scope, SendOutcome outcome)
    {
        if (_sends.Enabled)
        {
            _sends.Add(1, Tags.Of(Tags.Scope, scope.Value), Tags.Of(Tags.Outcome, outcome));
        }
    }

    /// <inheritdoc/>
    internal override void Published(ScopeName scope, int notConnected)
    {
        if (_publications.Enabled)
        {
            _publications.Add(1, Tags.Of(Tags.Scope, scope.Value));
        }

        if (notConnected > 0)
        {
            _nodesLeftOut.Add(notConnected, Tags.Of(Tags.Scope, scope.Value));
        }
    }

    /// <inheritdoc/>
    internal override void PublicationMissed() => _missed.Add(1);

    /// <inheritdoc/>
    internal override void BroadcastRefused(BroadcastReason reason) => _refused.Add(1, Tags.Of(Tags.Reason, reason));

    /// <inheritdoc/>
    internal override void ConfirmSettled(ConfirmLevel level, BroadcastOutcome outcome, TimeSpan? elapsed)
    {
        if (_confirms.Enabled)
        {
            _confirms.Add(
                1,
                Tags.Of(Tags.Level, level),
                Tags.Of(Tags.Outcome, outcome.Status),
                Tags.Of(Tags.Reason, outcome.Reason));
        }

        if (elapsed is { } time)
        {
            _confirmTime.Record(
                time.TotalSeconds,
                Tags.Of(Tags.Level, level),
                Tags.Of(Tags.Outcome, outcome.Status));
        }
    }

    /// <inheritdoc/>
    internal override void RingJoined() => _joined.Add(1);

    /// <inheritdoc/>
    internal override void RingJoinFailed(JoinFailure reason) => _joinFailures.Add(1, Tags.Of(Tags.Reason, reason));

    /// <inheritdoc/>
    internal override void RingEnded(TerminationReason reason) => _ended.Add(1, Tags.Of(Tags.Reason, reason));

    /// <inheritdoc/>
    internal override void ViewChanged() => _views.Add(1);

    /// <inheritdoc/>
    internal override void HandlerFailed() => _handlerFailures.Add(1);

    private Counter<long> Count(string name, string unit, string description) =>
        Meter.CreateCounter<long>(Name(name), unit, description);
}
