using Orleans.Services;

namespace Orleans.Groups;

/// <summary>What a silo's scope grain hears from those of other silos.</summary>
[Alias("Orleans.Groups.IGroupsSiloService")]
internal interface IGroupsSiloService : IGrainService
{
    /// <summary>A link message. Lost, doubled and reordered as the network likes: the link machines cope.</summary>
    [Alias("Deliver")]
    [ResponseTimeout("00:00:05")]
    ValueTask<LinkReply> DeliverAsync(LinkPacket packet);

    /// <summary>Asks the silo to introduce itself to another. Answers when it has tried.</summary>
    [Alias("RequestIntroduction")]
    [ResponseTimeout("00:00:05")]
    ValueTask RequestIntroductionAsync(IntroductionRequest request);

    /// <summary>A silo introduces itself because it was asked to.</summary>
    [Alias("Introduce")]
    [ResponseTimeout("00:00:05")]
    ValueTask IntroduceAsync(Introduction introduction);
}
