using System.Collections.Immutable;

namespace Orleans.Groups.Protocol;

/// <summary>
/// One life of one scope on one node: owns the memberships of the node's members and copies those of all its peers.
/// </summary>
/// <remarks>
/// <para>
/// Source: pg.erl, the scope server (spec/pg.md section 1), with versions, one diff function and the rules H1–H5 and
/// P1–P5.
/// </para>
/// <para>
/// Each node is the only authority for its members, so there are no conflicts: a peer's table is replaced or updated by
/// what that peer says, and dropped when its session ends. What the registry shows is the sum of the tables, at every
/// step.
/// </para>
/// <para>
/// <see cref="Step"/> calls never overlap. It never throws for what a peer sends; an <see
/// cref="InvariantViolationException"/> is our bug or the host's. A stopped machine stays stopped; the host makes a new
/// one with a higher <see cref="ScopeId.Counter"/>.
/// </para>
/// </remarks>
internal sealed partial class ScopeMachine
{
    private readonly ScopeName _scope;
    private readonly ScopeId _self;
    private readonly ScopeSettings _settings;
    private readonly ScopeRegistry _registry = new();
    private readonly ChangeSet _changes = new();
    private long _version;
    private ulong _hash;
    private int _localMemberships; // Distinct ones of this node's members.
    private bool _isStopped;

    /// <summary>
    /// Begins a life of a scope, empty and at version 0. Tell it the sessions that already run by <see
    /// cref="ScopeInput.PeerUp"/>.
    /// </summary>
    internal ScopeMachine(ScopeName scope, ScopeId self, ScopeSettings settings)
    {
        Invariant.Require(self.Node is not null, "a scope lives on a node");
        Invariant.Require(self.Counter > 0, "lives of a scope are counted from 1");
        Invariant.Require(settings.MaxMembershipsPerFrame > 0, "a frame has room for a membership");
        var isBelieved = settings.MaxMembersPerGroup <= ScopeSettings.HardMembersPerGroup;
        Invariant.Require(isBelieved, "no group is larger than peers believe");
        _scope = scope;
        _self = self;
        _settings = settings;
    }

    /// <summary>The groups as this node sees them; read by any thread without a lock.</summary>
    internal ScopeRegistry Registry => _registry;

    /// <summary>Takes one input and adds what is to be done.</summary>
    internal void Step(ScopeInput input, EffectList<ScopeEffect> effects)
    {
        if (_isStopped)
        {
            AnswerStopped(input, effects);
            return;
        }

        switch (input)
        {
            case ScopeInput.JoinOne join: OnJoinOne(join, effects); break;
            case ScopeInput.LeaveOne leave: OnLeaveOne(leave, effects); break;
            case ScopeInput.Join join: OnJoin(join, effects); break;
            case ScopeInput.Leave leave: OnLeave(leave, effects); break;
            case ScopeInput.MembersEnded ended: OnMembersEnded(ended, effects); break;
            case ScopeInput.Received received: OnReceived(received, effects); break;
            case ScopeInput.Flush: OnFlush(effects); break;
            case ScopeInput.PeerUp up: OnPeerUp(up, effects); break;
            case ScopeInput.PeerDown down: OnPeerDown(down, effects); break;
            case ScopeInput.Writable writable: OnWritable(writable, effects); break;
            case ScopeInput.DigestDue: OnDigestDue(effects); break;
            case ScopeInput.StartMonitor start: OnStartMonitor(start, effects); break;
            case ScopeInput.StopMonitor stop: OnStopMonitor(stop, effects); break;
            case ScopeInput.RestartMonitor restart: OnRestartMonitor(restart, effects); break;
            case ScopeInput.Stop: OnStop(effects); break;
            default: throw Invariant.Unreachable(input);
        }

        AssertInvariants();
    }

