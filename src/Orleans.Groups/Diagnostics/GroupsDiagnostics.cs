using Orleans.Groups.Engine;

namespace Orleans.Groups;

/// <summary>
/// Names for whoever collects what Orleans.Groups measures: give them to <c>AddMeter</c> and <c>AddSource</c>.
/// </summary>
public static class GroupsDiagnostics
{
    /// <summary>Name of the meter. Its instruments are listed in <c>docs/operations.md</c>.</summary>
    public const string MeterName = "Orleans.Groups";

    /// <summary>
    /// Name of the activity source: spans of joins, leaves, confirmed broadcasts, edits of records and changes of
    /// views; none per plain broadcast, payload or delivery.
    /// </summary>
    public const string ActivitySourceName = EngineActivity.SourceName;
}
