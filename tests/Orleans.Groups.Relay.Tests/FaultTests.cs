namespace Orleans.Groups.Relay.Tests;

/// <summary>A ring that breaks its promises: the program must find out, say why, and end with 1.</summary>
public sealed class FaultTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_DuplicateDelivery_IsFound()
    {
        var run = await RunAsync("n2", m => m.Number == 7 ? [m, m] : [m]);

        AssertFails(run, "n2: message 7 of n1 was delivered, but 8 was due");
    }

    [Fact]
    public async Task Run_ReorderedDelivery_IsFound()
    {
        MulticastMessage? late = null;
        var run = await RunAsync("n2", message =>
        {
            if (message.From.Name == "n1" && message.Number == 7)
            {
                late = message;
                return [];
            }

            var first = late;
            late = null;
            return first is null ? [message] : [message, first.Value];
        });

        AssertFails(run, "n2: ");
    }

    [Fact]
    public async Task Run_ChangedText_IsFound()
    {
        var run = await RunAsync("n2", message =>
        {
            var payload = message.Payload.ToArray();
            payload[^1] ^= (byte)(message is { Number: 7, From.Name: "n1" } ? 1 : 0);
            return [message with { Payload = payload }];
        });

        AssertFails(run, "number 7 of n1");
    }

    [Fact]
    public async Task Run_LostDelivery_StallsAndIsExplained()
    {
        var run = await RunAsync("n3", m => m is { Number: 7, From.Name: "n1" } ? [] : [m], stallTimeout: "2");

        AssertFails(run, "nothing moved for 2 s");
        Assert.Contains(run.Output, line => line.StartsWith("violation: n3: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_MessageOfAnotherKind_IsFound()
    {
        var run = await RunAsync("n2", m => [m.Number == 7 ? m with { Payload = new byte[3] } : m]);

        AssertFails(run, "carries no line");
    }

    [Fact]
    public async Task Run_Interrupted_EndsCleanly()
    {
        using var interrupt = new CancellationTokenSource();
        var input = WriteInput();

        var run = await RelayProcess.RunAsync(
            ["--input", input, "-n", "3", "--out", _folder["out"]],
            (node, _) => new FaultyNode(node, message =>
            {
                interrupt.CancelAfter(0);
                return message.Number > 50 ? [] : [message];
            }),
            cancellationToken: interrupt.Token);

        Assert.Equal(RelayProgram.Interrupted, run.ExitCode);
        Assert.Equal(["relay: interrupted; the logs are complete as far as they got, unchecked"], run.Error);
        Assert.Equal(3, File.ReadLines(_folder["out/members.tsv"]).Count());
    }

    private static void AssertFails(RelayProcess run, string reason)
    {
        Assert.True(run.ExitCode == RelayProgram.Failed, run.All);
        Assert.True(run.Output.Any(l => l.StartsWith("violation: ", StringComparison.Ordinal)
            && l.Contains(reason, StringComparison.Ordinal)), run.All);
        Assert.StartsWith("relay: ", Assert.Single(run.Error), StringComparison.Ordinal);
        Assert.True(run.Json.GetProperty("violations").GetInt32() > 0);
    }

    private Task<RelayProcess> RunAsync(
        string name,
        Func<MulticastMessage, IEnumerable<MulticastMessage>> fault,
        string stallTimeout = "60") =>
        RelayProcess.RunAsync(
            ["--input", WriteInput(), "-n", "3", "--out", _folder["out"], "--json", "--stall-timeout", stallTimeout],
            (node, member) => member == name ? new FaultyNode(node, fault) : node);

    private string WriteInput() =>
        _folder.Write("input.txt", string.Join('\n', Enumerable.Range(0, 1_000).Select(i => $"line {i}")));
}
