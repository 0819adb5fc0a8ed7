using Microsoft.Extensions.Logging;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <summary>What the nodes of one engine share: settings, clock, randomness, and what is around them.</summary>
internal abstract class EngineCore
{
    private readonly Lock _randomGate = new();
    private readonly DeterministicRandom _random;

    /// <summary>Takes settings that have been validated.</summary>
    /// <param name="processGroups">Settings of process groups.</param>
    /// <param name="multicast">Settings of multicast.</param>
    /// <param name="time">The clock of all timers and time limits.</param>
    /// <param name="logger">Where everything is logged.</param>
    /// <param name="seed">Of all randomness.</param>
    /// <param name="scopeFrameLimit">See <see cref="ScopeFrameLimit"/>.</param>
    /// <param name="work">Counts what is under way; <see langword="null"/> for a counter of its own.</param>
    /// <param name="events">Who is told what happens; <see langword="null"/>: nobody.</param>
    protected EngineCore(
        ProcessGroupsOptions processGroups,
        MulticastOptions multicast,
        TimeProvider time,
        ILogger logger,
        ulong seed,
        int scopeFrameLimit,
        WorkCounter? work = null,
        EngineEvents? events = null)
    {
        ProcessGroups = processGroups;
        Multicast = multicast;
        RingSettings = RingSettings.From(multicast);
        if (time != TimeProvider.System)
        {
            // Whoever moves time by hand waits until nothing is under way before that: nothing may wait for a moment.
            RingSettings = RingSettings with { ReportDelay = TimeSpan.Zero };
        }

        Time = time;
        Logger = logger;
        _random = new DeterministicRandom(seed);
        ScopeFrameLimit = scopeFrameLimit;
        Work = work ?? new WorkCounter();
        Events = events ?? EngineEvents.None;
    }

    internal ProcessGroupsOptions ProcessGroups { get; }

    internal MulticastOptions Multicast { get; }

    /// <summary>Settings of ring machines; an engine may want smaller frames than the options allow.</summary>
    internal RingSettings RingSettings { get; init; }

    internal TimeProvider Time { get; }

    internal ILogger Logger { get; }

    /// <summary>What is under way. Engines of one process may share a counter.</summary>
    internal WorkCounter Work { get; }

    /// <summary>Who is told what happens.</summary>
    internal EngineEvents Events { get; }

    /// <summary>Most frames of one scope that a peer has not handled before the scope is told to wait.</summary>
    internal int ScopeFrameLimit { get; }

    /// <summary>Who lives.</summary>
    internal abstract INodeNetwork Nodes { get; }

    /// <summary>The record of every ring.</summary>
    internal abstract IRecordStore Records { get; }

    internal ulong NextSeed()
    {
        lock (_randomGate)
        {
            return _random.NextUInt64();
        }
    }

    internal Guid NextGuid()
    {
        lock (_randomGate)
        {
            return _random.NextGuid();
        }
    }

    /// <summary>
    /// A wait that doubles with every try up to the maximum, of which a random half is left out (S13).
    /// </summary>
    internal TimeSpan Backoff(int tries)
    {
        double factor;
        lock (_randomGate)
        {
            factor = 0.5 + (0.5 * _random.NextDouble());
        }

        var doubled = Multicast.RetryMinimum.Ticks * Math.Pow(2, Math.Min(tries, 30));
        return TimeSpan.FromTicks((long)(Math.Min(doubled, Multicast.RetryMaximum.Ticks) * factor));
    }
}
