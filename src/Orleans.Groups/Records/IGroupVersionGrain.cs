namespace Orleans.Groups;

/// <summary>
/// The record of one group: who is in its ring, in which order, at which version. One grain per group; its key is
/// <see cref="RecordKey"/>.
/// </summary>
/// <remarks>
/// Silos ask it, nobody else: <see cref="SiloCallGuard"/> refuses calls of clients and of an application's grains with
/// an <see cref="UnauthorizedAccessException"/>. A failure comes as a value; an exception means that nobody knows.
/// </remarks>
[Alias("Orleans.Groups.IGroupVersionGrain")]
internal interface IGroupVersionGrain : IGrainWithStringKey
{
    /// <summary>Reads the record as it is now, whatever other activations may have written.</summary>
    [Alias("Read")]
    [ResponseTimeout(RecordKey.ResponseTimeout)]
    ValueTask<RecordReply> Read(RecordRequest request);

    /// <summary>Applies an edit; the same operation is applied at most once (rule R6).</summary>
    [Alias("Edit")]
    [ResponseTimeout(RecordKey.ResponseTimeout)]
    ValueTask<RecordReply> Edit(RecordRequest request);
}
