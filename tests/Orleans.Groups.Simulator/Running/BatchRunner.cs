using Orleans.Groups.Checkers;

namespace Orleans.Groups.Simulator;

/// <summary>What to run.</summary>
/// <param name="Kinds">Which protocols; their worlds alternate.</param>
/// <param name="Schedules">How many worlds.</param>
/// <param name="Seed">The seed of the first; the others follow.</param>
/// <param name="Faults">Faults that may be drawn; nothing for all.</param>
/// <param name="Threads">On how many threads.</param>
/// <param name="MaxFailures">After so many failing worlds the rest is not run.</param>
internal sealed record BatchOptions(
    IReadOnlyList<WorldKind> Kinds,
    long Schedules,
    ulong Seed,
    IReadOnlySet<FaultKind>? Faults,
    int Threads,
    int MaxFailures = 50)
{
    /// <summary>One world in so many is run again, to see that it goes the same way.</summary>
    internal const int RepeatEvery = 100;

    /// <summary>How many times the usual work is drawn.</summary>
    internal int Work { get; init; } = 1;

    /// <summary>The world of a place in the run.</summary>
    internal (WorldKind Kind, ulong Seed) WorldAt(long index) =>
        (Kinds[(int)(index % Kinds.Count)], Seed + (ulong)(index / Kinds.Count));
}

/// <summary>What a run has found: the same, whatever the number of threads.</summary>
internal sealed class BatchResult
{
    internal long Schedules { get; set; }

    internal long Events { get; set; }

    internal long Packets { get; set; }

    internal long Steps { get; set; }

    internal long Repeated { get; set; }

    /// <summary>In how many worlds each fault was drawn.</summary>
    internal long[] Faults { get; } = new long[Enum.GetValues<FaultKind>().Length];

    /// <summary>How often each situation was seen.</summary>
    internal long[] Marks { get; } = new long[MarkNames.Count];

    /// <summary>Of all worlds, in no order: the sum of their hashes.</summary>
    internal ulong Hash { get; set; }

    /// <summary>Worlds in which something is broken, by their place in the run.</summary>
    internal SortedDictionary<long, Failure> Failures { get; } = [];

    internal void Add(long index, WorldResult world)
    {
        Schedules++;
        Events += world.Events;
        Packets += world.Packets;
        Steps += world.Steps;
        Hash += world.Hash;
        foreach (var fault in world.Plan.Faults)
        {
            Faults[(int)fault]++;
        }

        for (var mark = 0; mark < Marks.Length; mark++)
        {
            Marks[mark] += world.Marks[mark];
        }

        if (world.Violations.Count > 0)
        {
            Failures[index] = new Failure(world.Plan.Kind, world.Plan.Seed, world.Violations);
        }
    }
}

/// <summary>A world in which something is broken.</summary>
/// <param name="Kind">Its protocol.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Violations">What is broken.</param>
internal sealed record Failure(WorldKind Kind, ulong Seed, IReadOnlyList<Violation> Violations);

/// <summary>Runs many worlds on some threads.</summary>
internal static class BatchRunner
{
    /// <summary>Runs them all.</summary>
    /// <param name="options">What to run.</param>
    /// <param name="progress">Called after each world, never twice at one time.</param>
    internal static BatchResult Run(BatchOptions options, Action<BatchResult, WorldResult>? progress = null)
    {
        var result = new BatchResult();
        var gate = new Lock();
        var next = -1L;
        var threads = Enumerable.Range(0, Math.Max(1, options.Threads))
            .Select(_ => new Thread(RunSome) { IsBackground = true })
            .ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());
        return result;

        void RunSome()
        {
            while (Interlocked.Increment(ref next) is var index && index < options.Schedules)
            {
                var (kind, seed) = options.WorldAt(index);
                var plan = PlanDrawer.Draw(kind, seed, options.Faults, options.Work);
                var world = WorldRun.Run(plan);
                var isRepeated = index % BatchOptions.RepeatEvery == 0;
                if (isRepeated && WorldRun.Run(plan).Hash is var again && again != world.Hash)
                {
                    var sentence = $"the world went another way when it was repeated: {world.Hash:x16}, {again:x16}";
                    world = world with { Violations = [.. world.Violations, new Violation("REPEAT", sentence, [])] };
                }

                lock (gate)
                {
                    if (result.Failures.Count >= options.MaxFailures)
                    {
                        return;
                    }

                    result.Add(index, world);
                    result.Repeated += isRepeated ? 1 : 0;
                    progress?.Invoke(result, world);
                }
            }
        }
    }
}
