using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Orleans.Groups.SiloProgram;

/// <summary>The program.</summary>
internal static class SiloMain
{
    /// <summary>Runs in this process until it is asked to stop.</summary>
    /// <returns>The exit code.</returns>
    internal static async Task<int> RunAsync(string[] arguments)
    {
        using var interrupt = new CancellationTokenSource();
        using var control = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        try
        {
            return await RunAsync(arguments, Console.Out, interrupt.Token);
        }
        catch (SiloException error)
        {
            await Console.Error.WriteLineAsync($"silo: {error.Message.ReplaceLineEndings(" ")}");
            return error.Code;
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("silo: interrupted before it was in the cluster");
            return SiloExitCode.Interrupted;
        }

        void Cancel(PosixSignalContext context)
        {
            // A second one is left to the operating system, which ends the process.
            context.Cancel = !interrupt.IsCancellationRequested;
            interrupt.Cancel();
        }
    }

    private static async Task<int> RunAsync(
        string[] arguments,
        TextWriter output,
        CancellationToken stop)
    {
        if (new SiloCommand().Parse(arguments, output) is not { } commandLine)
        {
            return SiloExitCode.Stopped;
        }

        var builder = CreateBuilder(commandLine);
        var settings = SiloSettings.Read(builder.Configuration);
        if (settings.Clustering == ClusteringKind.AdoNet)
        {
            await PrepareDatabaseAsync(settings, output, stop);
        }

        if (settings.InitOnly)
        {
            return SiloExitCode.Stopped;
        }

        using var ports = PortLease.Take(
            IPAddress.Parse(settings.Address),
            settings.SiloPort,
            settings.GatewayPort,
            settings.Clustering == ClusteringKind.Localhost ? settings.PrimaryPort : PortLease.FirstSiloPort);
        if (settings.Clustering == ClusteringKind.Localhost && ports.SiloPort != settings.PrimaryPort)
        {
            await WaitForPrimaryAsync(settings, stop);
        }

        var host = await StartAsync(commandLine, settings, ports, stop);
        await using var disposing = (IAsyncDisposable)host;
        var voice = new SiloVoice(output, settings, ports);
        voice.SayReady(host.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress);
        await WaitForStopAsync(host, stop);
        await host.StopAsync(CancellationToken.None);
        voice.SayStopped();
        return SiloExitCode.Stopped;
    }

    private static HostApplicationBuilder CreateBuilder(Dictionary<string, string?> commandLine)
    {
        try
        {
            return SiloHost.CreateBuilder(commandLine);
        }
        catch (InvalidDataException error)
        {
            var why = $"{error.Message} {error.InnerException?.Message}".TrimEnd();
            throw new SiloException(SiloExitCode.Refused, why, error);
        }
    }

    private static async Task PrepareDatabaseAsync(SiloSettings settings, TextWriter output, CancellationToken stop)
    {
        var database = new Database(settings.Connection!, TimeSpan.FromSeconds(settings.JoinTimeout));
        if (settings.Init || settings.InitOnly)
        {
            await database.CreateTablesAsync(stop);
            SiloVoice.SayInitialised(output, settings.Json);
        }
        else
        {
            await database.CheckTablesAsync(stop);
        }
    }

    /// <summary>A silo that starts before the first one listens would give up; two may start at one moment.</summary>
    private static async Task WaitForPrimaryAsync(SiloSettings settings, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(TimeSpan.FromSeconds(settings.JoinTimeout));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        try
        {
            while (!await AnswersAsync(IPAddress.Parse(settings.Address), settings.PrimaryPort, limit.Token))
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new SiloException(
                SiloExitCode.Unavailable,
                $"no silo answers at {settings.Address}:{settings.PrimaryPort} within {settings.JoinTimeout} s; start "
                + "the first one there, or say with --primary-port where it is");
        }
    }

    private static async Task<bool> AnswersAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        using var client = new TcpClient(address.AddressFamily);
        try
        {
            await client.ConnectAsync(address, port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>
    /// Starts the silo. One that comes after all others have crashed waits for silos that are no more: it looks only
    /// when it begins whether those in the list are stale, so it begins again.
    /// </summary>
    private static async Task<IHost> StartAsync(
        Dictionary<string, string?> commandLine,
        SiloSettings settings,
        PortLease ports,
        CancellationToken stop)
    {
        const int Attempts = 3;
        for (var attempt = 1; ; attempt++)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(TimeSpan.FromSeconds(settings.JoinTimeout / Attempts));
            var builder = CreateBuilder(commandLine);
            SiloHost.AddSilo(builder, settings, ports);
            builder.Services.AddSingleton<IHostLifetime, SignalLifetime>();
            var host = builder.Build();
            try
            {
                await host.StartAsync(limit.Token);
                return host;
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                await ((IAsyncDisposable)host).DisposeAsync();
                stop.ThrowIfCancellationRequested();
                if (!limit.IsCancellationRequested || attempt == Attempts)
                {
                    throw Explain(error, settings, ports, limit.IsCancellationRequested);
                }
            }
        }
    }

    private static SiloException Explain(Exception error, SiloSettings settings, PortLease ports, bool isLate)
    {
        if (Find<OrleansConfigurationException>(error) is { } wrong)
        {
            return new SiloException(SiloExitCode.Refused, wrong.Message, error);
        }

        if (Find<AddressInUseException>(error) is not null)
        {
            return new SiloException(
                SiloExitCode.Unavailable,
                $"another program has just taken port {ports.SiloPort} or {ports.GatewayPort}; start again",
                error);
        }

        if (!isLate)
        {
            return new SiloException(SiloExitCode.Failed, $"the silo cannot start: {error.Message}", error);
        }

        var where = settings.Clustering == ClusteringKind.Localhost
            ? $"the silo at {settings.Address}:{settings.PrimaryPort}; is that one of cluster {settings.ClusterId}?"
            : "the others in the database; do silos stand in it that this one cannot reach?";
        return new SiloException(
            SiloExitCode.Unavailable,
            $"the silo could not join within {settings.JoinTimeout} s; it talked to {where}",
            error);
    }

    private static async Task WaitForStopAsync(IHost host, CancellationToken stop)
    {
        // The host also stops when something in it asks for it.
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, lifetime.ApplicationStopping);
        await Task.Delay(Timeout.Infinite, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static T? Find<T>(Exception error)
        where T : Exception =>
        error is AggregateException several ? several.InnerExceptions.Select(Find<T>).FirstOrDefault(e => e is not null)
        : error as T ?? (error.InnerException is { } inner ? Find<T>(inner) : null);

    /// <summary>The program listens to the signals itself, from before the host is made.</summary>
    private sealed class SignalLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
