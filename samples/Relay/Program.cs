using Orleans.Groups.Samples.Relay;

return await RelayProgram.MainAsync(
    InMemoryRelayCluster.Engine,
    args,
    (options, source) => new LocalRelayHost(new InMemoryRelayCluster(options), source));
