using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orleans.Groups.Checkers;

namespace Orleans.Groups.ProcessTests;

/// <summary>
/// Silos in processes of their own, each with a member in one ring and members of process groups, all of them at work;
/// and what is checked when something has happened to them.
/// </summary>
internal sealed class ClusterRun : IAsyncDisposable
{
    /// <summary>Milliseconds that a test may take before it is given up.</summary>
    internal const int Limit = 120_000;

    private const string Ring = "ring";
    private readonly string _folder = Directory.CreateTempSubdirectory("groups-run-").FullName;
    private readonly string _connection;
    private readonly EventLogWriter _log;
    private readonly List<SiloProcess> _all = [];
    private readonly Dictionary<string, string> _confirmed = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly int _firstPort;
    private readonly IReadOnlyDictionary<string, string>? _environment;
    private int _started;
    private int _window;
    private bool _isClean;

    private ClusterRun(string connection, int firstPort, IReadOnlyDictionary<string, string>? environment)
    {
        _connection = connection;
        _firstPort = firstPort;
        _environment = environment;
        _log = new EventLogWriter(Path.Combine(_folder, "test.ndjson"));
    }

    /// <summary>The silos that live, as far as this test has seen to it.</summary>
    internal List<SiloProcess> Silos { get; } = [];

    /// <summary>Starts silos at one moment, with everybody at work.</summary>
    /// <param name="server">Where the silos find each other, in a database of their own.</param>
    /// <param name="silos">How many.</param>
    /// <param name="firstPort">
    /// Where the search for free ports begins; different in each test, so that none takes the port of another's dead
    /// silo.
    /// </param>
    /// <param name="environment">Variables of the environment of all silos.</param>
    internal static async Task<ClusterRun> StartAsync(
        PostgresServer server,
        int silos,
        int firstPort,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var run = new ClusterRun(await server.CreateDatabaseAsync(), firstPort, environment);
        try
        {
            await run.AddAsync(silos);
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds silos at one moment, with everybody at work; completes when all know each other.</summary>
    internal async Task<List<SiloProcess>> AddAsync(int count, SiloProcess? insteadOf = null)
    {
        var added = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => StartSiloAsync(insteadOf)));
        Silos.AddRange(added);
        await Task.WhenAll(added.Select(silo => silo.DoAsync("join-ring", ("group", Ring), ("name", silo.Member))));
        await WaitForRingAsync();
        await StartWorkAsync(added);
        return [.. added];
    }

    /// <summary>Kills a silo as <c>kill -9</c> does.</summary>
    internal async Task KillAsync(SiloProcess silo)
    {
        await silo.KillAsync();
        MarkDead(silo);
    }

    /// <summary>A silo is dead, or taken for dead by the others.</summary>
    internal void MarkDead(SiloProcess silo)
    {
        _log.Append(new LogEvent.NodeCrash { Node = silo.Node });
        Silos.Remove(silo);
    }

    /// <summary>Stops a silo in order.</summary>
    internal async Task StopAsync(SiloProcess silo)
    {
        await silo.DoAsync("stop-ring");
        Remember(silo.Member, await silo.DoAsync("ring"));
        silo.Terminate();
        var exit = await silo.WaitForExitAsync();
        Assert.True(exit == 0, $"{silo.Member} stopped with exit code {exit}: {silo.LastErrors}");
        Silos.Remove(silo);
    }

    /// <summary>Waits until the living have buried the dead, and prints how long that took.</summary>
    internal async Task WaitForBurialAsync(SiloProcess dead, string what)
    {
        var watch = Stopwatch.StartNew();
        await EachAsync(silo => silo.DoAsync("await-no-groups-of", ("node", dead.Node)));
        var groups = watch.Elapsed;
        await WaitForRingAsync();
        var ring = watch.Elapsed;
        await WaitForConfirmsAsync(20);
        var stalls = await Task.WhenAll(Silos.Select(silo => silo.DoAsync("longest-stall")));
        var longest = TimeSpan.FromMilliseconds(stalls.Max(stall => stall.GetDouble()));
        Print(
            $"{what}: gone from process groups after {Text(groups)}, from the ring after {Text(ring)}; "
            + $"longest time without a confirm {Text(longest)}");
    }

    /// <summary>Waits until every member has got further confirms.</summary>
    internal Task WaitForConfirmsAsync(int more) => EachAsync(silo => silo.DoAsync("await-confirms", ("more", more)));

    /// <summary>Forgets how long the longest stall was so far.</summary>
    internal Task ResetStallsAsync() => EachAsync(silo => silo.DoAsync("longest-stall"));

    /// <summary>Waits until the ring is, for all members, exactly the living.</summary>
    internal Task WaitForRingAsync() => EachAsync(silo => silo.DoAsync(
        "await-ring",
        ("members", Array(Silos.Select(other => other.Member)))));

    /// <summary>A fault that is not the end of a node, for the log.</summary>
    internal void BeginFault(string what, params string[] details) =>
        _log.Append(new LogEvent.Fault(what, [.. details], On: true));

    /// <summary>The fault is over.</summary>
    internal void EndFault(string what, params string[] details) =>
        _log.Append(new LogEvent.Fault(what, [.. details], On: false));

