using System.Text;

namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>Thousands of random runs under adversarial schedules; every property checked in each.</summary>
/// <remarks>
/// A failure names its profile and seed. <c>RING_PROFILE=crashes RING_SEED=17</c> replays that run alone, with a trace;
/// <c>RING_SEEDS=20000</c> runs more, <c>RING_FIRST_SEED=50000</c> others.
/// </remarks>
public sealed class RingWorldRandomTests
{
    private const int TraceLines = 150;

    public static TheoryData<string> Profiles => [.. RingProfile.All.Select(static profile => profile.Name)];

    [Theory]
    [MemberData(nameof(Profiles))]
    public void RandomRuns_HoldEveryProperty(string name)
    {
        var profile = RingProfile.All.Single(candidate => candidate.Name == name);
        if (Environment.GetEnvironmentVariable("RING_PROFILE") is { Length: > 0 } wanted && wanted != name)
        {
            return;
        }

        if (Environment.GetEnvironmentVariable("RING_SEED") is { Length: > 0 } seed)
        {
            RunOne(profile, ulong.Parse(seed));
            return;
        }

        var first = Number("RING_FIRST_SEED", 1);
        var count = Number("RING_SEEDS", 400);
        var most = (int)Number("RING_FAILURES", 5);
        var failures = new List<RingRunException>();
        var sightings = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var steps = 0L;
        for (var number = first; number < first + count && failures.Count < most; number++)
        {
            try
            {
                var world = RingDriver.Run(profile, number);
                steps += world.Steps;
                foreach (var (situation, times) in world.Sightings)
                {
                    sightings[situation] = sightings.GetValueOrDefault(situation) + times;
                }
            }
            catch (RingRunException failure)
            {
                failures.Add(failure);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(Describe(profile, count, steps, sightings));
        Assert.True(
            failures.Count == 0,
            string.Join('\n', failures.Select(static failure => failure.Message)) + Replay(failures));
    }

    [Fact]
    public void SameSeed_SameTrace()
    {
        foreach (var profile in RingProfile.All)
        {
            for (var seed = 1UL; seed <= 10; seed++)
            {
                Assert.Equal(HashOf(profile, seed), HashOf(profile, seed));
            }
        }
    }

    private static ulong HashOf(RingProfile profile, ulong seed)
    {
        try
        {
            return RingDriver.Run(profile, seed, isTracing: true).TraceHash;
        }
        catch (RingRunException failure)
        {
            return failure.World.TraceHash;
        }
    }

    private static ulong Number(string variable, ulong otherwise) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(variable), out var number) ? number : otherwise;

    private static void RunOne(RingProfile profile, ulong seed)
    {
        try
        {
            var world = RingDriver.Run(profile, seed, isTracing: true);
            TestContext.Current.TestOutputHelper?.WriteLine(world.Trace!.ToString());
        }
        catch (RingRunException failure)
        {
            if (Environment.GetEnvironmentVariable("RING_TRACE") is { Length: > 0 } file)
            {
                File.WriteAllText(file, $"{failure.World.Trace}\n{failure}");
            }

            Assert.Fail($"{failure.World.Trace}\n{failure}");
        }
    }

    private static string Replay(List<RingRunException> failures)
    {
        if (failures.Count == 0)
        {
            return string.Empty;
        }

        var shortest = failures.MinBy(static failure => failure.World.Steps)!;
        try
        {
            RingDriver.Run(shortest.Profile, shortest.Seed, isTracing: true);
            return "\nThe replay went well: the run is not deterministic.";
        }
        catch (RingRunException failure)
        {
            var lines = failure.World.Trace!.ToString().Split('\n');
            var end = string.Join('\n', lines.TakeLast(TraceLines));
            return $"\n\nThe end of seed {failure.Seed}:\n{end}\n{failure.InnerException}";
        }
    }

    private static string Describe(
        RingProfile profile, ulong count, long steps, SortedDictionary<string, long> sightings)
    {
        var text = new StringBuilder($"{profile.Name}: {count} runs, {steps} steps");
        foreach (var (situation, times) in sightings)
        {
            text.Append($"\n  {times,8} {situation}");
        }

        return text.ToString();
    }
}
