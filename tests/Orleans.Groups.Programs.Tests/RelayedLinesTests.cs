using Orleans.Groups.ClientProgram;

namespace Orleans.Groups.Programs.Tests;

/// <summary>broadcast and tail together, while nodes are killed.</summary>
public sealed class RelayedLinesTests : IAsyncLifetime
{
    private const int Lines = 3_000;
    private readonly InMemoryPrograms _cluster = new("a", "b", "c");

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    [InlineData("c")]
    public async Task BroadcastAndTwoTails_AnyOneNodeIsKilled_EveryLineOnceAndInOrder(string victim)
    {
        await using var first = await TailAsync();
        await using var second = await TailAsync();
        await using var broadcast = new ProgramRun(_cluster, "broadcast", "g", "--json", "--confirm");
        var seen = new[] { new List<string>(), new List<string>() };
        for (var number = 1; number <= Lines; number++)
        {
            await broadcast.WriteAsync($"line {number}\n");
            if (number == Lines / 3)
            {
                seen[0].Add((await first.ReadAsync())!);
                _cluster.Kill(victim);
            }
        }

        await broadcast.EndInputAsync();

        Assert.Equal(ClientExitCode.Done, await broadcast.ExitCode);
        seen[0].AddRange(await first.ReadToEndAsync());
        seen[1].AddRange(await second.ReadToEndAsync());
        var expected = Enumerable.Range(1, Lines).Select(number => $"line {number}").ToList();
        Assert.Equal(expected, seen[0]);
        Assert.Equal(expected, seen[1]);
        Assert.Equal(ClientExitCode.Done, await first.ExitCode);
        Assert.Equal(ClientExitCode.Done, await second.ExitCode);
    }

    [Fact]
    public async Task Broadcast_NodeOfItsMemberIsKilled_JoinsThroughAnotherAndSaysSo()
    {
        await using var broadcast = new ProgramRun(_cluster, "broadcast", "g", "--json", "--confirm");
        await broadcast.WriteAsync("one\n");
        Assert.Contains("confirmed", await broadcast.ReadAsync(), StringComparison.Ordinal);
        _cluster.Kill("a");
        await broadcast.WriteAsync("two\n");
        Assert.Contains("\"first\":2", await broadcast.ReadAsync(), StringComparison.Ordinal);
        await broadcast.EndInputAsync();

        Assert.Contains("\"lines\":2,\"rejoined\":1", await broadcast.ReadAsync(), StringComparison.Ordinal);
        Assert.Equal(ClientExitCode.Done, await broadcast.ExitCode);
        Assert.Equal(["a", "b"], _cluster.Used);
        Assert.Contains("joining again", broadcast.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broadcast_NobodyIsLeft_GivesUpAndSaysWhichLines()
    {
        await using var broadcast = new ProgramRun(
            _cluster, "broadcast", "g", "--json", "--confirm", "--patience", "0.5");
        await broadcast.WriteAsync("one\n");
        Assert.Contains("confirmed", await broadcast.ReadAsync(), StringComparison.Ordinal);
        foreach (var name in new[] { "a", "b", "c" })
        {
            _cluster.Kill(name);
        }

        await broadcast.WriteAsync("two\n");

        Assert.Equal(ClientExitCode.Failed, await broadcast.ExitCode);
        Assert.Contains("lines 2 to 2 are not known to have arrived", broadcast.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tail_NobodyIsThere_GivesUp()
    {
        foreach (var name in new[] { "a", "b", "c" })
        {
            _cluster.Kill(name);
        }

        await using var tail = new ProgramRun(_cluster, "tail", "g", "--patience", "0.5");

        Assert.Equal(ClientExitCode.Unavailable, await tail.ExitCode);
    }

    [Fact]
    public async Task Tail_TextOfOthers_IsShownAsItIs()
    {
        await using var tail = await TailAsync("--lines", "1");
        var ring = await _cluster["c"].Multicast.JoinAsync("g", new Silent());
        await ring.BroadcastAsync("hello"u8.ToArray());

        Assert.Equal("hello", await tail.ReadAsync());
        Assert.Equal(ClientExitCode.Done, await tail.ExitCode);
    }

    [Fact]
    public async Task Tail_RingIsShutDown_Ends()
    {
        await using var tail = await TailAsync();
        var ring = await _cluster["c"].Multicast.JoinAsync("g", new Silent());
        await ring.ShutDownGroupAsync();

        Assert.Equal(ClientExitCode.Done, await tail.ExitCode);
    }

    [Fact]
    public async Task Tail_Interrupted_LeavesTheRing()
    {
        var ring = await _cluster["c"].Multicast.JoinAsync("g", new Silent());
        await using var tail = await TailAsync();
        Assert.Equal(3, ring.GetStatus().Members.Length);
        tail.Interrupt();

        Assert.Equal(ClientExitCode.Done, await tail.ExitCode);
        await ring.ConfirmedBroadcastAsync("x"u8.ToArray());
        Assert.Single(ring.GetStatus().Members, member => member.IsAlive);
    }

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _cluster.EndAsync();

    /// <summary>A tail that listens through two nodes already.</summary>
    private async Task<ProgramRun> TailAsync(params string[] more)
    {
        string[] arguments = more.Length > 0 ? ["tail", "g", .. more] : ["tail", "g", "--lines", $"{Lines}"];
        var run = new ProgramRun(_cluster, arguments);
        await run.WaitForNoteAsync("listening to g");
        return run;
    }

    private sealed class Silent : IMulticastHandler
    {
        public ValueTask<HandlerReply> OnJoinedAsync(MulticastJoined joined) => default;

        public ValueTask<HandlerReply> OnMembersChangedAsync(MembersChanged change) => default;

        public ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message) => default;

        public ValueTask OnTerminatedAsync(MulticastTermination termination) => default;
    }
}
