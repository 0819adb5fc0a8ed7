namespace Orleans.Groups;

/// <summary>Carries what silos say to each other. May lose, double, reorder and delay. Any thread.</summary>
internal interface ISiloTransport
{
    /// <summary>Carries a link message and brings the answer, or fails: then it may or may not have arrived.</summary>
    Task<LinkReply> DeliverAsync(SiloAddress to, LinkPacket packet);

    /// <summary>Asks a silo for an introduction.</summary>
    Task RequestIntroductionAsync(SiloAddress to, IntroductionRequest request);

    /// <summary>Introduces this silo.</summary>
    Task IntroduceAsync(SiloAddress to, Introduction introduction);
}

/// <summary>Carries by grain calls, from service to service.</summary>
internal sealed class GrainServiceTransport(IServiceProvider services)
    : Runtime.Services.GrainServiceClient<IGroupsSiloService>(services), ISiloTransport
{
    /// <inheritdoc/>
    public Task<LinkReply> DeliverAsync(SiloAddress to, LinkPacket packet) =>
        GetGrainService(to).DeliverAsync(packet).AsTask();

    /// <inheritdoc/>
    public Task RequestIntroductionAsync(SiloAddress to, IntroductionRequest request) =>
        GetGrainService(to).RequestIntroductionAsync(request).AsTask();

    /// <inheritdoc/>
    public Task IntroduceAsync(SiloAddress to, Introduction introduction) =>
        GetGrainService(to).IntroduceAsync(introduction).AsTask();
}
