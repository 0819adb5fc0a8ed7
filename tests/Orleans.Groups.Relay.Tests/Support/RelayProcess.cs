using System.Text.Json;

namespace Orleans.Groups.Relay.Tests;

/// <summary>One run of the program, in this process.</summary>
internal sealed record RelayProcess(int ExitCode, string[] Output, string[] Error)
{
    /// <summary>The summary, when <c>--json</c> was given.</summary>
    internal JsonElement Json => JsonDocument.Parse(Output[^1]).RootElement;

    /// <summary>For the message of a failing test.</summary>
    internal string All => string.Join('\n', [$"exit code {ExitCode}", .. Output, .. Error]);

    internal static Task<RelayProcess> RunAsync(params string[] arguments) => RunAsync(arguments, null);

    internal static async Task<RelayProcess> RunAsync(
        string[] arguments,
        Func<IRelayNode, string, IRelayNode>? wrap,
        byte[]? input = null,
        CancellationToken cancellationToken = default)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var console = new RelayConsole(output, error, () => new MemoryStream(input ?? []), null);
        var exitCode = await RelayProgram.RunAsync(
            "in a test",
            arguments,
            (options, source) => new LocalRelayHost(new Cluster(new InMemoryRelayCluster(options), wrap), source),
            console,
            cancellationToken);
        return new RelayProcess(exitCode, LinesOf(output), LinesOf(error));
    }

    private static string[] LinesOf(StringWriter writer) =>
        writer.ToString().ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private sealed class Cluster(IRelayCluster inner, Func<IRelayNode, string, IRelayNode>? wrap) : IRelayCluster
    {
        public IProcessGroups Groups => inner.Groups;

        public IRelayNode AddNode(string name)
        {
            var node = inner.AddNode(name);
            return wrap is null ? node : wrap(node, name);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
