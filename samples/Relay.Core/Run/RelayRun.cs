using System.Collections.Immutable;
using System.Diagnostics;

namespace Orleans.Groups.Samples.Relay;

/// <summary>
/// One run: starts the members, lets the senders send, and makes happen what the schedule says. It waits for events
/// only; a watchdog gives up when nothing moves any more.
/// </summary>
internal sealed partial class RelayRun
{
    private readonly RelayOptions _options;
    private readonly Schedule _schedule;
    private readonly LineSource _source;
    private readonly IRelayHost _host;
    private readonly Action<string> _say;
    private readonly Dictionary<string, Participant> _participants = [];
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<string> _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Roster? _roster;
    private string _doing = "starting";
    private long _steps;
    private long _startedAt;
    private double _seconds;

    /// <summary>Prepares a run.</summary>
    /// <param name="options">What is to be done.</param>
    /// <param name="schedule">What happens when.</param>
    /// <param name="source">The lines.</param>
    /// <param name="host">Where the members live.</param>
    /// <param name="say">Tells people what happens, a line at a time. Called from any thread.</param>
    internal RelayRun(
        RelayOptions options,
        Schedule schedule,
        LineSource source,
        IRelayHost host,
        Action<string> say)
    {
        _options = options;
        _schedule = schedule;
        _source = source;
        _host = host;
        _say = say;
    }

    /// <summary>How far the senders may run ahead of the next thing that is to happen.</summary>
    private long Slack => Math.Clamp(_source.Lines / 20, 16, 20_000);

    private IRelayMember Anchor => _participants[_schedule.Anchor].Member!;

    /// <summary>How it stands. Any thread.</summary>
    internal RunView GetView()
    {
        var present = _roster?.Names ?? [];
        var participants = All();
        var anchor = participants.FirstOrDefault(p => p.Name == _schedule.Anchor);
        return new RunView(
            _source.Lines,
            Math.Min(anchor?.Status?.Delivered ?? 0, _source.Lines),
            _doing,
            [.. participants.Select(p => new MemberRow(p.Name, p.State, present.Contains(p.Name), p.Status))]);
    }

    /// <summary>Runs to the end, until something goes wrong, or until it is cancelled. The logs are complete as far as
    /// they got, in any case.</summary>
    internal async Task<RunResult> RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var violations = new List<Violation>();
        var driving = Task.CompletedTask;
        try
        {
            _roster = await Roster.StartAsync(_host.Groups, cancellationToken);
            var watching = WatchAsync(stop.Token);
            driving = DriveAsync(stop.Token);
            if (await Task.WhenAny(driving, _failure.Task) == driving)
            {
                await driving;
                violations.AddRange(FindViolations());
            }
            else
            {
                violations.Add(new Violation("-", await _failure.Task));
            }

            await stop.CancelAsync();
            await watching;
        }
        catch (GroupException error)
        {
            violations.Add(new Violation("-", $"{_doing}: {error.Message}"));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Whatever was reached is reported.
        }
        finally
        {
            await stop.CancelAsync();
            await CloseAsync(driving);
        }

