using System.Text.Json;

namespace Orleans.Groups.Comparison;

/// <summary>The Erlang originals: three nodes in processes of their own, driven over the first one's input.</summary>
internal sealed class ErlangSide : IAsyncDisposable
{
    private static readonly string[] NeededApplications = ["rabbit-", "rabbit_common-", "mnesia-"];
    private readonly WorkerProcess _worker;

    private ErlangSide(WorkerProcess worker, JsonElement ready)
    {
        _worker = worker;
        Version = $"OTP {ready.GetProperty("otp").GetString()}";
        HasGm = ready.GetProperty("gm").GetBoolean();
    }

    /// <summary>What it is, for the report.</summary>
    internal string Version { get; }

    /// <summary>Whether RabbitMQ's gm is there, too.</summary>
    internal bool HasGm { get; }

    /// <summary>Starts the nodes.</summary>
    /// <param name="folder">
    /// Folder with the compiled drivers in <c>ebin</c> and whatever was unpacked, as <c>run.sh</c> has made it.
    /// </param>
    internal static async Task<ErlangSide> StartAsync(string folder)
    {
        var own = Path.Combine(folder, "ebin");
        if (!Directory.Exists(own))
        {
            throw new WorkerException($"no drivers in {own}; bench/run.sh compiles them where Erlang is installed");
        }

        // Modules of the unpacked packages, wherever Debian puts them; the drivers come last and so are found first.
        var paths = Directory.EnumerateFiles(folder, "*.app", SearchOption.AllDirectories)
            .Select(file => Path.GetDirectoryName(file)!)
            .Where(path => NeededApplications.Any(Path.GetFileName(Path.GetDirectoryName(path)!).StartsWith))
            .Distinct()
            .Order(StringComparer.Ordinal)
            .Append(own);
        var ports = Programs.FreePorts(3);
        string[] arguments =
        [
            "-noshell",
            "-name", $"a{ports[0]}@127.0.0.1",
            "-setcookie", Guid.NewGuid().ToString("N"),
            "-start_epmd", "false",
            "-epmd_module", "bench_epmd",
            "-kernel", "inet_dist_use_interface", "{127,0,0,1}",
            "-kernel", "logger_level", "none",
            .. paths.SelectMany(path => new[] { "-pa", path }),
            "-s", "bench", "main", $"{ports[1]}", $"{ports[2]}",
        ];
        var (worker, ready) = await WorkerProcess.StartAsync("Erlang", "erl", arguments);
        return new ErlangSide(worker, ready);
    }

    /// <summary>Measures a row once.</summary>
    internal async Task<double> MeasureAsync(string command)
    {
        if (command.StartsWith("ring-", StringComparison.Ordinal) && !HasGm)
        {
            throw new WorkerException("gm was not found; bench/run.sh fetches the package that has it");
        }

        return (await _worker.DoLineAsync(command)).GetProperty("value").GetDouble();
    }

    public ValueTask DisposeAsync() => _worker.DisposeAsync();
}
