namespace Orleans.Groups.Tests;

/// <summary>
/// Rule P6, on worlds drawn from a seed: a client that goes from silo to silo over an unreliable network is listed as
/// often as it has joined, on every silo, and is never missing where it goes. Without a part of the rule it is not.
/// </summary>
public sealed class LeaseRuleTests
{
    private const int Silos = 3;
    private const int Moves = 12;

    private static readonly GroupName[] Groups = ["red", "green", "blue"];

    public static TheoryData<int> Seeds => [1, 2, 3, 4, 5, 6];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Client_GoingFromSiloToSilo_IsListedOnce(int seed) =>
        Assert.Equal("", await FindProblemAsync(seed, LeaseRule.None) ?? "");

    [Theory]
    [InlineData(LeaseRule.JoinsBeforeItLeaves)]
    [InlineData(LeaseRule.EndsTheSessionBefore)]
    [InlineData(LeaseRule.RegistersByNumber)]
    public async Task RuleP6_WithoutOneOfItsParts_IsSeenToBreak(LeaseRule missing)
    {
        foreach (int seed in Seeds)
        {
            if (await FindProblemAsync(seed, missing) is not null)
            {
                return;
            }
        }

        Assert.Fail($"No seed notices that {missing} is missing.");
    }

    /// <summary>What is wrong first in a world; <see langword="null"/>: nothing.</summary>
    private static async Task<string?> FindProblemAsync(int seed, LeaseRule missing)
    {
        try
        {
            return await RunAsync(seed, missing);
        }
        catch (ArgumentException exception)
        {
            return $"seed {seed}: a silo refused what the client had to do: {exception.Message}";
        }
    }

    private static async Task<string?> RunAsync(int seed, LeaseRule missing)
    {
        await using var loopback = new Loopback(Silos);
        var transport = new RulelessTransport(loopback, seed, missing);
        var client = await loopback.ConnectAsync(transport);
        var random = new Random(seed);
        var members = new List<IGroupMember>();
        for (var index = 0; index < 3; index++)
        {
            members.Add(await client.CreateMemberAsync($"m{index}").LimitAsync("the member is made"));
        }

        Dictionary<(GroupName Group, int Member), int> expected = [];
        for (var move = 0; move < Moves; move++)
        {
            for (var change = 0; change < 4; change++)
            {
                await ChangeAsync(client, members, expected, random);
            }

            await loopback.DrainAsync();
            var problem = Compare(loopback, members, expected)
                ?? await MoveAsync(loopback, client, transport, expected, random)
                ?? Compare(loopback, members, expected);
            if (problem is not null)
            {
                return $"seed {seed}, move {move}: {problem}";
            }
        }

        return null;
    }

    /// <summary>A join, or a leave that takes back one of them.</summary>
    private static async Task ChangeAsync(
        ClientGroups client,
        List<IGroupMember> members,
        Dictionary<(GroupName Group, int Member), int> expected,
        Random random)
    {
        var (group, index) = (Groups[random.Next(Groups.Length)], random.Next(members.Count));
        var count = expected.GetValueOrDefault((group, index));
        if (random.Next(3) > 0)
        {
            expected[(group, index)] = count + 1;
            await client.ProcessGroups.JoinAsync(group, members[index].Id).LimitAsync("it has joined");
        }
        else
        {
            expected[(group, index)] = Math.Max(0, count - 1);
            await client.ProcessGroups.LeaveAsync(group, members[index].Id).LimitAsync("it has left");
        }
    }

    /// <summary>Another silo serves the client, which at no time is missing there.</summary>
    private static async Task<string?> MoveAsync(
        Loopback loopback,
        ClientGroups client,
        RulelessTransport transport,
        Dictionary<(GroupName Group, int Member), int> expected,
        Random random)
    {
        var before = await client.Keeper.ReadyAsync(CancellationToken.None).LimitAsync("a silo serves the client");
        loopback.Gateway = random.Next(Silos);
        var groups = loopback.Nodes[loopback.Gateway].ProcessGroups;
        await using var monitor = await groups.MonitorScopeAsync();
        var opened = transport.Opened.Items.Count;
        if (random.Next(2) == 0)
        {
            before.TellStopping();
        }
        else
        {
            before.Lose(LossReason.Silent);
        }

        await transport.Opened.CountAsync(opened + 1); // Before that the session before is not given up.
        await client.Keeper.ReadyAsync(CancellationToken.None).LimitAsync("another session serves the client");
        await loopback.DrainAsync();

        var counts = Groups.ToDictionary(static group => group, group => monitor.Snapshot.GetMembers(group).Length);
        while (monitor.TryRead(out var change))
        {
            counts[change!.Group] += change.Kind == MembershipChangeKind.Joined
                ? change.Members.Length
                : -change.Members.Length;
            var least = expected.Where(pair => pair.Key.Group == change.Group).Sum(static pair => pair.Value);
            if (counts[change.Group] < least)
            {
                return $"{change.Group} had {counts[change.Group]} members of {least} while the client moved";
            }
        }

        return null;
    }

    /// <summary>Every silo lists exactly what the client has joined.</summary>
    private static string? Compare(
        Loopback loopback,
        List<IGroupMember> members,
        Dictionary<(GroupName Group, int Member), int> expected)
    {
        foreach (var group in Groups)
        {
            var joined = members.SelectMany((member, index) =>
                Enumerable.Repeat(member.Id, expected.GetValueOrDefault((group, index)))).Order().ToList();
            foreach (var node in loopback.Nodes)
            {
                var listed = node.ProcessGroups.GetMembers(group).Order().ToList();
                if (!listed.SequenceEqual(joined))
                {
                    return $"{node.Id} lists [{string.Join(", ", listed)}] in {group}, which was joined by "
                        + $"[{string.Join(", ", joined)}]";
                }
            }
        }

        return null;
    }
}
