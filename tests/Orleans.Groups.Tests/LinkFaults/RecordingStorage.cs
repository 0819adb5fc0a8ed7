using System.Diagnostics.CodeAnalysis;
using Orleans.Groups.Protocol;
using Orleans.Storage;

namespace Orleans.Groups.Tests;

/// <summary>Says to an event log which versions of records are kept, before anybody can read them.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Without a wait handle there is nothing to dispose of.")]
internal sealed class RecordingStorage(IGrainStorage inner, Action<GroupRecord> kept) : IGrainStorage
{
    private readonly SemaphoreSlim _turn = new(1);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        AloneAsync(() => inner.ReadStateAsync(stateName, grainId, grainState));

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        AloneAsync(async () =>
        {
            await inner.WriteStateAsync(stateName, grainId, grainState);
            var bytes = ((StoredRecord)(object)grainState.State!).Bytes;
            Assert.True(WireCodec.TryDecodeRecord(bytes, out var record, out var error), error.ToString());
            kept(record);
        });

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        AloneAsync(() => inner.ClearStateAsync(stateName, grainId, grainState));

    private async Task AloneAsync(Func<Task> action)
    {
        await _turn.WaitAsync();
        try
        {
            await action();
        }
        finally
        {
            _turn.Release();
        }
    }
}