    /// <summary>
    /// Lets everything come to rest, compares what the silos know, and has the logs checked, those of the dead too.
    /// </summary>
    internal async Task CheckAsync(int leastDeliveries = 300)
    {
        await EachAsync(silo => silo.DoAsync("stop-ring"));
        await EachAsync(silo => silo.DoAsync("stop-groups"));
        await EachAsync(silo => silo.DoAsync("drain-ring"));
        await CompareRegistriesAsync();
        await CompareMessagesAsync();
        _window++;
        await EachAsync(silo => silo.DoAsync("quiesce", ("window", _window)));
        foreach (var silo in Silos.ToList())
        {
            await StopAsync(silo);
        }

        _log.Append(new LogEvent.Healed());
        _log.Append(new LogEvent.Quiesced(_window));
        await _log.DisposeAsync();
        var settings = new CheckSettings { Minimum = { ["Deliver"] = leastDeliveries, ["Confirm"] = 50, ["Op"] = 50 } };
        var report = CheckerSuite.CheckFiles([.. Directory.GetFiles(_folder, "*.ndjson").Order()], settings);
        Print($"checked {report.Events} events of {_started} lives of silos in {Text(_clock.Elapsed)}");
        Assert.True(report.IsClean, report.ToString());
        _isClean = true;
    }

    /// <summary>Prints a measurement.</summary>
    internal static void Print(string text)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        Console.WriteLine($"{TestContext.Current.TestMethod?.MethodName}: {text}");
    }

    /// <summary>A time for people.</summary>
    internal static string Text(TimeSpan time) => time.TotalSeconds.ToString("0.00 s", CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _all)
        {
            await silo.DisposeAsync();
        }

        await _log.DisposeAsync();
        if (!_isClean)
        {
            Print($"logs: {_folder}");
            await Task.WhenAll(_all.Select(silo => File.WriteAllTextAsync(
                Path.Combine(_folder, $"{silo.Member}.txt"), silo.Errors)));
            return;
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task<SiloProcess> StartSiloAsync(SiloProcess? insteadOf)
    {
        var name = $"n{Interlocked.Increment(ref _started)}";
        string[] ports = insteadOf is null ? ["--primary-port", $"{_firstPort}"]
            : ["--silo-port", $"{insteadOf.SiloPort}", "--gateway-port", $"{insteadOf.GatewayPort}"];
        var silo = await SiloProcess.StartAsync(
            name,
            Path.Combine(_folder, $"{name}.ndjson"),
            ["--clustering", "adonet", "--connection", _connection, "--init", .. ports],
            _environment);
        lock (_all)
        {
            _all.Add(silo);
        }

        return silo;
    }

    private async Task StartWorkAsync(IEnumerable<SiloProcess> silos)
    {
        foreach (var silo in silos)
        {
            await silo.DoAsync("start-ring");
            await silo.DoAsync("start-groups", ("seed", silo.SiloPort));
        }

        await WaitForConfirmsAsync(20);
    }

    private async Task CompareRegistriesAsync()
    {
        var local = await Task.WhenAll(Silos.Select(silo => silo.DoAsync("local-groups")));
        var all = local.SelectMany(list => list.EnumerateArray().Select(item => item.GetString()!)).ToList();
        await EachAsync(silo => silo.DoAsync("await-groups", ("memberships", Array(all))));
    }

    /// <summary>Whoever was there all the time has each confirmed message once, whoever sent it.</summary>
    private async Task CompareMessagesAsync()
    {
        var reports = new Dictionary<string, JsonElement>();
        foreach (var silo in Silos)
        {
            reports.Add(silo.Member, await silo.DoAsync("ring"));
            Remember(silo.Member, reports[silo.Member]);
        }

        foreach (var (reader, report) in reports)
        {
            foreach (var (sender, confirmed) in _confirmed)
            {
                // A member that joined later has only what came after it had joined.
                var received = report.GetProperty("received").TryGetProperty(sender, out var ranges)
                    ? Ranges(ranges.GetString()!)
                    : [];
                Assert.True(received.Count <= 1, $"{reader} got from {sender} {ranges}: not one range");
                var missing = Ranges(confirmed).Where(range =>
                    received.Count > 0 && range.First >= received[0].First && range.Last > received[0].Last);
                Assert.True(!missing.Any(), $"{reader} lacks {string.Join(' ', missing)} of {sender}");
                if (Number(reader) <= Number(sender) && confirmed.Length > 0)
                {
                    Assert.True(received.Count == 1 && received[0].First == 1, $"{reader} lacks the first of {sender}");
                }
            }
        }
    }

    private void Remember(string member, JsonElement report) =>
        _confirmed[member] = report.GetProperty("confirmed").GetString()!;

    private Task EachAsync(Func<SiloProcess, Task> action) => Task.WhenAll(Silos.Select(action));

    private static JsonArray Array(IEnumerable<string> items) => [.. items.Select(item => JsonValue.Create(item))];

    private static long Number(string member) => long.Parse(member.AsSpan(1), CultureInfo.InvariantCulture);

    private static List<(long First, long Last)> Ranges(string text) =>
    [
        .. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(range => range.Split('-'))
            .Select(ends => (
                long.Parse(ends[0], CultureInfo.InvariantCulture),
                long.Parse(ends[1], CultureInfo.InvariantCulture))),
    ];
}
