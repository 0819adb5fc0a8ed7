using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;

namespace Orleans.Groups.Samples.Relay;

/// <summary>
/// One member in a process of its own: a silo, a <see cref="RelayMember"/> on it, and commands that come down its
/// standard input. When that ends, so does the process.
/// </summary>
internal static class MemberProcess
{
    /// <summary>First argument of the program when it is to be a member.</summary>
    internal const string Verb = "--member";

    private static readonly TimeSpan ReportEvery = TimeSpan.FromMilliseconds(100);
    private static readonly Lock Order = new();
    private static readonly Channel<MemberReport> Reports = Channel.CreateUnbounded<MemberReport>();

    /// <summary>The command line of a member's process.</summary>
    internal static string[] Arguments(MemberSetup setup) => [Verb, JsonSerializer.Serialize(setup)];

    /// <summary>Runs in this process until the member has left, or nobody commands it any more.</summary>
    internal static async Task<int> RunAsync(string[] arguments)
    {
        var setup = JsonSerializer.Deserialize<MemberSetup>(arguments[1])!;
        var options = new RelayOptions { PayloadLimit = setup.PayloadLimit };
        var writing = WriteAsync();
        using var source = LineSource.Open(setup.Input, options.MaxLineBytes, () => Stream.Null, default);
        RelayMember? member = null;
        try
        {
            var silo = await RelaySilo.StartAsync(options, setup.ClusterId, setup.PrimaryPort, CancellationToken.None);
            member = await RelayMember.StartAsync(
                new SiloNode(silo),
                new MemberSettings(setup.Name, setup.FromStart, setup.Senders, setup.LogPath, setup.Rate),
                source,
                CancellationToken.None);
        }
        catch (Exception error) when (error is RelayException or GroupException or IOException)
        {
            await ReportAsync(new MemberReport(Error: error.Message));
            await EndAsync(writing);
            return RelayProgram.Failed;
        }

        await ReportAsync(new MemberReport(Self: member.Id, Bases: member.Bases, Status: member.GetStatus()));
        var stopped = new TaskCompletionSource();
        var listening = ListenAsync(member, stopped);
        await Task.WhenAny(ReportNowAndThenAsync(member, stopped.Task), listening);
        if (!stopped.Task.IsCompleted)
        {
            // Whoever commands is gone.
            Process.GetCurrentProcess().Kill();
        }

        await EndAsync(writing);
        return 0;
    }

    private static async Task ListenAsync(RelayMember member, TaskCompletionSource stopped)
    {
        using var input = new StreamReader(Console.OpenStandardInput());
        while (await input.ReadLineAsync() is { } line)
        {
            _ = PerformAsync(member, MemberWire.Read<MemberCommand>(line), stopped);
        }
    }

    private static async Task PerformAsync(RelayMember member, MemberCommand command, TaskCompletionSource stopped)
    {
        try
        {
            switch (command.Verb)
            {
                case MemberVerb.WaitForMembers:
                    await member.WaitForMembersAsync(command.Names!.ToHashSet(), CancellationToken.None);
                    break;
                case MemberVerb.WaitForMessages:
                    await member.WaitForMessagesAsync(command.Number, CancellationToken.None);
                    break;
                case MemberVerb.Begin:
                    member.Begin(command.Senders!.Value);
                    break;
                case MemberVerb.Allow:
                    member.Allow(command.Number);
                    break;
                case MemberVerb.FinishSending:
                    await member.FinishSendingAsync(CancellationToken.None);
                    break;
                case MemberVerb.Leave:
                    await member.LeaveAsync(CancellationToken.None);
                    break;
                case MemberVerb.Close:
                    await member.DisposeAsync();
                    break;
            }

            Report(member, command.Id);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            await ReportAsync(new MemberReport(command.Id, error.Message));
        }

        if (command.Verb is MemberVerb.Leave or MemberVerb.Close)
        {
            stopped.TrySetResult();
        }
    }

    private static async Task ReportNowAndThenAsync(RelayMember member, Task stopped)
    {
        using var timer = new PeriodicTimer(ReportEvery);
        while (!stopped.IsCompleted)
        {
            await Task.WhenAny(timer.WaitForNextTickAsync().AsTask(), stopped);
            member.FlushLog();
            Report(member, 0);
        }
    }

    /// <summary>Nothing older may come behind something newer.</summary>
    private static void Report(RelayMember member, long id)
    {
        lock (Order)
        {
            Reports.Writer.TryWrite(new MemberReport(
                id,
                Status: member.GetStatus(),
                Record: member.GetRecord(),
                Ending: member.Completion.IsCompletedSuccessfully ? member.Completion.Result : null));
        }
    }

    private static ValueTask ReportAsync(MemberReport report) => Reports.Writer.WriteAsync(report);

    private static async Task EndAsync(Task writing)
    {
        Reports.Writer.Complete();
        await writing;
    }

    private static async Task WriteAsync()
    {
        await foreach (var report in Reports.Reader.ReadAllAsync())
        {
            await Console.Out.WriteLineAsync(MemberWire.Write(report));
            await Console.Out.FlushAsync();
        }
    }

    /// <summary>The silo as the member sees it.</summary>
    private sealed class SiloNode(RelaySilo silo) : IRelayNode
    {
        public IMulticast Multicast => silo.Groups.Multicast;

        public IProcessGroups Groups => silo.Groups.ProcessGroups;

        public IGroupMember CreateMember(string name)
        {
            var created = silo.Groups.CreateMemberAsync(name);
            return created.IsCompletedSuccessfully ? created.Result
                : throw new InvalidOperationException("A silo makes members at once.");
        }

        public void Kill() => Process.GetCurrentProcess().Kill();

        public Task StopAsync() => silo.StopAsync();
    }
}

/// <summary>What a member's process needs to know.</summary>
/// <param name="Name">Name of the member.</param>
/// <param name="FromStart">Whether it is there before the first line.</param>
/// <param name="Senders">Number of senders.</param>
/// <param name="LogPath">Its log.</param>
/// <param name="Rate">Lines per second of all senders together.</param>
/// <param name="Input">The file with the lines.</param>
/// <param name="PayloadLimit">Largest message.</param>
/// <param name="ClusterId">The cluster of this run.</param>
/// <param name="PrimaryPort">Port of the first silo.</param>
internal sealed record MemberSetup(
    string Name,
    bool FromStart,
    int Senders,
    string LogPath,
    double Rate,
    string Input,
    int PayloadLimit,
    string ClusterId,
    int PrimaryPort);
