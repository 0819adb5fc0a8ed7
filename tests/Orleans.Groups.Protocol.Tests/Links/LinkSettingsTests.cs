namespace Orleans.Groups.Protocol.Tests.Links;

/// <summary>Settings are checked before there is a machine.</summary>
public sealed class LinkSettingsTests
{
    private static readonly LinkSettings Sound = new();

    private static readonly Dictionary<LinkSettings, string> Faults = new()
    {
        [Sound with { MaxBatchesInFlight = 0 }] = "MaxBatchesInFlight",
        [Sound with { MaxBatchesInFlight = 64 }] = "MaxBatchesInFlight",
        [Sound with { EagerBatchesInFlight = 0 }] = "EagerBatchesInFlight",
        [Sound with { MaxBatchesInFlight = 3, EagerBatchesInFlight = 4 }] = "EagerBatchesInFlight",
        [Sound with { MaxBatchBytes = 63 }] = "MaxBatchBytes",
        [Sound with { MaxBatchBytes = (16 * 1024 * 1024) + 1 }] = "MaxBatchBytes",
        [Sound with { MaxFrameBytes = 0 }] = "MaxFrameBytes",
        [Sound with { MaxFrameBytes = (1024 * 1024 * 1024) + 1 }] = "MaxFrameBytes",
        [Sound with { MaxBufferBytes = 1 }] = "MaxBufferBytes",
        [Sound with { MaxWaitingBytes = 0 }] = "what waits",
        [Sound with { MaxChannelWaitingBytes = 0 }] = "what waits",
        [Sound with { MaxControlBytes = 0 }] = "MaxControlBytes",
        [Sound with { MaxChannels = 0 }] = "MaxChannels",
        [Sound with { MaxChannels = LinkSettings.MostChannels + 1 }] = "MaxChannels",
        [Sound with { ChannelCreditBytes = 0 }] = "ChannelCreditBytes",
        [Sound with { CreditDelay = TimeSpan.Zero }] = "CreditDelay",
        [Sound with { RetryMinimum = TimeSpan.Zero }] = "RetryMinimum",
        [Sound with { RetryMaximum = Sound.RetryMinimum - TimeSpan.FromTicks(1) }] = "RetryMinimum",
        [Sound with { KeepAliveInterval = TimeSpan.FromTicks(-1) }] = "KeepAliveInterval",
        [Sound with { Versions = (0, 1) }] = "versions",
        [Sound with { Versions = (2, 1) }] = "versions",
    };

    [Fact]
    public void Settings_BeyondALimit_AreNamedAndMakeNoMachine()
    {
        Assert.All(Faults, static fault =>
        {
            Assert.Contains(fault.Value, fault.Key.GetError(), StringComparison.Ordinal);
            var error = Assert.Throws<InvariantViolationException>(() => Make(fault.Key));
            Assert.Contains(fault.Value, error.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Settings_AtTheirLimits_AreSound()
    {
        LinkSettings[] limits =
        [
            Sound,
            Sound with { MaxBatchesInFlight = 1, EagerBatchesInFlight = 1 },
            Sound with { MaxBatchesInFlight = 63, EagerBatchesInFlight = 63 },
            Sound with { MaxBatchBytes = 64 },
            Sound with { MaxBatchBytes = 16 * 1024 * 1024 },
            Sound with { MaxFrameBytes = 1024 * 1024 * 1024 },
            Sound with { MaxFrameBytes = 1, MaxBufferBytes = 2, MaxWaitingBytes = 1, MaxChannelWaitingBytes = 1 },
            Sound with { MaxControlBytes = 1, MaxChannels = 1, ChannelCreditBytes = 1 },
            Sound with { MaxChannels = LinkSettings.MostChannels, CreditDelay = TimeSpan.FromTicks(1) },
            Sound with { RetryMaximum = Sound.RetryMinimum, KeepAliveInterval = TimeSpan.FromTicks(1) },
            Sound with { Versions = (1, 9) },
        ];
        Assert.All(limits, static settings => Assert.Null(settings.GetError()));
        Assert.All(limits, static settings => Assert.Equal(LinkState.Waiting, Make(settings).GetStatus().State));
    }

    private static LinkMachine Make(LinkSettings settings) => new(LinkPair.NodeA, LinkPair.NodeB, settings, 1);
}
