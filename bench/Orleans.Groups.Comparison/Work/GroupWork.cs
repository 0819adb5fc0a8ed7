using System.Text.Json.Nodes;

namespace Orleans.Groups.Comparison;

/// <summary>One node's part in the measurements of process groups.</summary>
internal sealed class GroupWork(IBenchNode node)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);
    private readonly List<IGroupMember> _members = [];

    /// <summary>Begins to run a scope, which makes it look for its peers.</summary>
    /// <returns>When it began.</returns>
    internal JsonNode OpenScope(string scope)
    {
        var start = Clock.Now;
        _ = node.GetScope(scope).GroupCount;
        return start;
    }

    /// <summary>Makes members and has each join a group.</summary>
    internal async Task<JsonNode?> JoinMembersAsync(string scope, string group, int count)
    {
        var groups = node.GetScope(scope);
        await groups.JoinAsync([group], [.. (await CreateAsync(count)).Select(member => member.Id)]);
        return null;
    }

    /// <summary>Completes when this node sees so many members in a group.</summary>
    /// <returns>When that was.</returns>
    internal async Task<JsonNode?> WaitForMembersAsync(string scope, string group, int count)
    {
        var groups = node.GetScope(scope);
        return await PollAsync(() => groups.CountMembers(group) == count);
    }

    /// <summary>Completes when this node sees so many groups.</summary>
    /// <returns>When that was.</returns>
    internal async Task<JsonNode?> WaitForGroupsAsync(string scope, int count)
    {
        var groups = node.GetScope(scope);
        return await PollAsync(() => groups.GroupCount == count);
    }

    /// <summary>Reads the members of a group by its name, and tells what one read takes.</summary>
    internal JsonNode ReadByName(string scope, string group, int count)
    {
        var groups = node.GetScope(scope);
        var name = new GroupName(group);
        return MeasureReads(count, () =>
        {
            var sum = 0L;
            for (var read = 0; read < count; read++)
            {
                sum += groups.GetMembers(name).Length;
            }

            return sum;
        });
    }

    /// <summary>The same with a handle to the group.</summary>
    internal JsonNode ReadByHandle(string scope, string group, int count)
    {
        var handle = node.GetScope(scope)[group];
        return MeasureReads(count, () =>
        {
            var sum = 0L;
            for (var read = 0; read < count; read++)
            {
                sum += handle.Members.Length;
            }

            return sum;
        });
    }

    /// <summary>One member joins and leaves a group; each call is waited for.</summary>
    /// <returns>Nanoseconds of one join or leave.</returns>
    internal async Task<JsonNode?> JoinAndLeaveAsync(string scope, int count)
    {
        var groups = node.GetScope(scope);
        var group = new GroupName("room");
        var member = (await CreateAsync(1))[0].Id;
        var start = Clock.Now;
        for (var turn = 0; turn < count; turn++)
        {
            await groups.JoinAsync(group, member);
            await groups.LeaveAsync(group, member);
        }

        return (Clock.Now - start) / (2.0 * count);
    }

    /// <summary>Members join one group, one after the other.</summary>
    /// <returns>Nanoseconds of one join.</returns>
    internal async Task<JsonNode?> JoinOneGroupAsync(string scope, int count)
    {
        var groups = node.GetScope(scope);
        var group = new GroupName("room");
        var members = await CreateAsync(count);
        var start = Clock.Now;
        foreach (var member in members)
        {
            await groups.JoinAsync(group, member.Id);
        }

        return (Clock.Now - start) / (double)count;
    }

    /// <summary>One member joins many groups, one after the other.</summary>
    /// <returns>When it began, and when its own last join was done.</returns>
    internal async Task<JsonNode?> JoinManyGroupsAsync(string scope, int count)
    {
        var groups = node.GetScope(scope);
        var names = Enumerable.Range(0, count).Select(index => new GroupName($"group-{index}")).ToArray();
        var member = (await CreateAsync(1))[0].Id;
        var start = Clock.Now;
        foreach (var name in names)
        {
            await groups.JoinAsync(name, member);
        }

        return new JsonObject { ["start"] = start, ["end"] = Clock.Now };
    }

    /// <summary>All members of one group end.</summary>
    /// <returns>Nanoseconds from the first notice until this node sees none of them.</returns>
    internal async Task<JsonNode?> EndAllOfOneGroupAsync(string scope, int count)
    {
        var groups = node.GetScope(scope);
        var members = await CreateAsync(count);
        _members.Clear();
        await groups.JoinAsync(["room"], [.. members.Select(member => member.Id)]);
        var start = Clock.Now;
        foreach (var member in members)
        {
            member.End();
        }

        return await PollAsync(() => groups.CountMembers("room") == 0) - start;
    }

    /// <summary>Fills a scope: each group has so many members, out of a thousand times as many.</summary>
    /// <returns>Nanoseconds of it, and the bytes that this process holds more than before.</returns>
    internal async Task<JsonNode?> FillAsync(string scope, int groups, int members)
    {
        var view = node.GetScope(scope);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var names = Enumerable.Range(0, groups).Select(index => new GroupName($"group-{index}")).ToArray();
        var owners = await CreateAsync(Math.Min(members * 1_000, groups * members));
        var ids = owners.Select(member => member.Id).ToArray();
        var start = Clock.Now;
        for (var group = 0; group < groups; group++)
        {
            for (var member = 0; member < members; member++)
            {
                await view.JoinAsync(names[group], ids[((group * members) + member) % ids.Length]);
            }
        }

        var time = Clock.Now - start;
        return new JsonObject { ["time"] = time, ["bytes"] = GC.GetTotalMemory(forceFullCollection: true) - before };
    }

    /// <summary>Ends all members that were made here.</summary>
    internal async Task<JsonNode?> EndMembersAsync()
    {
        foreach (var member in _members)
        {
            await member.DisposeAsync();
        }

        _members.Clear();
        return null;
    }

    private static JsonObject MeasureReads(int count, Func<long> read)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var start = Clock.Now;
        var sum = read();
        var time = Clock.Now - start;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        return new JsonObject
        {
            ["time"] = time / (double)count,
            ["allocated"] = allocated / (double)count,
            ["members"] = sum / count,
        };
    }

    /// <summary>Looks once in a millisecond, as the Erlang side does: looking must not take a processor.</summary>
    private static async Task<long> PollAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(Pause);
        }

        return Clock.Now;
    }

    private async Task<List<IGroupMember>> CreateAsync(int count)
    {
        var made = new List<IGroupMember>(count);
        for (var index = 0; index < count; index++)
        {
            made.Add(await node.CreateMemberAsync($"member-{index}"));
        }

        _members.AddRange(made);
        return made;
    }
}
