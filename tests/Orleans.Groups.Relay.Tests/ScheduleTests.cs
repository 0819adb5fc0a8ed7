namespace Orleans.Groups.Relay.Tests;

public sealed class ScheduleTests
{
    [Fact]
    public void Create_SameSeed_SameSchedule()
    {
        var options = new RelayOptions { Nodes = 7, Senders = 3, Kill = 3, Join = 4, Leave = 2, Seed = 42 };

        Assert.Equal(Schedule.Create(options, 999).ToString(), Schedule.Create(options, 999).ToString());
        Assert.Equal(Schedule.Create(options, 999).Events, Schedule.Create(options, 999).Events);
        Assert.NotEqual(
            Schedule.Create(options, 999).Events.AsEnumerable(),
            Schedule.Create(options with { Seed = 43 }, 999).Events.AsEnumerable());
    }

    /// <summary>Pinned: the seed in somebody's report must mean the same everywhere, also later.</summary>
    [Fact]
    public void Create_Seed7_IsPinned() =>
        Assert.Equal(
            "join n6 at 1342, leave n6 at 2494, kill n5 at 3280, join n7 at 4131, kill n7 at 4679",
            string.Join(
                ", ",
                Schedule.Create(new RelayOptions { Kill = 2, Join = 2, Leave = 1, Seed = 7 }, 10_000).Events));

    [Fact]
    public void Create_AnySeed_KeepsTheRules()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var options = new RelayOptions { Nodes = 4, Senders = 2, Kill = 2, Join = 3, Leave = 1, Seed = seed };
            var schedule = Schedule.Create(options, 100);

            Assert.Equal(["n1", "n2", "n3", "n4"], schedule.Starters);
            Assert.Equal(["n1", "n2"], schedule.Senders);
            Assert.Contains(schedule.Anchor, schedule.Starters);
            Assert.DoesNotContain(schedule.Events, e => e.Member == schedule.Anchor);
            Assert.Equal(schedule.Events.Select(e => e.At).Order(), schedule.Events.Select(e => e.At));
            Assert.All(schedule.Events, e => Assert.InRange(e.At, 0, 99));
            var present = schedule.Starters.ToList();
            foreach (var happening in schedule.Events)
            {
                if (happening.Kind == RelayEventKind.Join)
                {
                    present.Add(happening.Member);
                }
                else
                {
                    Assert.True(present.Remove(happening.Member));
                }
            }

            Assert.Equal(4, present.Count);
            Assert.Equal(2, schedule.Events.Count(e => e.Kind == RelayEventKind.Kill));
            Assert.Equal(3, schedule.Events.Count(e => e.Kind == RelayEventKind.Join));
        }
    }
}
