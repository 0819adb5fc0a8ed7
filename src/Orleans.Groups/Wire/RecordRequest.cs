namespace Orleans.Groups;

/// <summary>What a silo asks of a <see cref="IGroupVersionGrain"/>.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.RecordRequest")]
internal sealed class RecordRequest
{
    /// <summary>The version written here.</summary>
    internal const int CurrentVersion = 1;

    /// <summary>Version of the protocol between silo and grain; raised when a receiver must not guess.</summary>
    [Id(0)]
    public int ProtocolVersion { get; init; } = CurrentVersion;

    /// <summary>An edit in the wire form of docs/wire-format.md; empty in a read. Never changed.</summary>
    [Id(1)]
    public byte[] Edit { get; init; } = [];
}
