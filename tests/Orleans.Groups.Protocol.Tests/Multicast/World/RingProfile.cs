namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>What may happen in a random run, and how often in comparison.</summary>
internal sealed record RingProfile(string Name)
{
    internal int Nodes { get; init; } = 4;

    /// <summary>No more joins while so many members are running.</summary>
    internal int MaxRunning { get; init; } = 5;

    /// <summary>Operations of the application and faults, together.</summary>
    internal int Operations { get; init; } = 50;

    internal int Join { get; init; } = 12;

    internal int Broadcast { get; init; } = 40;

    internal int Confirm { get; init; } = 12;

    internal int Leave { get; init; } = 5;

    internal int StopHandler { get; init; }

    internal int KillMember { get; init; }

    internal int CrashNode { get; init; }

    internal int RestartNode { get; init; }

    internal int Suspect { get; init; }

    /// <summary>The nodes fall into two halves that do not hear each other for a while.</summary>
    internal int Partition { get; init; }

    /// <summary>A living node is declared dead.</summary>
    internal int Zombie { get; init; }

    /// <summary>One per run at most.</summary>
    internal int LoseRecord { get; init; }

    internal int ShutDown { get; init; }

    internal int Forget { get; init; }

    /// <summary>Some link, member, handler or the store becomes slower or faster.</summary>
    internal int ChangeSpeed { get; init; } = 10;

    /// <summary>Weight of lost requests and answers, beside 100 for one that goes well.</summary>
    internal int StoreFault { get; init; }

    /// <summary>Weight of a timer that fires although much else could happen, beside 100 for a frame.</summary>
    internal int EarlyTimer { get; init; }

    /// <summary>Whether slow members are thrown out in every other run.</summary>
    internal bool EjectsSlowMembers { get; init; }

    internal static RingProfile FaultFree { get; } = new("fault-free");

    internal static RingProfile JoinStorm { get; } = new("join-storm")
    {
        Nodes = 5,
        MaxRunning = 10,
        Operations = 40,
        Join = 60,
        Leave = 10,
        KillMember = 4,
        CrashNode = 1,
        EarlyTimer = 1,
    };

    internal static RingProfile Crashes { get; } = new("crashes")
    {
        KillMember = 8, CrashNode = 4, RestartNode = 4, StopHandler = 2, Join = 20,
    };

    internal static RingProfile Suspicions { get; } = new("suspicions")
    {
        Suspect = 10, Zombie = 1, KillMember = 2, Join = 20, EarlyTimer = 1,
    };

    internal static RingProfile Partitions { get; } = new("partitions")
    {
        Nodes = 7, MaxRunning = 8, Partition = 3, Suspect = 4, KillMember = 1, Join = 25, Leave = 3,
    };

    internal static RingProfile StoreFaults { get; } = new("store-faults")
    {
        StoreFault = 25, KillMember = 5, CrashNode = 2, RestartNode = 2, Join = 20, EarlyTimer = 1,
    };

    internal static RingProfile StoreLoss { get; } = new("store-loss")
    {
        LoseRecord = 4, KillMember = 4, CrashNode = 2, RestartNode = 2, Join = 20, StoreFault = 5,
    };

    internal static RingProfile Everything { get; } = new("everything")
    {
        Operations = 80,
        MaxRunning = 7,
        Join = 25,
        StopHandler = 2,
        KillMember = 5,
        CrashNode = 2,
        RestartNode = 3,
        Suspect = 4,
        Partition = 1,
        Zombie = 1,
        LoseRecord = 1,
        ShutDown = 1,
        Forget = 1,
        StoreFault = 10,
        EarlyTimer = 1,
        EjectsSlowMembers = true,
    };

    internal static IReadOnlyList<RingProfile> All { get; } =
        [FaultFree, JoinStorm, Crashes, Suspicions, Partitions, StoreFaults, StoreLoss, Everything];
}
