using Orleans.Groups.Engine;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.InMemory.Tests;

/// <summary>Broken invariants: the machine is discarded and nothing else is harmed.</summary>
public sealed class FaultTests
{
    [Fact]
    public async Task Ring_InvariantBroken_MemberIsTakenOutAndTheRingGoesOn()
    {
        var log = new LogRecorder();
        await using var cluster = new InMemoryCluster(new InMemoryClusterOptions { LoggerFactory = log });
        var (a, b) = (cluster.AddNode("a"), cluster.AddNode("b"));
        var (near, far) = (new Recorder(), new Recorder());
        var broken = await a.JoinAsync(near);
        var other = await b.JoinAsync(far);
        await cluster.ConvergedAsync();
        var proof = broken.ProveAsync("settled").AsTask();
        Assert.True((await proof.Soon()).IsOk);
        a.Host.Rings.Find(broken.Self)!.Tell(RingInput.Start.Instance); // A second start is a bug of the host.

        var end = await broken.Completion.Soon();
        Assert.Equal(TerminationReason.Faulted, end.Reason);
        Assert.Contains("Invariant broken", end.Detail, StringComparison.Ordinal);
        await far.UntilToldAsync("deaths a");
        Assert.True((await other.ProveAsync("goes on", ConfirmLevel.ProcessedByAll).Soon()).IsOk);
        Assert.Equal("end Faulted", near.Told[^1]);
        Assert.Contains(log.Entries, static entry => entry.Id == 1301);
        Assert.Equal(Rings.Failed(BroadcastReason.Terminated), await broken.SayAsync("x"));
        await cluster.ConvergedAsync();
    }

