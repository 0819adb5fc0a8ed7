namespace Orleans.Groups.Protocol.Tests.Links;

/// <summary>What a world does to its nodes; drawn from a seed so that each world has faults of its own.</summary>
internal sealed record LinkProfile
{
    public double Drop { get; init; }

    public double Double { get; init; }

    /// <summary>Of the doubles, how many come very much later.</summary>
    public double Replay { get; init; }

    /// <summary>Longest way of a message, in milliseconds; the shortest is 1, so order is lost.</summary>
    public int MaxDelay { get; init; } = 1;

    /// <summary>How often the transport tells what it has lost, or wrongly believes it has.</summary>
    public double TellsFailures { get; init; }

    public int Nodes { get; init; } = 2;

    /// <summary>Faults and changes of membership, in a hundred actions.</summary>
    public int FaultPercent { get; init; }

    public int Actions { get; init; } = 60;

    /// <summary>Nothing goes wrong.</summary>
    public static LinkProfile Calm { get; } = new();

    public static LinkProfile Draw(DeterministicRandom random) => new()
    {
        Drop = random.Next(3) == 0 ? 0 : random.NextDouble() * 0.4,
        Double = random.Next(3) == 0 ? 0 : random.NextDouble() * 0.5,
        Replay = random.NextDouble(),
        MaxDelay = 1 + random.Next(random.Next(2) == 0 ? 5 : 100),
        TellsFailures = random.Next(2) == 0 ? 0 : random.NextDouble(),
        Nodes = 2 + (random.Next(3) == 0 ? 1 : 0),
        FaultPercent = random.Next(4) == 0 ? 0 : 5 + random.Next(25),
        Actions = 20 + random.Next(60),
    };

    /// <summary>Small bounds, so that all of them are reached.</summary>
    public static LinkSettings DrawSettings(DeterministicRandom random)
    {
        var window = random.Next(3) == 0 ? 1 : 1 + random.Next(LinkSettings.MostBatchesInFlight);
        return new LinkSettings
        {
            MaxBatchesInFlight = window,
            EagerBatchesInFlight = 1 + random.Next(Math.Min(window, 4)),
            MaxBatchBytes = 64 + random.Next(400),
            MaxFrameBytes = 400 + random.Next(1200),
            MaxBufferBytes = random.Next(3) == 0 ? 1000 + random.Next(8000) : 100_000,
            MaxWaitingBytes = 500 + random.Next(8000),
            MaxChannelWaitingBytes = 300 + random.Next(4000),
            MaxControlBytes = 100 + random.Next(2000),
            MaxChannels = 1 + random.Next(8),
            ChannelCreditBytes = 50 + random.Next(2000),
            CreditDelay = TimeSpan.FromMilliseconds(1 + random.Next(50)),
            RetryMinimum = TimeSpan.FromMilliseconds(5 + random.Next(60)),
            RetryMaximum = TimeSpan.FromMilliseconds(100 + random.Next(400)),
            KeepAliveInterval = TimeSpan.FromMilliseconds(random.Next(2) * (200 + random.Next(400))),
            Verify = true,
        };
    }
}