    /// <summary>
    /// A copy of what the machine knows, for diagnostics and tests. Not while <see cref="Step"/> runs.
    /// </summary>
    internal ScopeStatus GetStatus()
    {
        var peers = ImmutableArray.CreateBuilder<PeerStatus>(_peers.Count);
        for (var at = 0; _peers.Next(ref at, out _);)
        {
            var peer = _peers.At(at);
            peers.Add(new PeerStatus(
                peer.Node,
                peer.Session,
                peer.IsIntroduced ? new ScopeId(peer.Node, peer.Counter) : null,
                peer.IsComplete,
                peer.Version,
                peer.Hash,
                peer.Memberships.Count,
                peer.Wish,
                peer.Sync,
                peer.HasRoom));
        }

        return new ScopeStatus(
            _scope,
            _self,
            _isStopped,
            _version,
            _hash,
            _registry.MembershipCount,
            _registry.GroupCount,
            _registry.LocalGroupCount,
            _members.Count,
            _monitors.Count,
            _log.Count,
            peers.MoveToImmutable());
    }

    /// <summary>
    /// How many digests of a peer said what is known of it, in its session; for diagnostics, like <see
    /// cref="GetStatus"/>.
    /// </summary>
    internal long CountAgreements(NodeId peer) => _peers.TryGet(peer, out var table) ? table.Agreements : 0;

    /// <summary>Publishes what the running operation changes, if anything, and tells the monitors.</summary>
    /// <param name="isLocal">Whether the members live on this node.</param>
    /// <param name="effects">Where to.</param>
    private void Commit(bool isLocal, EffectList<ScopeEffect> effects)
    {
        if (_changes.IsEmpty)
        {
            return;
        }

        _registry.Publish(_changes, isLocal);
        if (_monitors.Count > 0)
        {
            NotifyMonitors(effects);
        }

        if (isLocal)
        {
            Gather(effects);
        }

        _changes.Clear();
    }

    /// <summary>After goodbye: callers are told so, and everything else is over (rule P5).</summary>
    private static void AnswerStopped(ScopeInput input, EffectList<ScopeEffect> effects)
    {
        switch (input)
        {
            case ScopeInput.JoinOne or ScopeInput.Join:
                effects.Add(new ScopeEffect.JoinAnswered(new JoinResult(JoinStatus.ShuttingDown, 0)));
                break;
            case ScopeInput.LeaveOne or ScopeInput.Leave:
                effects.Add(new ScopeEffect.LeaveAnswered(new LeaveResult(LeaveStatus.ShuttingDown, [])));
                break;
            case ScopeInput.StartMonitor start:
                effects.Add(new ScopeEffect.MonitorEnded(start.Monitor, MonitorEndReason.ScopeStopped));
                break;
            default:
                break;
        }
    }

    /// <summary>
    /// Differs from pg: it deletes its table and leaves, and its peers wait for failure detection. Here they are told
    /// at once; what had been gathered for them need not be sent, since the goodbye ends all of it.
    /// </summary>
    private void OnStop(EffectList<ScopeEffect> effects)
    {
        var goodbye = new ScopeMessage.ScopeDown(_self);
        for (var at = 0; _peers.Next(ref at, out _);)
        {
            Send(_peers.At(at), goodbye, effects);
        }

        for (var at = 0; _monitors.Next(ref at, out var monitor);)
        {
            effects.Add(new ScopeEffect.MonitorEnded(monitor, MonitorEndReason.ScopeStopped));
        }

        for (var at = 0; _members.Next(ref at, out var member);)
        {
            effects.Add(new ScopeEffect.Unwatch(member));
        }

        _isStopped = true;
        _registry.Clear();
        _members.Clear();
        _monitors.Clear();
        _scopeMonitors.Clear();
        _groupMonitors.Clear();
        _peers.Clear();
        _shipments.Clear();
        _log.Restart(_version);
        _inStep = 0;
        _hash = 0;
        _localMemberships = 0;
        _snapshot = default;
    }

    private void AssertInvariants()
    {
        Invariant.Require(_changes.IsEmpty, "an operation is published in its own step");
        Invariant.Require(_inStep >= 0, "no more peers get out of step than were in step");
        Invariant.Require(_log.BaseVersion <= _version, "nobody is told of versions to come");
        Invariant.Require(_log.Count == 0 || _inStep > 0, "changes are gathered for somebody");
        foreach (var shipment in _shipments)
        {
            Invariant.Require(shipment.Receivers > 0, "what is on its way goes to somebody");
            Invariant.Require(shipment.Version <= _log.BaseVersion, "what came after a shipment is kept or gathered");
        }

        Invariant.Require(_registry.LocalGroupCount <= _registry.GroupCount, "a local group is a group");
    }
}
