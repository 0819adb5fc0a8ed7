using System.Text.Json;
using Orleans.Groups.ClientProgram;

namespace Orleans.Groups.Programs.Tests;

/// <summary>The commands of the client that look at a cluster, and its arguments.</summary>
public sealed class ClientCommandTests : IAsyncLifetime
{
    private readonly InMemoryPrograms _cluster = new("a", "b");

    [Fact]
    public async Task Scopes_AreListedInOrder()
    {
        Assert.Equal(["scope", "default", "zebra"], await RunAsync("scopes"));
        Assert.Equal(["""{"scope":"default"}""", """{"scope":"zebra"}"""], await RunAsync("scopes", "--json"));
    }

    [Fact]
    public async Task Groups_AreListedWithTheirSize()
    {
        await JoinAsync("tea", "ann", "bob");
        await JoinAsync("coffee", "cid");

        Assert.Equal(
            ["group   members  nodes", "coffee        1      1", "tea           2      1"],
            await RunAsync("groups"));
        Assert.Equal("""{"group":"coffee","members":1,"nodes":1}""", (await RunAsync("groups", "--json"))[0]);
    }

    [Fact]
    public async Task Members_AreListed_AlsoOfAnotherScope()
    {
        await JoinAsync("tea", "ann");

        var lines = await RunAsync("members", "tea");
        Assert.Equal(2, lines.Count);
        Assert.StartsWith("ann", lines[1], StringComparison.Ordinal);
        Assert.Single(await RunAsync("members", "tea", "--scope", "other"));
        Assert.Empty(await RunAsync("members", "nobody", "--json"));
    }

    [Fact]
    public async Task Watch_ShowsTheSnapshotThenEachChange()
    {
        var ann = _cluster["a"].CreateMember("ann");
        await _cluster["a"].ProcessGroups.JoinAsync("tea", ann.Id);
        await using var watch = new ProgramRun(_cluster, "watch", "tea", "--json");
        var snapshot = Json(await watch.ReadAsync());
        Assert.Equal("snapshot", snapshot.GetProperty("event").GetString());
        Assert.Equal("tea", snapshot.GetProperty("groups")[0].GetProperty("group").GetString());

        var bob = _cluster["a"].CreateMember("bob");
        await _cluster["a"].ProcessGroups.JoinAsync("tea", bob.Id);
        var joined = Json(await watch.ReadAsync());
        Assert.Equal("joined", joined.GetProperty("event").GetString());
        Assert.Equal("bob", joined.GetProperty("members")[0].GetProperty("name").GetString());
        ann.End();
        var left = Json(await watch.ReadAsync());
        Assert.Equal("left", left.GetProperty("event").GetString());
        Assert.Equal("ended", left.GetProperty("reason").GetString());
        watch.Interrupt();
        Assert.Equal(ClientExitCode.Done, await watch.ExitCode);
    }

    [Fact]
    public async Task Join_ShowsWhatIsSentAndLeavesInTheEnd()
    {
        await using var join = new ProgramRun(_cluster, "join", "tea", "--name", "zoe");
        Assert.StartsWith("joined tea as zoe#", await join.ReadAsync(), StringComparison.Ordinal);
        var groups = _cluster["a"].ProcessGroups;
        await groups.PublishAsync("tea", "hello"u8.ToArray());
        Assert.Equal("hello", await join.ReadAsync());
        join.Interrupt();

        Assert.Equal(ClientExitCode.Done, await join.ExitCode);
        Assert.Equal("left tea", await join.ReadAsync());
        Assert.Empty(groups.GetMembers("tea"));
    }

