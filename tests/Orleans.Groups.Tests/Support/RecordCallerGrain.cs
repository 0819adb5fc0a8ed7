using Orleans.Groups.Engine;

namespace Orleans.Groups.Tests;

/// <summary>A grain of an application that asks for records.</summary>
[Alias("Orleans.Groups.Tests.IRecordCallerGrain")]
internal interface IRecordCallerGrain : IGrainWithStringKey
{
    /// <summary>Calls the record's grain itself, which is none of its business.</summary>
    [Alias("CallDirectly")]
    Task CallDirectly(string group);

    /// <summary>Uses the store of its silo, as a join from within a grain does.</summary>
    [Alias("UseStore")]
    Task<bool> UseStore(string group);
}

/// <inheritdoc cref="IRecordCallerGrain"/>
internal sealed class RecordCallerGrain(RecordStoreFactory stores) : Grain, IRecordCallerGrain
{
    public async Task CallDirectly(string group) =>
        await GrainFactory.GetGrain<IGroupVersionGrain>(RecordKey.Of(group)).Read(new RecordRequest());

    public async Task<bool> UseStore(string group)
    {
        RequestContext.Set("secret", "of the application");
        var (succeeded, _) = await stores(new WorkCounter(), TimeProvider.System).ReadAsync(group);
        return succeeded;
    }
}
