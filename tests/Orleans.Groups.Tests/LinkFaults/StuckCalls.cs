using Orleans.Groups.Engine;

namespace Orleans.Groups.Tests;

/// <summary>
/// Carries by grain calls; a call whose answer was lost is, after a while, no longer counted as under way.
/// </summary>
/// <remarks>
/// Orleans notices only at the time limit of the call that a reset connection has lost it. The link has long sent it
/// again by then, so whoever waits until nothing is under way need not wait for it.
/// </remarks>
internal sealed class StuckCalls(ISiloTransport inner, WorkCounter work) : ISiloTransport
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    public async Task<LinkReply> DeliverAsync(SiloAddress to, LinkPacket packet)
    {
        var call = inner.DeliverAsync(to, packet);
        await CountAsync(call);
        return await call;
    }

    public async Task RequestIntroductionAsync(SiloAddress to, IntroductionRequest request)
    {
        var call = inner.RequestIntroductionAsync(to, request);
        await CountAsync(call);
        await call;
    }

    public Task IntroduceAsync(SiloAddress to, Introduction introduction) => inner.IntroduceAsync(to, introduction);

    private async Task CountAsync(Task call)
    {
        await Task.WhenAny(call, Task.Delay(Patience));
        if (call.IsCompleted)
        {
            return;
        }

        work.End();
        try
        {
            await call.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            work.Begin();
        }
    }
}
