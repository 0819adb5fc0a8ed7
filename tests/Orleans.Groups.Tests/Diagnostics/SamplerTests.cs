using Orleans.Groups.InMemory.Tests;

namespace Orleans.Groups.Tests;

/// <summary>One collection of many instruments takes one sample, and the next one another.</summary>
public sealed class SamplerTests
{
    private readonly ManualTime _clock = new();
    private int _taken;

    [Fact]
    public void Sample_WithinOneRound_IsShared()
    {
        var sampler = new Sampler<object>(Take, _clock);

        var first = sampler.Get(0);

        Assert.Same(first, sampler.Get(1));
        Assert.Same(first, sampler.Get(63));
        Assert.Equal(1, _taken);
    }

    [Fact]
    public void Sample_ThatAnInstrumentHasReadAlready_IsTakenAnew()
    {
        var sampler = new Sampler<object>(Take, _clock);
        var first = sampler.Get(0);

        var second = sampler.Get(0);

        Assert.NotSame(first, second);
        Assert.Same(second, sampler.Get(1));
    }

    [Fact]
    public void Sample_OfARoundThatWasNotEnded_GrowsOld()
    {
        var sampler = new Sampler<object>(Take, _clock);
        var first = sampler.Get(0);

        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.NotSame(first, sampler.Get(1));
    }

    [Fact]
    public void Sample_OfARoundThatWasHeldUp_IsNotOfTheNextRound()
    {
        var sampler = new Sampler<object>(Take, _clock);
        sampler.Get(0);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var later = sampler.Get(1);

        var next = sampler.Get(0);

        Assert.NotSame(later, next);
        Assert.Same(next, sampler.Get(1));
    }

    private object Take()
    {
        _taken++;
        return new object();
    }
}