    [Fact]
    public async Task Ring_ShowsMembersInRingOrderWithNeighbours()
    {
        var first = await _cluster["a"].Multicast.JoinAsync("r", new Nothing(), Named("ann"));
        var second = await _cluster["b"].Multicast.JoinAsync("r", new Nothing(), Named("bob"));
        (await first.ConfirmedBroadcastAsync("x"u8.ToArray(), ConfirmLevel.ProcessedByAll)).ThrowIfNotOk();
        _cluster.Rings.AddRange([first, second]);

        await using var run = new ProgramRun(_cluster, "ring", "r", "--json");
        var ring = Json(await run.ReadAsync());
        Assert.Contains("10.0.0.9:11111@5 does not answer", run.Error, StringComparison.Ordinal);
        Assert.Equal("r", ring.GetProperty("group").GetString());
        Assert.Equal(first.GetStatus().ViewVersion, ring.GetProperty("viewVersion").GetInt64());
        var members = ring.GetProperty("members").EnumerateArray().ToList();
        Assert.Equal(
            first.GetStatus().Members.Select(member => member.Id.Name),
            members.Select(member => member.GetProperty("member").GetProperty("name").GetString()));
        Assert.Equal("bob", members[0].GetProperty("right").GetProperty("name").GetString());
        Assert.Equal("bob", members[0].GetProperty("left").GetProperty("name").GetString());
        Assert.Equal(1, members[0].GetProperty("published").GetInt64());

        var table = await RunAsync("ring", "r");
        Assert.StartsWith("r: view ", table[0], StringComparison.Ordinal);
        Assert.Contains("2 alive, 0 dead", table[0], StringComparison.Ordinal);
        Assert.Equal(4, table.Count);
    }

    [Fact]
    public async Task Ring_NobodyIsIn_Fails()
    {
        await using var run = new ProgramRun(_cluster, "ring", "r");

        Assert.Equal(ClientExitCode.Failed, await run.ExitCode);
    }

    [Fact]
    public async Task Bench_Short_MeasuresEverything()
    {
        var lines = await RunAsync("bench", "--seconds", "0.1", "--json");

        Assert.Equal(5, lines.Count);
        Assert.All(lines, line => Assert.True(Json(line).GetProperty("count").GetInt64() > 0));
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("members")]
    [InlineData("members", "a", "b")]
    [InlineData("members", "a\u0001b")]
    [InlineData("groups", "--scope", "")]
    [InlineData("tail", "g", "--places", "0")]
    [InlineData("tail", "g", "--lines", "0")]
    [InlineData("broadcast", "g", "--patience", "no")]
    [InlineData("broadcast", "g", "--max-payload", "7")]
    [InlineData("join", "g", "--name", "")]
    public async Task Arguments_ThatAreWrong_AreRefusedInOneLine(params string[] arguments)
    {
        await using var run = new ProgramRun(_cluster, arguments);

        Assert.Equal(ClientExitCode.Refused, await run.ExitCode);
        Assert.Empty(await run.ReadToEndAsync());
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("client: ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("tail", "--help")]
    [InlineData("--version")]
    public async Task Help_NeedsNoCluster(params string[] arguments)
    {
        await using var run = new ProgramRun(null!, arguments);

        Assert.NotEmpty(await run.ReadToEndAsync());
        Assert.Equal(ClientExitCode.Done, await run.ExitCode);
    }

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _cluster.EndAsync();

    private static JsonElement Json(string? line) => JsonDocument.Parse(line!).RootElement;

    private static MulticastJoinOptions Named(string name) => new() { MemberName = name };

    private async Task<List<string>> RunAsync(params string[] arguments)
    {
        await using var run = new ProgramRun(_cluster, arguments);
        var lines = await run.ReadToEndAsync();
        Assert.Equal(ClientExitCode.Done, await run.ExitCode);
        return lines;
    }

    private async Task JoinAsync(GroupName group, params string[] names)
    {
        foreach (var name in names)
        {
            await _cluster["a"].ProcessGroups.JoinAsync(group, _cluster["a"].CreateMember(name).Id);
        }
    }

    private sealed class Nothing : IMulticastHandler
    {
        public ValueTask<HandlerReply> OnJoinedAsync(MulticastJoined joined) => default;

        public ValueTask<HandlerReply> OnMembersChangedAsync(MembersChanged change) => default;

        public ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message) => default;

        public ValueTask OnTerminatedAsync(MulticastTermination termination) => default;
    }
}
