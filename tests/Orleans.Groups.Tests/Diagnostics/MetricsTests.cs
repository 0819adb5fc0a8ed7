using Microsoft.Extensions.DependencyInjection;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Tests;

/// <summary>What the meter says after a small workload, and that its tags stay few.</summary>
public sealed class MetricsTests
{
    private const string Name = "room of a person whose name is nobody's business";
    private static readonly GroupName Room = Name;

    [Fact]
    public async Task Instruments_AfterProcessGroupsWereUsed_SayWhatHappened()
    {
        await using var cluster = await DiagnosticsCluster.StartAsync(
            2, static options => options.ProcessGroups.MaxQueuedPayloads = 1);
        var (left, right) = (cluster.Silos[0], cluster.Silos[1]);
        using var metrics = DiagnosticsCluster.Collect(left);
        var blocked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var isCalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var here = left.CreateMember("here");
        var ending = left.CreateMember("ending");
        var busy = left.CreateMember("busy", async _ =>
        {
            isCalled.TrySetResult();
            await blocked.Task;
        });
        var there = right.CreateMember("there");
        var groups = left.GetProcessGroups();
        await groups.JoinAsync([Room, "hall"], [here.Id, ending.Id]);
        await groups.JoinAsync(Room, busy.Id);
        await groups.LeaveAsync("hall", here.Id);
        await right.GetProcessGroups().JoinAsync(Room, there.Id);
        ending.End();
        await cluster.Fixture.WaitForConvergenceAsync(TestContext.Current.CancellationToken);
        await cluster.CompareAsync();
        await groups.SendAsync(here.Id, new byte[1]);
        await groups.SendAsync(there.Id, new byte[1]);
        await groups.SendAsync(ending.Id, new byte[1]);
        await groups.SendAsync(busy.Id, new byte[1]);
        await isCalled.Task;
        await groups.SendAsync(busy.Id, new byte[1]);
        await groups.SendAsync(busy.Id, new byte[1]);
        await groups.PublishAsync(Room, new byte[1]);
        await using var monitor = await groups.MonitorScopeAsync();
        metrics.Observe();
        blocked.SetResult();

        var scope = ("scope", "default");
        Assert.Equal(2, metrics.Sum("members"));
        Assert.Equal(3, metrics.Sum("scope.memberships", scope));
        Assert.Equal(1, metrics.Sum("scope.groups", scope));
        Assert.Equal(1, metrics.Sum("scope.local_groups", scope));
        Assert.Equal(2, metrics.Sum("scope.local_members", scope));
        Assert.Equal(1, metrics.Sum("scope.monitors", scope));
        Assert.Equal(5, metrics.Sum("scope.joins", scope));
        Assert.Equal(1, metrics.Sum("scope.leaves", scope));
        Assert.Equal(1, metrics.Sum("scope.members_ended", scope));
        Assert.Equal(1, metrics.Sum("scope.peers", scope, ("state", "InSync")));
        Assert.Equal(0, metrics.Sum("scope.peers", scope, ("state", "NotConnected")));
        Assert.InRange(metrics.Sum("scope.agreement_age", scope), 0, 20);
        Assert.InRange(metrics.Sum("scope.snapshots_sent", scope), 1, 2);
        Assert.InRange(metrics.Sum("scope.snapshots_received", scope), 1, 2);
        Assert.Equal(0, metrics.Sum("scope.disagreements", scope));
        Assert.Equal(0, metrics.Sum("scope.faults", scope));
        Assert.Equal(4, metrics.Sum("payloads.sent", scope, ("outcome", "Delivered")));
        Assert.Equal(1, metrics.Sum("payloads.sent", scope, ("outcome", "Gone")));
        Assert.Equal(1, metrics.Sum("payloads.sent", scope, ("outcome", "Overloaded")));
        Assert.Equal(1, metrics.Sum("payloads.published", scope));
        Assert.Equal(1, metrics.Sum("payloads.missed"));
        AssertTagsAreFew(metrics);
    }

