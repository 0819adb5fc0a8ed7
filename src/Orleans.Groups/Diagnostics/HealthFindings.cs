using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Orleans.Groups;

/// <summary>Gathers what one check finds.</summary>
/// <param name="limits">What counts as how bad.</param>
/// <param name="failure">What to say when this silo is of no use.</param>
internal sealed class HealthFindings(GroupsHealthOptions limits, HealthStatus failure)
{
    private readonly List<string> _problems = [];
    private HealthStatus _status = HealthStatus.Healthy;

    /// <summary>What people want to read, by what it is about.</summary>
    internal Dictionary<string, object> Data { get; } = new(StringComparer.Ordinal);

    /// <summary>This silo is of no use.</summary>
    internal void Fail(string problem)
    {
        _problems.Add(problem);
        Worsen(failure);
    }

    /// <summary>Something does not go on.</summary>
    internal void Degrade(string problem, TimeSpan time)
    {
        _problems.Add(problem);
        Worsen(time >= limits.UnhealthyAfter ? failure : HealthStatus.Degraded);
    }

    internal HealthCheckResult ToResult() => new(
        _status,
        _problems.Count == 0
            ? "This silo and all others know the same members, and no ring stands still."
            : string.Join("; ", _problems) + ".",
        data: Data);

    private void Worsen(HealthStatus status) => _status = status < _status ? status : _status;
}
