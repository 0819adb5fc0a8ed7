namespace Orleans.Groups.Checkers.Tests;

/// <summary>A recorded run in which one delivery is falsified is never clean.</summary>
public sealed class MutationTests(MutationTests.Recorded recorded) : IClassFixture<MutationTests.Recorded>
{
    private const int Times = 60;

    [Fact]
    public void Drop_ADelivery_IsNoticed() => Falsify(1, static (events, at) =>
    {
        var dropped = (LogEvent.Deliver)events[at];
        events.RemoveAt(at);
        events.RemoveAt(events.FindIndex(at, e => IsEndOf(e, dropped)));
    });

    [Fact]
    public void Duplicate_ADelivery_IsNoticed() => Falsify(2, static (events, at) =>
    {
        var twice = (LogEvent.Deliver)events[at];
        var end = events.FindIndex(at, e => IsEndOf(e, twice));
        events.InsertRange(end + 1, [twice with { }, events[end] with { }]);
    });

    [Fact]
    public void Swap_TwoDeliveriesOfOneSender_IsNoticed() => Falsify(3, static (events, at) =>
    {
        var first = (LogEvent.Deliver)events[at];
        var next = events.FindIndex(
            at + 1,
            e => e is LogEvent.Deliver other && other.Member == first.Member && other.From == first.From);
        (events[at], events[next]) = (events[next], events[at]);
    });

    [Fact]
    public void Alter_ADelivery_IsNoticed() => Falsify(4, static (events, at) =>
        events[at] = (LogEvent.Deliver)events[at] with { Hash = "another" });

    [Fact]
    public void Misattribute_ADelivery_IsNoticed() => Falsify(5, static (events, at) =>
    {
        var wrong = (LogEvent.Deliver)events[at];
        events[at] = wrong with { From = wrong.Member == wrong.From ? "nobody@1/1" : wrong.Member };
    });

    private static bool IsEndOf(LogEvent next, LogEvent.Deliver deliver) =>
        next is LogEvent.Handled handled && handled.Member == deliver.Member && handled.From == deliver.From
        && handled.Num == deliver.Num;

    private void Falsify(int seed, Action<List<LogEvent>, int> falsify)
    {
        var random = new Random(seed);
        var places = PlacesOf(recorded.Events);
        for (var time = 0; time < Times; time++)
        {
            var events = recorded.Events.Select(static e => e with { }).ToList();
            var place = places[random.Next(places.Count)];
            falsify(events, place);
            Assert.False(CheckerSuite.Check(events).IsClean, $"{recorded.Events[place]} was falsified.");
        }
    }

    /// <summary>Deliveries that another of the same sender to the same member follows.</summary>
    private static List<int> PlacesOf(IReadOnlyList<LogEvent> events)
    {
        var followed = new HashSet<(string, string)>();
        var places = new List<int>();
        for (var index = events.Count - 1; index >= 0; index--)
        {
            if (events[index] is LogEvent.Deliver deliver && !followed.Add((deliver.Member, deliver.From)))
            {
                places.Add(index);
            }
        }

        return places;
    }

    /// <summary>One run for all tests.</summary>
    public sealed class Recorded : IAsyncLifetime
    {
        internal IReadOnlyList<LogEvent> Events { get; private set; } = [];

        public async ValueTask InitializeAsync()
        {
            var log = new MemoryEventLog();
            var recorder = new EventRecorder(log);
            await using (var workload = new Workload(seed: 5, _ => recorder))
            {
                await workload.RunAsync(windows: 1, steps: 300);
            }

            Events = log.Copy();
            var report = CheckerSuite.Check(Events);
            Assert.True(report.IsClean, report.ToString());
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