    [Fact]
    public async Task Instruments_AfterARingWasUsed_SayWhatHappened()
    {
        await using var cluster = await DiagnosticsCluster.StartAsync(2);
        var (left, right) = (cluster.Silos[0], cluster.Silos[1]);
        using var metrics = DiagnosticsCluster.Collect(left);
        var mine = await left.Multicast.JoinAsync(Room, new RingListener(static message =>
            message.Number == 1 ? throw new InvalidOperationException("the first") : default));
        var other = await right.Multicast.JoinAsync(Room, new RingListener());
        for (var message = 0; message < 9; message++)
        {
            (await mine.BroadcastAsync(new byte[100])).ThrowIfNotOk();
        }

        (await mine.ConfirmedBroadcastAsync(new byte[100], ConfirmLevel.ProcessedByAll)).ThrowIfNotOk();
        await cluster.Fixture.DrainAsync(TestContext.Current.CancellationToken);
        metrics.Observe();

        Assert.Equal(1, metrics.Sum("ring.members", ("phase", "Member")));
        Assert.Equal(1, metrics.Sum("ring.groups"));
        Assert.Equal(10, metrics.Sum("ring.published"));
        Assert.Equal(10, metrics.Sum("ring.delivered"));
        foreach (var level in new[] { "pending_bytes", "unprocessed_bytes", "queued_calls", "queued_bytes" })
        {
            Assert.Equal(0, metrics.Sum($"ring.{level}"));
        }

        Assert.Equal(1, metrics.Sum("ring.confirms", ("level", "ProcessedByAll"), ("outcome", "Ok")));
        Assert.InRange(Assert.Single(metrics.Find("ring.confirm_time")), 0.000_001, 30);
        Assert.Equal(1, metrics.Sum("ring.joined"));
        Assert.InRange(metrics.Sum("ring.views"), 2, 4);
        Assert.Equal(1, metrics.Sum("ring.handler_failures"));
        Assert.InRange(metrics.Sum("record.requests", ("operation", "Create"), ("outcome", "Applied")), 1, 1);
        Assert.InRange(metrics.Sum("record.requests", ("operation", "Read"), ("outcome", "Ok")), 1, 20);
        Assert.All(metrics.Find("record.time"), static time => Assert.InRange(time, 0.000_001, 30));

        await mine.LeaveAsync();
        Assert.False((await mine.BroadcastAsync(new byte[1])).IsOk);
        Assert.False((await mine.ConfirmedBroadcastAsync(new byte[1])).IsOk);
        metrics.Observe();

        Assert.Equal(1, metrics.Sum("ring.ended", ("reason", "Left")));
        Assert.Equal(1, metrics.Sum("ring.refused", ("reason", "Terminated")));
        Assert.Equal(1, metrics.Sum("ring.confirms", ("outcome", "Failed"), ("reason", "Terminated")));
        Assert.Equal(0, metrics.Sum("ring.members"));
        Assert.Equal(10, metrics.Sum("ring.published")); // Of those that are gone, too.
        Assert.Equal(10, metrics.Sum("ring.delivered"));
        Assert.Equal(MulticastPhase.Member, other.GetStatus().Phase);
        AssertTagsAreFew(metrics);
    }

    [Fact]
    public async Task Instruments_WhileALinkIsCutAndGivenUp_SayWhatHappened()
    {
        await using var cluster = await DiagnosticsCluster.StartAsync(2);
        var (left, right) = (cluster.Silos[0], cluster.Silos[1]);
        using var metrics = DiagnosticsCluster.Collect(left);
        var place = await left.Multicast.JoinAsync(Room, new RingListener());
        await cluster.Fixture.CutAsync(left, right);
        await left.GetProcessGroups().JoinAsync(Room, left.CreateMember("m").Id);
        await cluster.Logs.SeesAsync(2012); // After some retries.
        metrics.Observe();

        Assert.InRange(metrics.Sum("link.retries"), 5, 1_000_000);
        Assert.Equal(1, metrics.Sum("link.silos"));
        Assert.Equal(1, metrics.Sum("link.sessions"));
        Assert.Equal(1, metrics.Sum("link.unanswered"));
        Assert.InRange(metrics.Sum("link.queued_bytes"), 1, 100_000);
        Assert.InRange(metrics.Sum("link.batches"), 6, 1_000_000);
        Assert.InRange(metrics.Sum("link.bytes"), 6, 100_000_000);
        Assert.Equal(0, metrics.Sum("link.unconsumed_bytes"));

        await cluster.Fixture.DeclareDownAsync(left, right);
        await cluster.Fixture.HealAsync(left, right);
        await cluster.Fixture.WaitForConvergenceAsync(TestContext.Current.CancellationToken);
        metrics.Observe();

        Assert.Equal(1, metrics.Sum("link.sessions_ended", ("reason", "GivenUp")));
        Assert.Equal(1, metrics.Sum("link.sessions_begun"));
        Assert.Equal(1, metrics.Sum("link.sessions"));
        Assert.Equal(0, metrics.Sum("link.unanswered"));
        Assert.Equal(MulticastPhase.Member, place.GetStatus().Phase);
        AssertTagsAreFew(metrics);
    }

