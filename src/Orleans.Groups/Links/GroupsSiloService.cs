using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace Orleans.Groups;

/// <summary>
/// The scope grain of a silo: one per silo, well known, dead with it. Starts and stops the silo's node with it, and
/// hears what the others say.
/// </summary>
/// <remarks>Calls may come before the start and after the stop; the links know what to do with them.</remarks>
[Reentrant]
internal sealed class GroupsSiloService(GrainId id, Silo silo, ILoggerFactory loggerFactory, SiloGroups groups)
    : GrainService(id, silo, loggerFactory), IGroupsSiloService
{
    /// <inheritdoc/>
    public override async Task Start()
    {
        await base.Start();
        groups.Start();
    }

    /// <inheritdoc/>
    public override async Task Stop()
    {
        await groups.StopAsync();
        await base.Stop();
    }

    /// <inheritdoc/>
    public ValueTask<LinkReply> DeliverAsync(LinkPacket packet) => new(groups.Network.Receive(packet));

    /// <inheritdoc/>
    public async ValueTask RequestIntroductionAsync(IntroductionRequest request) =>
        await groups.Network.IntroduceToAsync(request);

    /// <inheritdoc/>
    public ValueTask IntroduceAsync(Introduction introduction)
    {
        groups.Network.Introduced(introduction);
        return ValueTask.CompletedTask;
    }
}
