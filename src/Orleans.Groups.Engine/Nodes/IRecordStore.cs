using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <summary>
/// The record of every group: a cell that is read, and changed by edits one after the other. Any thread; an answer may
/// come on the calling thread before the call returns, or later on any other.
/// </summary>
internal interface IRecordStore
{
    /// <summary>Reads a record.</summary>
    /// <param name="group">The group.</param>
    /// <param name="answer">
    /// Called once: whether the store could be read, and the record, <see langword="null"/> when there is none.
    /// </param>
    void Read(GroupName group, Action<bool, GroupRecord?> answer);

    /// <summary>Applies an edit.</summary>
    /// <param name="group">The group.</param>
    /// <param name="edit">What to change; the same operation is applied at most once.</param>
    /// <param name="answer">
    /// Called once; with <see langword="null"/> when nobody knows whether it was applied (rule R6).
    /// </param>
    void Edit(GroupName group, RecordEdit edit, Action<EditResult?> answer);
}