    [Fact]
    public async Task Instruments_ThatCountWhatHardlyHappens_Count()
    {
        await using var cluster = await DiagnosticsCluster.StartAsync(1);
        using var metrics = DiagnosticsCluster.Collect(cluster.Silos[0]);
        var instruments = cluster.Silos[0].Handle.ServiceProvider.GetRequiredService<GroupsInstruments>();

        instruments.Published("default", notConnected: 3);
        instruments.RingJoinFailed(JoinFailure.InserterLost);
        instruments.Links.Dropped(LinkTrace.Duplicate);
        instruments.Links.Refused();
        instruments.Records.Edited(
            new RecordEdit.Erase(default, Guid.Empty, 0, []), verdict: null, TimeSpan.FromSeconds(1));
        instruments.Records.Conflicted();

        Assert.Equal(3, metrics.Sum("payloads.silos_left_out", ("scope", "default")));
        Assert.Equal(1, metrics.Sum("ring.join_failures", ("reason", "InserterLost")));
        Assert.Equal(1, metrics.Sum("link.dropped", ("kind", "Duplicate")));
        Assert.Equal(1, metrics.Sum("link.refused"));
        Assert.Equal(1, metrics.Sum("record.requests", ("operation", "Erase"), ("outcome", "Failed")));
        Assert.Equal(1, metrics.Sum("record.conflicts"));
    }

    [Fact]
    public async Task Instruments_AreAllOnTheOperationsPage_WithTheirUnits()
    {
        await using var cluster = await DiagnosticsCluster.StartAsync(1);
        using var metrics = DiagnosticsCluster.Collect(cluster.Silos[0]);
        var page = OperationsPage.Read().ReplaceLineEndings("\n").Split('\n');
        var listed = page
            .Where(static line => line.StartsWith("| `", StringComparison.Ordinal) && line.Count(c => c == '|') == 6)
            .Select(static line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(static cells => $"{GroupsInstruments.Name(cells[1].Trim('`'))} [{cells[2]}]");
        var published = metrics.Instruments.Values
            .Select(static instrument => $"{instrument.Name} [{instrument.Unit}]");

        Assert.Equal(published.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
        Assert.All(metrics.Instruments.Values, static instrument => Assert.NotEmpty(instrument.Description!));
    }

    [Fact]
    public async Task Tallies_OfARecordInContention_CountEachWriteThatLost()
    {
        var storage = new TestRecordStorage();
        await using var cluster = await DiagnosticsCluster.StartAsync(1);
        using var metrics = DiagnosticsCluster.Collect(cluster.Silos[0]);
        var instruments = cluster.Silos[0].Handle.ServiceProvider.GetRequiredService<GroupsInstruments>();
        var keeper = new RecordKeeper(NewCell(), instruments.Records);
        var rival = new RecordKeeper(NewCell());
        storage.BeforeNextWrite(async () => await rival.EditAsync(RecordEdits.Found(Room, RecordEdits.NewMember("r"))));

        await keeper.EditAsync(RecordEdits.Found(Room, RecordEdits.NewMember()));

        Assert.Equal(1, metrics.Sum("record.conflicts"));

        StoredRecordCell NewCell() => new(Room, new StorageState(storage, Room));
    }

    /// <summary>No group, member, silo or number may become a tag: there may be any number of them.</summary>
    private static void AssertTagsAreFew(CollectedMetrics metrics)
    {
        string[] keys = ["scope", "outcome", "reason", "level", "kind", "state", "phase", "operation"];
        foreach (var (name, _, tags) in metrics.Values)
        {
            Assert.All(tags, tag =>
            {
                Assert.Contains(tag.Key, keys);
                Assert.True(
                    tag.Key == "scope" ? tag.Value == "default" : tag.Value.All(char.IsAsciiLetter),
                    $"{name} has the tag {tag.Key}={tag.Value}.");
            });
        }
    }
}
