using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Orleans.Groups;

/// <summary>
/// Says whether this silo knows the members of all others, and whether rings with members here go on.
/// </summary>
internal sealed class GroupsHealthCheck(SiloGroups groups, IOptionsMonitor<GroupsHealthOptions> options)
    : IHealthCheck
{
    private readonly RingWatch _rings = new(groups.Network.Core.Time);

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Task.FromResult(Check(options.Get(context.Registration.Name), context.Registration.FailureStatus));
    }

    private HealthCheckResult Check(GroupsHealthOptions limits, HealthStatus failure)
    {
        var findings = new HealthFindings(limits, failure);
        findings.Data["silo"] = SiloNames.Describe(groups.Network.Silo);
        findings.Data["state"] = DescribeState(out var isServing);
        if (!isServing)
        {
            findings.Fail($"this silo is {findings.Data["state"]}");
            return findings.ToResult();
        }

        var peerLimit = limits.PeerDegradedAfter;
        var threeDigests = 3 * groups.Options.ProcessGroups.DigestInterval;
        peerLimit = peerLimit > threeDigests ? peerLimit : threeDigests;
        foreach (var scope in ScopeState.Take(groups))
        {
            AddScope(findings, scope, peerLimit, limits.MaxListed);
        }

        AddRings(findings, limits);
        return findings.ToResult();
    }

    private string DescribeState(out bool isServing)
    {
        isServing = false;
        if (groups.Network.DeclaredDeadSource.Task.IsCompleted)
        {
            return "declared dead by the others; its memberships are lost, and it has to be started anew";
        }

        if (groups.Host.IsStopping)
        {
            return groups.Host.IsOver ? "stopped" : "stopping";
        }

        isServing = groups.IsStarted;
        return isServing ? "running" : "not started yet";
    }

    private static void AddScope(HealthFindings findings, ScopeState scope, TimeSpan limit, int maxListed)
    {
        var key = $"scope {scope.Name}";
        if (scope.Report is not { } report)
        {
            findings.Data[key] = "does not run on this silo";
            return;
        }

        var members = $"{Text(report.MembershipCount)} memberships in {Text(report.GroupCount)} groups";
        if (scope.IsLocal)
        {
            findings.Data[key] = $"{members}; stays on this silo";
            return;
        }

        var late = scope.Peers.Where(peer => peer.Since > limit).OrderByDescending(peer => peer.Since).ToList();
        var inSync = scope.Peers.Count(peer => peer.State == PeerState.InSync && peer.Since <= limit);
        var agreed = scope.Peers.Count == 0 ? string.Empty
            : $"; last agreement with all {Text(scope.Peers.Max(peer => peer.Since))} ago";
        findings.Data[key] =
            $"{Text(inSync)} of {Text(scope.Peers.Count)} other silos in sync{agreed}; {members}";
        foreach (var peer in late.Take(maxListed))
        {
            findings.Data[$"{key}, silo {SiloNames.Describe(peer.Silo)}"] = $"{Describe(peer)} for {Text(peer.Since)}";
        }

        if (late.Count > 0)
        {
            var first = $"{SiloNames.Describe(late[0].Silo)} {Describe(late[0])} for {Text(late[0].Since)}";
            var rest = late.Count > 1 ? $" and {Text(late.Count - 1)} more" : string.Empty;
            findings.Degrade($"{key}: silo {first}{rest}", late[0].Since);
        }
    }

    private void AddRings(HealthFindings findings, GroupsHealthOptions limits)
    {
        var survey = groups.Host.RingCensus.Take();
        var living = survey.Members.Where(static member => member.Phase != MulticastPhase.Terminated).ToList();
        var pending = living.Sum(static member => member.PendingBytes);
        findings.Data["rings"] =
            $"{Text(living.Count)} members in {Text(living.Select(static member => member.Group).Distinct().Count())} "
            + $"rings; {Text(pending)} bytes pending";
        var storeFailing = living.Count(static member => member.IsStoreFailing);
        if (storeFailing > 0)
        {
            findings.Data["records"] = $"the last request of {Text(storeFailing)} ring members failed";
        }

        var stalls = _rings.Look(survey);
        foreach (var stall in stalls.Take(limits.MaxListed))
        {
            findings.Data[$"ring {stall.Member.Group}, member {stall.Member.Self}"] =
                $"view {stall.Member.ViewVersion} with {Text(stall.Member.Alive)} alive; "
                + $"{Text(stall.Member.PendingBytes)} bytes pending, "
                + $"{Text(stall.Member.UnprocessedBytes)} not processed by all; "
                + $"held up by {Describe(stall)} for {Text(stall.Time)}";
        }

        var stuck = stalls.Where(stall => stall.Time > limits.RingDegradedAfter).ToList();
        if (stuck.Count > 0)
        {
            var rest = stuck.Count > 1 ? $", and {Text(stuck.Count - 1)} more" : string.Empty;
            findings.Degrade(
                $"ring {stuck[0].Member.Group}: held up by {Describe(stuck[0])} for {Text(stuck[0].Time)}{rest}",
                stuck[0].Time);
        }
    }

    private static string Describe(ScopePeer peer) => peer.State switch
    {
        PeerState.InSync => "has not been heard to agree",
        PeerState.Behind => "has sent members that are not complete here",
        _ => "has had no session with this one",
    };

    private static string Describe(RingStall stall) =>
        stall.Slowest.Equals(stall.Member.Self) ? "its own handler" : stall.Slowest.ToString();

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Text(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:N1} s");
}
