using System.Text;

namespace Orleans.Groups.Protocol.Tests.Links;

/// <summary>Thousands of random worlds under an adversarial transport; every property checked in each.</summary>
/// <remarks>
/// A failure names its seed. <c>LINK_SEED=17</c> replays that one alone; <c>LINK_SEEDS=20000</c> runs more,
/// <c>LINK_FIRST_SEED=50000</c> others.
/// </remarks>
public sealed class LinkWorldRandomTests
{
    private const int Most = 3;

    [Fact]
    public void RandomWorlds_HoldEveryProperty()
    {
        var first = Number("LINK_SEED", Number("LINK_FIRST_SEED", 1));
        var count = Environment.GetEnvironmentVariable("LINK_SEED") is null ? Number("LINK_SEEDS", 2000) : 1;
        var failures = new List<string>();
        var seen = new SortedDictionary<string, long>(StringComparer.Ordinal);
        for (var seed = first; seed < first + count && failures.Count < Most; seed++)
        {
            try
            {
                foreach (var (what, times) in LinkDriver.Run(seed).EveryEnd.SelectMany(end => end.Seen))
                {
                    seen[what] = seen.GetValueOrDefault(what) + times;
                }
            }
            catch (Exception failure) when (failure is InvariantViolationException or Xunit.Sdk.XunitException)
            {
                failures.Add($"LINK_SEED={seed}: {failure.Message}\n{failure.StackTrace}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(Describe(seen));
        Assert.True(failures.Count == 0, string.Join('\n', failures));
        if (count >= 1000)
        {
            AssertReached(seen);
        }
    }

    [Fact]
    public void SameSeed_SameTrace()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            var first = LinkDriver.Run(seed, isTracing: true).Trace;

            Assert.NotEmpty(first);
            Assert.Equal(first, LinkDriver.Run(seed, isTracing: true).Trace);
        }
    }

    /// <summary>A world that reaches nothing proves nothing.</summary>
    private static void AssertReached(SortedDictionary<string, long> seen)
    {
        var effects = typeof(LinkEffect).GetNestedTypes(System.Reflection.BindingFlags.NonPublic)
            .Where(type => type.IsSubclassOf(typeof(LinkEffect)) && type != typeof(LinkEffect.Incompatible))
            .Select(type => type.Name);
        var reasons = Enum.GetValues<LinkEndReason>()
            .Where(reason => reason != LinkEndReason.Incompatible)
            .Select(reason => reason.ToString());
        var outcomes = Enum.GetNames<LinkSendOutcome>();
        var traces = Enum.GetValues<LinkTrace>()
            .Where(trace => trace is not (LinkTrace.Malformed or LinkTrace.CreditOverrun or LinkTrace.BeyondWindow))
            .Select(trace => $"Trace.{trace}");
        Assert.Empty(effects.Concat(reasons).Concat(outcomes).Concat(traces).Except(seen.Keys));
        Assert.DoesNotContain("Trace.Malformed", seen.Keys);
        Assert.DoesNotContain("Trace.CreditOverrun", seen.Keys);
    }

    private static string Describe(SortedDictionary<string, long> seen)
    {
        var text = new StringBuilder();
        foreach (var (what, times) in seen)
        {
            text.Append(what).Append(' ').Append(times).Append('\n');
        }

        return text.ToString();
    }

    private static ulong Number(string variable, ulong otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? ulong.Parse(text) : otherwise;
}
