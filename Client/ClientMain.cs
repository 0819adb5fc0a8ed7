using System.Runtime.InteropServices;
using Microsoft.Extensions.Configuration;

namespace Orleans.Groups.ClientProgram;

/// <summary>The program.</summary>
internal static class ClientMain
{
    /// <summary>Runs in this process: Ctrl-C ends it, a second one at once.</summary>
    /// <returns>The exit code.</returns>
    internal static async Task<int> RunAsync(string[] arguments)
    {
        using var interrupt = new CancellationTokenSource();
        using var control = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        return await RunAsync(arguments, ClientConsole.OfProcess(), ConnectAsync, interrupt.Token);

        void Cancel(PosixSignalContext context)
        {
            context.Cancel = !interrupt.IsCancellationRequested;
            interrupt.Cancel();
        }
    }

    /// <summary>Runs.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="console">The surroundings.</param>
    /// <param name="connect">Finds the cluster.</param>
    /// <param name="cancellationToken">Interrupts it.</param>
    /// <returns>The exit code.</returns>
    internal static async Task<int> RunAsync(
        IReadOnlyList<string> arguments,
        ClientConsole console,
        Func<ClientRequest, CancellationToken, Task<ICluster>> connect,
        CancellationToken cancellationToken)
    {
        try
        {
            using var help = new StreamWriter(console.Output, leaveOpen: true);
            if (new ClientCommand().Parse(arguments, help) is not { } request)
            {
                return ClientExitCode.Done;
            }

            await using var cluster = await connect(request, cancellationToken);
            var context = new CommandContext(cluster, new Reporter(console, request.Json), console, request.Scope);
            return await request.Action(context, cancellationToken);
        }
        catch (ClientException error)
        {
            return await FailAsync(console, error.Message, error.Code);
        }
        catch (GroupException error)
        {
            return await FailAsync(console, error.Message, ClientExitCode.Failed);
        }
        catch (TimeoutException error)
        {
            return await FailAsync(console, $"no answer: {error.Message}", ClientExitCode.Unavailable);
        }
        catch (IOException error)
        {
            return await FailAsync(console, error.Message, ClientExitCode.Failed);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return await FailAsync(console, "interrupted", ClientExitCode.Interrupted);
        }
    }

    private static async Task<ICluster> ConnectAsync(ClientRequest request, CancellationToken cancellationToken)
    {
        var configuration = new ConfigurationBuilder()
            .SetBasePath(AppContext.BaseDirectory)
            .AddJsonFile("appsettings.json", optional: true)
            .AddJsonFile(Path.Combine(Environment.CurrentDirectory, "appsettings.json"), optional: true)
            .AddEnvironmentVariables()
            .AddInMemoryCollection(request.Settings)
            .Build();
        ClientSettings settings;
        try
        {
            settings = configuration.GetSection(ClientSettings.Section).Get<ClientSettings>() ?? new ClientSettings();
        }
        catch (InvalidOperationException error)
        {
            throw new ClientException(ClientExitCode.Refused, error.Message, error);
        }

        settings.Check();
        return await OrleansCluster.ConnectAsync(settings, configuration, cancellationToken);
    }

    private static async Task<int> FailAsync(ClientConsole console, string message, int code)
    {
        await console.Error.WriteLineAsync($"client: {message.ReplaceLineEndings(" ")}");
        return code;
    }
}
