using Orleans.Storage;

namespace Orleans.Groups.Tests;

/// <summary>The state of a grain without a grain: straight on a storage, as one activation would have it.</summary>
internal sealed class StorageState(IGrainStorage storage, GroupName group) : IPersistentState<StoredRecord>
{
    private readonly GrainId _grain = GrainId.Create(RecordKey.GrainType, RecordKey.Of(group));
    private readonly GrainState<StoredRecord> _state = new(new StoredRecord());

    public StoredRecord State
    {
        get => _state.State;
        set => _state.State = value;
    }

    public string? Etag => _state.ETag;

    public bool RecordExists => _state.RecordExists;

    public Task ReadStateAsync() => storage.ReadStateAsync(RecordKey.StateName, _grain, _state);

    public async Task WriteStateAsync()
    {
        try
        {
            await storage.WriteStateAsync(RecordKey.StateName, _grain, _state);
        }
        catch (Exception exception) when (exception is not OrleansException)
        {
            throw new OrleansException("As Orleans does with what it does not know.", exception);
        }
    }

    public Task ClearStateAsync() => storage.ClearStateAsync(RecordKey.StateName, _grain, _state);
}