    [Fact]
    public async Task Join_InvariantBroken_FailsAtOnceAndIsNotTriedAgain()
    {
        var log = new LogRecorder();
        await using var cluster = new InMemoryCluster(new InMemoryClusterOptions { LoggerFactory = log });
        var node = cluster.AddNode("a");
        cluster.RecordStore.Hold();
        var joining = node.Multicast.JoinAsync("ring", new Recorder());
        Assert.Single(node.Host.Rings.CopyAll()).Tell(RingInput.Start.Instance);
        var thrown = await Assert.ThrowsAsync<GroupException>(() => joining.Soon());
        Assert.Equal((GroupErrorCode.Faulted, false), (thrown.Code, thrown.IsTransient));
        Assert.Contains("ring", thrown.Message, StringComparison.Ordinal);
        Assert.IsType<InvariantViolationException>(thrown.InnerException);
        Assert.Single(log.Entries, static entry => entry.Id == 1301);
        Assert.Equal(0, node.Host.Rings.Count);
        cluster.RecordStore.Release();
        Assert.True((await (await node.JoinAsync(new Recorder())).ProveAsync("x").Soon()).IsOk);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Unsettled_FaultedOrKilled_CountsOnlyWhatSomebodyMayNotHaveProcessed(bool isFault)
    {
        await using var cluster = new InMemoryCluster();
        var node = cluster.AddNode("a");
        var gate = new Gate();
        var member = await node.JoinAsync(new Recorder());
        await cluster.AddNode("b").JoinAsync(new Recorder
        {
            WhenMessage = async message =>
            {
                await (message.Number > 5 ? gate.PassAsync() : Task.CompletedTask);
                return default;
            },
        });
        for (var number = 1; number <= 5; number++)
        {
            Assert.True((await member.ProveAsync(new string('x', number), ConfirmLevel.ProcessedByAll).Soon()).IsOk);
        }

        await cluster.DrainedAsync();
        Assert.Equal(0, member.GetStatus().UnprocessedBytes);
        for (var number = 1; number <= 3; number++)
        {
            await member.SayAsync("waits");
        }

        await gate.Reached;
        if (isFault)
        {
            node.Host.Rings.Find(member.Self)!.Tell(RingInput.Start.Instance);
        }
        else
        {
            cluster.KillNode(node);
        }

        Assert.Equal(3, (await member.Completion.Soon()).Unsettled);
        gate.Open();
    }

    [Fact]
    public async Task Scope_InvariantBroken_StartsAnewAndPeersForgetTheOldLife()
    {
        var log = new LogRecorder();
        await using var cluster = new InMemoryCluster(new InMemoryClusterOptions { LoggerFactory = log });
        var (a, b) = (cluster.AddNode("a"), cluster.AddNode("b"));
        var (local, remote) = (a.CreateMember("l"), b.CreateMember("r"));
        await a.ProcessGroups.JoinAsync("g", local.Id);
        await b.ProcessGroups.JoinAsync("g", remote.Id);
        await cluster.ConvergedAsync();
        await using var monitor = await a.ProcessGroups.MonitorScopeAsync();
        var life = ((ScopeFront)a.ProcessGroups).Life!;
        life.Tell(new ScopeInput.JoinOne(default, local.Id)); // A group without a name is a bug of the host.

        Assert.Equal(MonitorEndReason.ScopeStopped, await monitor.Completion.Soon());
        await cluster.ConvergedAsync();
        Assert.Contains(log.Entries, static entry => entry.Id == 1201);
        Assert.NotSame(life, ((ScopeFront)a.ProcessGroups).Life);
        Assert.Equal([remote.Id], a.ProcessGroups.GetMembers("g"));
        Assert.Equal([remote.Id], b.ProcessGroups.GetMembers("g"));
        await a.ProcessGroups.JoinAsync("g", local.Id);
        await cluster.ConvergedAsync();
        Assert.Equal(2, b.ProcessGroups.CountMembers("g"));
    }

    [Theory]
    [InlineData(HandlerFailurePolicy.Skip)]
    [InlineData(HandlerFailurePolicy.Stop)]
    public async Task Handler_Throws_IsTreatedByPolicyAndLoggedWithoutThePayload(HandlerFailurePolicy policy)
    {
        var log = new LogRecorder();
        await using var cluster = new InMemoryCluster(
            new InMemoryClusterOptions { LoggerFactory = log, Multicast = { OnHandlerFailure = policy } });
        var (bad, good) = (new Recorder(), new Recorder());
        bad.WhenMessage = static message => message.Number == 2
            ? throw new InvalidOperationException("This handler fails.")
            : default;
        var failing = await cluster.AddNode("a").JoinAsync(bad);
        var sender = await cluster.AddNode("b").JoinAsync(good);
        for (var number = 1; number <= 3; number++)
        {
            Assert.True((await sender.ProveAsync($"secret {number}", ConfirmLevel.ProcessedByAll).Soon()).IsOk);
        }

        await cluster.ConvergedAsync();
        Assert.Equal(3, good.Messages.Length);
        var failure = Assert.Single(log.Entries, static entry => entry.Id == 1302);
        Assert.Contains("OnMessageAsync", failure.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Text, StringComparison.Ordinal);
        if (policy == HandlerFailurePolicy.Skip)
        {
            Assert.Equal(["b: secret 1", "b: secret 3"], bad.Messages);
        }
        else
        {
            var end = await failing.Completion.Soon();
            Assert.Equal(TerminationReason.HandlerFailed, end.Reason);
            Assert.Contains("This handler fails.", end.Detail, StringComparison.Ordinal);
            Assert.Equal(["b: secret 1"], bad.Messages);
        }
    }

    [Fact]
    public async Task Handler_ThrowsInTheFirstAndTheLastCall_HarmsNothing()
    {
        await using var cluster = new InMemoryCluster();
        var handler = new Recorder
        {
            WhenJoined = static _ => throw new InvalidOperationException("This handler fails."),
            WhenTerminated = static _ => throw new InvalidOperationException("This handler fails."),
        };
        var member = await cluster.AddNode("a").JoinAsync(handler);
        Assert.True((await member.ProveAsync("x", ConfirmLevel.ProcessedByAll).Soon()).IsOk);
        Assert.Equal(TerminationReason.Left, (await member.LeaveAsync().Soon()).Reason);
    }

    [Fact]
    public async Task Handler_StopsOrBecomesAnother_InTheMiddleOfABatch()
    {
        await using var cluster = new InMemoryCluster();
        var gate = new Gate();
        var last = new Recorder();
        last.WhenMessage = static message => new(message.Number == 5 ? HandlerReply.Stop("enough") : HandlerReply.Ok);
        var first = new Recorder();
        first.WhenMessage = async message =>
        {
            await gate.PassAsync();
            return message.Number == 3 ? HandlerReply.Become(last) : HandlerReply.Ok;
        };
        var member = await cluster.AddNode("a").JoinAsync(first);
        for (var number = 1; number <= 10; number++)
        {
            await member.SayAsync($"{number}");
        }

        gate.Open();
        var end = await member.Completion.Soon();
        Assert.Equal((TerminationReason.HandlerStopped, "enough"), (end.Reason, end.Detail));
        Assert.Equal(["joined", "a: 1", "a: 2", "a: 3"], first.Told);
        Assert.Equal(["a: 4", "a: 5", "end HandlerStopped"], last.Told);
    }
}
