using Orleans.Configuration;

namespace Orleans.Groups.Tests;

/// <summary>Settings of a silo that has hundreds of others beside it in one process.</summary>
internal static class SmallSilo
{
    /// <summary>
    /// Makes little room for the addresses of grains: by default each silo takes it for a million of them at once, 18 MB,
    /// and collects all garbage of the process several times while it starts.
    /// </summary>
    internal static ISiloBuilder StaySmall(this ISiloBuilder silo) =>
        silo.Configure<GrainDirectoryOptions>(static options => options.CacheSize = 1_000);
}
