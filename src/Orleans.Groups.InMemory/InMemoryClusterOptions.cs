using Microsoft.Extensions.Logging;

namespace Orleans.Groups.InMemory;

/// <summary>Settings of an in-memory cluster; the same for all its nodes.</summary>
/// <remarks>Read when the cluster is made. Changing them afterwards has no effect that anybody promises.</remarks>
public sealed class InMemoryClusterOptions
{
    /// <summary>
    /// Name of the one node that <see cref="InMemoryGroupsExtensions.AddInMemoryGroups"/> starts; default <c>local</c>.
    /// A cluster made in code names its nodes itself.
    /// </summary>
    public string NodeName { get; set; } = "local";

    /// <summary>Settings of process groups.</summary>
    public ProcessGroupsOptions ProcessGroups { get; set; } = new();

    /// <summary>Settings of guaranteed multicast.</summary>
    public MulticastOptions Multicast { get; set; } = new();

    /// <summary>
    /// Whether every frame between nodes is encoded to bytes and decoded again, as a network would; default
    /// <see langword="false"/>. Slower; for tests that want the wire format in the path.
    /// </summary>
    public bool EncodeMessages { get; set; } = false;

    /// <summary>
    /// Most frames that a cut link holds back, 1 to 16 777 216; default 65 536. A frame more, and the sending node
    /// gives the session with the other up, as <see cref="InMemoryCluster.DeclareDown"/> does; payloads sent to members
    /// are answered <see cref="SendOutcome.Overloaded"/> instead.
    /// </summary>
    public int MaxHeldFramesPerLink { get; set; } = 65_536;

    /// <summary>Most nodes that live at one time, 1 to 1 024; default 64.</summary>
    public int MaxNodes { get; set; } = 64;

    /// <summary>
    /// Most records of rings that have ended and are kept so that their members learn of it, 1 or more; default 10 000.
    /// The oldest are forgotten first. When there are more records than this, those count as ended, too, that list
    /// members as alive of which none runs on a living node.
    /// </summary>
    public int MaxEndedRecords { get; set; } = 10_000;

    /// <summary>
    /// Most requests that the record store holds back after <see cref="InMemoryRecordStore.Hold"/>, 1 or more; default
    /// 10 000. One more fails at once.
    /// </summary>
    public int MaxHeldRequests { get; set; } = 10_000;

    /// <summary>
    /// Where to log; default <see langword="null"/>: nowhere, or the host's with dependency injection.
    /// </summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>
    /// Source of time; default <see cref="System.TimeProvider.System"/>, or the host's with dependency injection.
    /// </summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>
    /// Makes ids and random choices repeatable, for tests; default <see langword="null"/>: random. The order in which
    /// threads run stays free, so runs with one seed are alike but not equal.
    /// </summary>
    public ulong? Seed { get; set; }

    /// <summary>
    /// All that is wrong with these settings, each with name, value and allowed range; empty when nothing is.
    /// </summary>
    public IReadOnlyList<string> GetErrors()
    {
        var errors = new OptionErrors(nameof(InMemoryClusterOptions));
        errors.Name(NodeName, nameof(NodeName));
        errors.Range(MaxHeldFramesPerLink, 1, 16 * 1024 * 1024, nameof(MaxHeldFramesPerLink));
        errors.Range(MaxNodes, 1, 1_024, nameof(MaxNodes));
        errors.Range(MaxEndedRecords, 1, int.MaxValue, nameof(MaxEndedRecords));
        errors.Range(MaxHeldRequests, 1, int.MaxValue, nameof(MaxHeldRequests));
        RequireSet(errors, ProcessGroups, nameof(ProcessGroups));
        RequireSet(errors, Multicast, nameof(Multicast));
        RequireSet(errors, TimeProvider, nameof(TimeProvider));
        return
        [
            .. errors.ToList(),
            .. ProcessGroups?.GetErrors() ?? [],
            .. Multicast?.GetErrors() ?? [],
        ];
    }

    private static void RequireSet(OptionErrors errors, object? value, string option)
    {
        if (value is null)
        {
            errors.Add(option, null, "must be set");
        }
    }
}