        var isInterrupted = cancellationToken.IsCancellationRequested && violations.Count == 0;
        return new RunResult(CollectFacts(), _schedule.Anchor, [.. violations], _seconds, isInterrupted);
    }

    private async Task CloseAsync(Task driving)
    {
        // Cancelled, it ends soon; an engine that hangs must not keep the logs from being completed.
        _ = await Task.WhenAny(driving, Task.Delay(TimeSpan.FromSeconds(2), CancellationToken.None));
        foreach (var participant in All())
        {
            await (participant.Member?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        await (_roster?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private async Task DriveAsync(CancellationToken cancellationToken)
    {
        foreach (var name in _schedule.Starters)
        {
            Do($"starting {name}");
            await StartAsync(name, fromStart: true, cancellationToken);
        }

        Do("waiting until everybody knows everybody");
        await WaitForMembersAsync(cancellationToken);
        var senders = _schedule.Senders.Select(name => _participants[name].Member!.Id).ToImmutableArray();
        foreach (var participant in All())
        {
            participant.Member!.Begin(senders);
        }

        _startedAt = Stopwatch.GetTimestamp();
        var running = new List<Task>();
        foreach (var happening in _schedule.Events)
        {
            Do($"waiting to {happening}");
            AllowAll(happening.At + Slack);
            await Anchor.WaitForMessagesAsync(happening.At, cancellationToken);
            Do($"{happening}");
            var task = HappenAsync(happening, cancellationToken);
            running.Add(task);
            if (happening.HoldsSenders)
            {
                await task;
            }
        }

        Do("sending the rest");
        AllowAll(long.MaxValue);
        await Task.WhenAll(running);
        await Anchor.WaitForMessagesAsync(_source.Lines, cancellationToken);
        await SettleAsync(cancellationToken);
        Do("checking");
    }

    /// <summary>Everything is sent and has reached the anchor: waits until it has reached all, and all agree who is
    /// there.</summary>
    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        Do("waiting until everybody knows who is gone");
        await WaitForMembersAsync(cancellationToken);
        foreach (var participant in Alive())
        {
            await participant.Member!.FinishSendingAsync(cancellationToken);
        }

        var totals = CollectTotals();
        foreach (var participant in Alive())
        {
            Do($"waiting until {participant.Name} has everything");
            var expected = participant.FromStart ? totals.Values.Sum()
                : participant.Member!.Bases.Sum(b => totals.GetValueOrDefault(b.Publisher.Name) - b.Number);
            await participant.Member!.WaitForMessagesAsync(expected, cancellationToken);
        }

        _seconds = Stopwatch.GetElapsedTime(_startedAt).TotalSeconds;
    }

    private async Task StartAsync(string name, bool fromStart, CancellationToken cancellationToken)
    {
        var participant = new Participant(name, fromStart);
        lock (_lock)
        {
            _participants.Add(name, participant);
        }

        participant.Started = JoinAsync(participant, cancellationToken);
        await participant.Started;
    }

    private async Task JoinAsync(Participant participant, CancellationToken cancellationToken)
    {
        var name = participant.Name;
        var path = OutputFolder.LogPath(_options.Out, name);
        var settings = new MemberSettings(name, participant.FromStart, _options.Senders, path, _options.Rate);
        participant.Member = await _host.StartMemberAsync(settings, cancellationToken);
        _ = ReportLossAsync(participant);
        await _roster!.WaitUntilAsync(names => names.Contains(name), cancellationToken);
    }

    private async Task HappenAsync(RelayEvent happening, CancellationToken cancellationToken)
    {
        try
        {
            await PerformAsync(happening, cancellationToken);
            _say($"{happening}: done");
            Interlocked.Increment(ref _steps);
        }
        catch (GroupException error)
        {
            _failure.TrySetResult($"{happening} failed: {error.Message}");
            throw;
        }
    }

    private async Task PerformAsync(RelayEvent happening, CancellationToken cancellationToken)
    {
        var name = happening.Member;
        if (happening.Kind == RelayEventKind.Join)
        {
            await StartAsync(name, fromStart: false, cancellationToken);
            return;
        }

        // A member that has been asked to join may not be there yet.
        var participant = _participants[name];
        await participant.Started;
        if (happening.Kind == RelayEventKind.Kill)
        {
            await participant.Member!.KillAsync();
        }
        else
        {
            participant.IsLeaving = true;
            await participant.Member!.LeaveAsync(cancellationToken);
        }

        await _roster!.WaitUntilAsync(names => !names.Contains(name), cancellationToken);
    }

    private async Task ReportLossAsync(Participant participant)
    {
        var ending = await participant.Member!.Completion;
        if (ending.End == MemberEnd.Lost)
        {
            _failure.TrySetResult($"{participant.Name} ended and should not have: {ending.Detail}");
        }
    }

    private async Task WaitForMembersAsync(CancellationToken cancellationToken)
    {
        var alive = Alive();
        var names = alive.Select(p => p.Name).ToHashSet();
        foreach (var participant in alive)
        {
            await participant.Member!.WaitForMembersAsync(names, cancellationToken);
        }
    }

    private void AllowAll(long line)
    {
        foreach (var participant in Alive())
        {
            participant.Member!.Allow(line);
        }
    }

    private List<Participant> All()
    {
        lock (_lock)
        {
            return [.. _participants.Values];
        }
    }

    private List<Participant> Alive() => All().FindAll(p => p.IsAlive);

    private void Do(string what)
    {
        _doing = what;
        Interlocked.Increment(ref _steps);
    }
}
