using System.Runtime.InteropServices;

namespace Orleans.Groups.Samples.Relay;

/// <summary>The program, whatever its engine.</summary>
internal static class RelayProgram
{
    /// <summary>Something was wrong.</summary>
    internal const int Failed = 1;

    /// <summary>The arguments, or the files that they name, were wrong.</summary>
    internal const int Refused = 2;

    /// <summary>It was interrupted.</summary>
    internal const int Interrupted = 130;

    /// <summary>Runs in this process: Ctrl-C ends it, a second one at once.</summary>
    internal static async Task<int> MainAsync(
        string engine,
        IReadOnlyList<string> arguments,
        Func<RelayOptions, LineSource, IRelayHost> createHost)
    {
        using var interrupt = new CancellationTokenSource();
        using var first = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using var second = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        return await RunAsync(engine, arguments, createHost, RelayConsole.OfProcess(), interrupt.Token);

        void Cancel(PosixSignalContext context)
        {
            context.Cancel = !interrupt.IsCancellationRequested;
            interrupt.Cancel();
        }
    }

    /// <summary>Runs.</summary>
    /// <param name="engine">What the nodes are, for the help.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="createHost">Makes the place where the members live.</param>
    /// <param name="console">The surroundings.</param>
    /// <param name="cancellationToken">Interrupts it.</param>
    /// <returns>The exit code.</returns>
    internal static async Task<int> RunAsync(
        string engine,
        IReadOnlyList<string> arguments,
        Func<RelayOptions, LineSource, IRelayHost> createHost,
        RelayConsole console,
        CancellationToken cancellationToken)
    {
        try
        {
            return new RelayCommand(engine).Parse(arguments, console.Output) is { } options
                ? await RunAsync(options, createHost, console, cancellationToken)
                : 0;
        }
        catch (RelayException error)
        {
            await console.Error.WriteLineAsync($"relay: {error.Message}");
            return Refused;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return await SayInterruptedAsync(console);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // All was fine at the start: the disk is full, or somebody takes files away.
            await console.Error.WriteLineAsync($"relay: {error.Message.ReplaceLineEndings(" ")}");
            return Failed;
        }
    }

    private static async Task<int> RunAsync(
        RelayOptions options,
        Func<RelayOptions, LineSource, IRelayHost> createHost,
        RelayConsole console,
        CancellationToken cancellationToken)
    {
        using var source = LineSource.Open(options.Input, options.MaxLineBytes, console.OpenInput, cancellationToken);
        var schedule = Schedule.Create(options, source.Lines);
        var members = schedule.Starters.Concat(schedule.Events.Select(e => e.Member)).Distinct();
        OutputFolder.Prepare(options.Out, options.Input, members);
        IRunReporter reporter = console.Terminal is { } terminal && !options.Json
            ? new LiveReporter(terminal)
            : new PlainReporter(console.Output);
        Announce(reporter, options, schedule, source);

        RunResult result;
        var host = createHost(options, source);
        await using (host)
        {
            var run = new RelayRun(options, schedule, source, host, reporter.Say);
            var running = run.RunAsync(cancellationToken);
            await reporter.FollowAsync(run.GetView, running);
            result = await running;
        }

        OutputFolder.WriteMembers(options.Out, result.Members);
        return result.IsInterrupted
            ? await SayInterruptedAsync(console)
            : await ConcludeAsync(options, source, result, reporter, console);
    }

    private static void Announce(IRunReporter reporter, RelayOptions options, Schedule schedule, LineSource source)
    {
        reporter.Say(
            $"{source.Name}: {source.Lines} lines, the longest of {source.LongestBytes} bytes; "
            + $"{options.Nodes} nodes; senders {string.Join(", ", schedule.Senders)}; seed {options.Seed}; "
            + $"output in {Path.GetFullPath(options.Out)}");
        reporter.Say(schedule.Events.IsEmpty
            ? "nothing happens on the way"
            : $"{schedule.Anchor} stays; by the messages that it has got: {string.Join(", ", schedule.Events)}");
    }

    private static async Task<int> ConcludeAsync(
        RelayOptions options,
        LineSource source,
        RunResult result,
        IRunReporter reporter,
        RelayConsole console)
    {
        var check = LogChecker.Check(new CheckSubject(options.Out, source, result.Members, result.Anchor));
        var summary = RelaySummary.Of(source.Lines, result, check);
        reporter.Show(RunTable.OfResult(result, check));
        var violations = result.Violations.AddRange(check.Violations);
        foreach (var violation in violations)
        {
            reporter.Say($"violation: {violation.Member}: {violation.Text}");
        }

        reporter.Say(
            $"{summary.Lines} lines, {summary.Deliveries} deliveries to {summary.Members} members "
            + $"({summary.Killed} killed, {summary.Joined} joined, {summary.Left} left) "
            + $"in {summary.Seconds} s, {summary.MessagesPerSecond} lines/s; {summary.Violations} violations");
        if (options.Json)
        {
            reporter.Say(summary.ToJson());
        }

        if (violations.IsEmpty)
        {
            return 0;
        }

        var (first, more) = (violations[0], violations.Length - 1);
        await console.Error.WriteLineAsync(
            $"relay: {first.Member}: {first.Text}{(more > 0 ? $" (and {more} more)" : "")}");
        return Failed;
    }

    private static async Task<int> SayInterruptedAsync(RelayConsole console)
    {
        await console.Error.WriteLineAsync("relay: interrupted; the logs are complete as far as they got, unchecked");
        return Interrupted;
    }
}
