using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>The record store of a world: one cell, and the requests under way to it and back.</summary>
internal sealed class RingStore
{
    internal GroupRecord? Current { get; set; }

    /// <summary>Requests, by who asked and a number that is different for reads and edits.</summary>
    internal Dictionary<(MemberId Author, long Number), StoreRequest> Requests { get; } = [];

    /// <summary>Surveys, by who asked.</summary>
    internal Dictionary<MemberId, StoreSurvey> Surveys { get; } = [];

    /// <summary>Ids that a record has ever listed.</summary>
    internal HashSet<MemberId> Ever { get; } = [];

    /// <summary>Ids that a record listed as alive and the next one did not.</summary>
    internal HashSet<MemberId> Removed { get; } = [];
}

/// <summary>A read or an edit.</summary>
/// <param name="edit">The edit; nothing for a read.</param>
/// <param name="read">The number of the read.</param>
internal sealed class StoreRequest(RecordEdit? edit, long read)
{
    internal RecordEdit? Edit { get; } = edit;

    internal long Read { get; } = read;

    internal bool IsApplied { get; set; }

    /// <summary>Answered "unknown" although it may still be carried out.</summary>
    internal bool IsAnswered { get; set; }

    internal EditResult Result { get; set; }
}

/// <summary>One round of "which record of this group do you hold?".</summary>
internal sealed class StoreSurvey(long request, ViewSurvey answers, List<NodeId> unasked)
{
    internal long Request { get; } = request;

    internal ViewSurvey Answers { get; } = answers;

    /// <summary>Nodes that have not looked yet.</summary>
    internal List<NodeId> Unasked { get; } = unasked;
}
