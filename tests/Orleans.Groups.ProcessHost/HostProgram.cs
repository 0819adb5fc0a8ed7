using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Groups.Checkers;
using Orleans.Groups.SiloProgram;

namespace Orleans.Groups.ProcessHost;

/// <summary>
/// A silo that takes commands from its standard input, a JSON object per line with <c>id</c> and <c>do</c>, and answers
/// each on its standard output under the same id. It ends with SIGTERM in order, and at once when its input ends, so
/// that none is left over when a test dies.
/// </summary>
internal static class HostProgram
{
    // Each test has a range of ports of its own, so that no other takes one whose silo is dead for a moment.
    private const int GatewayDistance = 8_000;
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    /// <summary>Runs a silo with its log: <c>--log FILE</c>, then the arguments of the silo program.</summary>
    internal static async Task<int> RunAsync(string[] arguments)
    {
        var commandLine = new SiloCommand().Parse(arguments[2..], Console.Out)!;
        var builder = SiloHost.CreateBuilder(commandLine);
        var settings = SiloSettings.Read(builder.Configuration);
        if (settings.Init)
        {
            await new Database(settings.Connection!, TimeSpan.FromSeconds(settings.JoinTimeout))
                .CreateTablesAsync(CancellationToken.None);
        }

        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });
        using var ports = PortLease.Take(
            IPAddress.Parse(settings.Address),
            settings.SiloPort,
            settings.GatewayPort,
            settings.PrimaryPort,
            settings.PrimaryPort + GatewayDistance);
        SiloHost.AddSilo(builder, settings, ports);
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        var host = builder.Build();
        await using var disposing = (IAsyncDisposable)host;
        await host.StartAsync(CancellationToken.None);

        var groups = host.Services.GetRequiredService<IGroups>();
        await using var log = new EventLogWriter(arguments[1]);
        var recorder = new EventRecorder(log);
        var node = recorder.StartNode(groups.Node);
        using var worker = new Worker(groups, recorder, node);
        Answer(new
        {
            @event = "ready",
            node = LogIds.Of(groups.Node),
            siloPort = ports.SiloPort,
            gatewayPort = ports.GatewayPort,
            pid = Environment.ProcessId,
        });
        var listening = ListenAsync(worker, log);
        await Task.WhenAny(listening, Task.Delay(Timeout.Infinite, stop.Token));
        if (listening.IsCompleted)
        {
            // Whoever started it is gone: nothing of it may stay, and nothing may wait for anything.
            Process.GetCurrentProcess().Kill();
        }

        await worker.StopAsync();
        await node.StopAsync(() => host.StopAsync(CancellationToken.None).WaitAsync(StopLimit));
        log.Flush();
        Answer(new { @event = "stopped" });
        return SiloExitCode.Stopped;
    }

    private static async Task ListenAsync(Worker worker, EventLogWriter log)
    {
        // Not Console.In, which reads synchronously under a lock.
        using var input = new StreamReader(Console.OpenStandardInput());
        while (await input.ReadLineAsync() is { } line)
        {
            _ = PerformAsync(worker, log, JsonDocument.Parse(line).RootElement);
        }
    }

    private static async Task PerformAsync(Worker worker, EventLogWriter log, JsonElement command)
    {
        var id = command.GetProperty("id").GetInt64();
        try
        {
            var result = await worker.PerformAsync(command.GetProperty("do").GetString()!, command);
            log.Flush();
            Answer(new { id, ok = true, result });
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            Answer(new { id, ok = false, error = error.ToString() });
        }
    }

    private static void Answer(object answer) => Console.Out.WriteLine(JsonSerializer.Serialize(answer));

    private sealed class QuietLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
