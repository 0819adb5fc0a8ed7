using System.Collections.Concurrent;

namespace Orleans.Groups.Conformance;

/// <summary>
/// ★ soak and ★ gm_qc, bounded: random joins, leaves, messages, proofs, deaths and faults, drawn from a seed. Every
/// member is checked by <see cref="StreamChecker"/> all the time, and all survivors by <see cref="AgreementChecker"/>
/// at the end.
/// </summary>
public abstract class ChurnConformance<TEngine> : MulticastTest<TEngine>
    where TEngine : IGroupsEngine, new()
{
    private const int Steps = 80;
    private const int MaxAlive = 6;

    private static readonly string[] Names = ["a", "b", "c", "d"];

    private readonly ConcurrentQueue<ChurnMember> _members = [];
    private readonly List<Task> _background = [];
    private readonly Dictionary<string, INodeFixture> _nodes = [];

    // ★ soak: no duplicate, no gap, nothing before birth or after death; ★ gm_qc; GD8: without crashes nothing at all
    // is lost.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public Task Churn_WithoutCrashes_LosesNothing(int seed) => RunAsync(seed, kills: false, faults: false);

    // ★ soak with deaths: agreement among survivors; GD2, GD3, GD4.
    [Theory]
    [Needs(FixtureCapabilities.KillNode)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public Task Churn_WithKilledNodes_SurvivorsAgree(int seed) => RunAsync(seed, kills: true, faults: false);

    // … and with a record store that is late, forgets its answers, or loses the record. R3, R6.
    [Theory]
    [Needs(FixtureCapabilities.KillNode | FixtureCapabilities.RecordFaults)]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    [InlineData(24)]
    public Task Churn_WithKilledNodesAndRecordFaults_SurvivorsAgree(int seed) =>
        RunAsync(seed, kills: true, faults: true);

    private async Task RunAsync(int seed, bool kills, bool faults)
    {
        var random = new Random(seed);
        foreach (var node in await StartAsync(Names))
        {
            _nodes[node.Name] = node;
        }

        await JoinOneAsync(_nodes["a"]);
        for (var step = 0; step < Steps; step++)
        {
            await StepAsync(random, kills, faults);
        }

        await Task.WhenAll(_background).WithinAsync("all that was begun has ended");
        foreach (var member in _members)
        {
            await member.SettleAsync();
        }

        await CheckAsync(faults);
    }

    private async Task StepAsync(Random random, bool kills, bool faults)
    {
        var alive = _members.Where(static member => member.IsSurvivor).ToArray();
        var choice = random.Next(100);
        if (alive.Length == 0 || (choice < 12 && alive.Length < MaxAlive))
        {
            await BeginAsync(random, JoinOneAsync(_nodes[Names[random.Next(Names.Length)]]));
        }
        else if (choice < 70)
        {
            await PublishAsync(random, alive[random.Next(alive.Length)]);
        }
        else if (choice < 80)
        {
            var leaver = alive[random.Next(alive.Length)];
            leaver.Leaving = leaver.Member.LeaveAsync();
            await BeginAsync(random, IgnoreOfKilledAsync(leaver, leaver.Leaving));
        }
        else if (choice < 86 && kills)
        {
            await RestartAsync(Names[random.Next(Names.Length)]);
        }
        else if (choice < 92 && faults)
        {
            await FaultAsync(random);
        }
        else
        {
            await Task.Yield();
        }
    }

    private async Task PublishAsync(Random random, ChurnMember member)
    {
        var count = random.Next(1, 12);
        for (var index = 0; index < count; index++)
        {
            ConfirmLevel? level = random.Next(6) switch
            {
                0 => ConfirmLevel.ReceivedByAll,
                1 => ConfirmLevel.ProcessedByAll,
                _ => null,
            };
            var outcome = member.Publish(random.Next(12, 2000), level);
            if (random.Next(8) == 0)
            {
                await Task.WhenAny(outcome)
                    .WithinAsync($"a message of {member.Member.Id} is answered", member.Member.DescribeStatus);
            }
        }
    }

    private async Task JoinOneAsync(INodeFixture node)
    {
        try
        {
            var member = new ChurnMember(await JoinAsync(node, $"{node.Name}{_members.Count}"));
            _members.Enqueue(member);
            member.IsKilled |= !node.IsAlive;
        }
        catch (Exception failure) when (!node.IsAlive && failure is not Xunit.Sdk.XunitException)
        {
            // Its node was killed meanwhile.
        }
    }

    private async Task RestartAsync(string name)
    {
        var node = _nodes[name];
        MarkKilled(node);
        await Fixture.KillNodeAsync(node);
        MarkKilled(node);
        _nodes[name] = await AddNodeAsync(name);
    }

    private void MarkKilled(INodeFixture node)
    {
        foreach (var member in _members.Where(member => member.Member.Node == node))
        {
            member.IsKilled = true;
        }
    }

    private async Task FaultAsync(Random random)
    {
        switch (random.Next(3))
        {
            case 0:
                await Fixture.Records.LoseRepliesAsync(random.Next(1, 3));
                break;
            case 1:
                await Fixture.Records.LoseRecordAsync(Ring);
                break;
            default:
                await Fixture.Records.HoldAsync();
                await Task.Yield();
                await Fixture.Records.ReleaseAsync();
                break;
        }
    }

    /// <summary>Waits for it now, or at the end of the run.</summary>
    private async Task BeginAsync(Random random, Task task)
    {
        _background.Add(task);
        if (random.Next(2) == 0)
        {
            await task;
        }
    }

    private static async Task IgnoreOfKilledAsync(ChurnMember member, Task task)
    {
        try
        {
            await task;
        }
        catch (Exception failure) when (member.IsKilled && failure is not Xunit.Sdk.XunitException)
        {
            // Nobody promises anything to the callers of a killed node, except an end.
        }
    }

    private async Task CheckAsync(bool faults)
    {
        // A newcomer at the end: whatever happened, the ring takes it in, and nobody is left out.
        await JoinOneAsync(_nodes["a"]);
        Assert.All(_members, member => Assert.True(
            faults || member.IsSurvivor || member.IsKilled || member.Leaving is not null,
            $"{member.Member.Id} has ended and nobody told it to."));
        var survivors = _members.Where(static member => member.IsSurvivor).ToArray();
        RingMember[] ring = [.. survivors.Select(static survivor => survivor.Member)];
        await AssertSettledAsync(ring);
        await AgreementChecker.CheckAsync(_members);
        foreach (var survivor in survivors)
        {
            Assert.Equal(
                BroadcastOutcome.Ok,
                await survivor.Publish(100, ConfirmLevel.ProcessedByAll).WithinAsync("it is proved"));
        }

        await AgreementChecker.CheckAsync(_members);
        await Task.WhenAll(ring.Select(static member => member.LeaveAsync()));
        await DrainAsync();
        Assert.All(ring, static member => Assert.Equal(MulticastPhase.Terminated, member.Status.Phase));
    }
}
