using System.Collections.Concurrent;
using System.Diagnostics;

namespace Orleans.Groups.Tests;

/// <summary>Spans: one per rare operation, none per message.</summary>
public sealed class ActivityTests
{
    [Fact]
    public async Task Spans_OfAWorkload_AreThoseOfWhatIsRare()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == GroupsDiagnostics.ActivitySourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        await using var cluster = await DiagnosticsCluster.StartAsync(1);
        var silo = cluster.Silos[0];
        var member = silo.CreateMember("m");
        var group = new GroupName($"spans {Guid.NewGuid()}"); // Other tests have spans, too: the source is one.
        ActivitySource.AddActivityListener(listener);

        await silo.GetProcessGroups().JoinAsync(group, member.Id);
        await silo.GetProcessGroups().PublishAsync(group, new byte[10]);
        await silo.GetProcessGroups().LeaveAsync(group, member.Id);
        Assert.Null(Activity.Current);
        var place = await silo.Multicast.JoinAsync(group, new RingListener());
        for (var message = 0; message < 100; message++)
        {
            (await place.BroadcastAsync(new byte[10])).ThrowIfNotOk();
        }

        (await place.ConfirmedBroadcastAsync(new byte[10])).ThrowIfNotOk();
        Assert.Null(Activity.Current);
        await place.LeaveAsync();
        Assert.False((await place.ConfirmedBroadcastAsync(new byte[10])).IsOk);

        var mine = spans.Where(span => (string?)span.GetTagItem("orleans.groups.group") == group.Value).ToList();
        Assert.Equal(
            ["groups.join", "groups.leave", "record.edit", "ring.confirm", "ring.join", "ring.leave", "ring.view"],
            mine.Select(static span => span.OperationName).Distinct().Order(StringComparer.Ordinal));
        Assert.InRange(mine.Count, 7, 12);
        var joined = mine.Single(static span => span.OperationName == "groups.join");
        Assert.Equal("default", joined.GetTagItem("orleans.groups.scope"));
        Assert.Equal("Joined", joined.GetTagItem("orleans.groups.outcome"));
        Assert.Equal(
            [(ActivityStatusCode.Unset, "Ok"), (ActivityStatusCode.Error, "Terminated")],
            mine.Where(static span => span.OperationName == "ring.confirm")
                .Select(static span => (span.Status, (string)span.GetTagItem("orleans.groups.outcome")!)));
    }
}
