using Orleans.Configuration;

namespace Orleans.Groups.Tests;

/// <summary>Settings of a silo that has hundreds of others beside it in one process.</summary>
internal static class SmallSilo
{
    /// <summary>
    /// Memory that nobody touches. While a silo starts, Orleans collects all garbage again and again until the size of
    /// the heap changes by less than a twentieth: beside this, what other tests allocate is less than that.
    /// </summary>
    private static readonly byte[] Ballast = GC.AllocateUninitializedArray<byte>(1 << 30);

    /// <summary>
    /// Makes little room for the addresses of grains: by default each silo takes it for a million of them at once, 18 MB,
    /// and collects all garbage of the process several times while it starts.
    /// </summary>
    internal static ISiloBuilder StaySmall(this ISiloBuilder silo)
    {
        GC.KeepAlive(Ballast);
        return silo.Configure<GrainDirectoryOptions>(static options => options.CacheSize = 1_000);
    }
}
