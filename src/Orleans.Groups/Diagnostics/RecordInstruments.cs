using System.Diagnostics.Metrics;
using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <summary>What is counted of the records of rings as it happens.</summary>
internal sealed class RecordInstruments
{
    private const string Failed = "Failed";

    private readonly Counter<long> _requests;
    private readonly Histogram<double> _time;
    private readonly Counter<long> _conflicts;

    internal RecordInstruments(Meter meter)
    {
        _requests = meter.CreateCounter<long>(
            GroupsInstruments.Name("record.requests"),
            "{request}",
            "Reads and edits of records that this silo asked for, by operation and outcome.");
        _time = meter.CreateHistogram(
            GroupsInstruments.Name("record.time"),
            "s",
            "Time until a read or an edit of a record was answered.",
            advice: GroupsInstruments.Times);
        _conflicts = meter.CreateCounter<long>(
            GroupsInstruments.Name("record.conflicts"),
            "{write}",
            "Writes of records kept here that somebody else was faster than.");
    }

    /// <summary>A read was answered.</summary>
    internal void Read(bool succeeded, TimeSpan elapsed) =>
        Answered("Read", succeeded ? "Ok" : Failed, elapsed);

    /// <summary>An edit was answered; <see langword="null"/> when nobody knows whether it was applied.</summary>
    internal void Edited(RecordEdit edit, EditVerdict? verdict, TimeSpan elapsed) =>
        Answered(NameOf(edit), verdict is { } known ? Enum.GetName(known)! : Failed, elapsed);

    /// <summary>A write found that the record has changed since it was read.</summary>
    internal void Conflicted() => _conflicts.Add(1);

    /// <summary>What an edit is about, in one of few words.</summary>
    internal static string NameOf(RecordEdit edit) => edit switch
    {
        RecordEdit.Create => nameof(RecordEdit.Create),
        RecordEdit.Recreate => nameof(RecordEdit.Recreate),
        RecordEdit.InsertRight => nameof(RecordEdit.InsertRight),
        RecordEdit.MarkDead => nameof(RecordEdit.MarkDead),
        RecordEdit.Erase => nameof(RecordEdit.Erase),
        RecordEdit.Remove => nameof(RecordEdit.Remove),
        RecordEdit.Close => nameof(RecordEdit.Close),
        _ => throw Invariant.Unreachable(edit),
    };

    private void Answered(string operation, string outcome, TimeSpan elapsed)
    {
        var operationTag = Tags.Of(Tags.Operation, operation);
        _requests.Add(1, operationTag, Tags.Of(Tags.Outcome, outcome));
        _time.Record(elapsed.TotalSeconds, operationTag);
    }
}
