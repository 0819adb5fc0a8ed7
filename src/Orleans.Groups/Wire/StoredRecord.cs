namespace Orleans.Groups;

/// <summary>A group's record as a grain storage provider keeps it.</summary>
/// <remarks>
/// A storage serialiser may write down the names of this type and its property: they never change. What a version of
/// Orleans.Groups can read is decided by the bytes alone.
/// </remarks>
[GenerateSerializer]
[Alias("Orleans.Groups.StoredRecord")]
internal sealed class StoredRecord
{
    /// <summary>
    /// The record in the wire form of docs/wire-format.md, with its checksum; <see langword="null"/>: there is none.
    /// </summary>
    [Id(0)]
    public byte[]? Bytes { get; set; }
}
