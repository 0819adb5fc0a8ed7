using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;

namespace Orleans.Groups.Samples.Relay;

/// <summary>A member in another process, as the run sees it.</summary>
internal sealed class FarMember : IRelayMember
{
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(10);
    private readonly MemberSetup _setup;
    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<long, TaskCompletionSource> _calls = [];
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private readonly TaskCompletionSource<MemberEnding> _completion = new(
        TaskCreationOptions.RunContinuationsAsynchronously);

    private MemberId? _self;
    private MemberStatus? _status;
    private MemberRecord _record = new(0, ImmutableDictionary<string, long>.Empty, [], [], [], 0);
    private long _lastCall;
    private bool _isClosing;

    /// <summary>Starts the process.</summary>
    internal FarMember(MemberSetup setup)
    {
        _setup = setup;
        var program = typeof(FarMember).Assembly.Location;
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var argument in MemberProcess.Arguments(setup).Prepend(program))
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start) ?? throw new RelayException("the process of a member cannot be started");
        _reading = ReadAsync();
    }

    /// <inheritdoc/>
    public string Name => _setup.Name;

    /// <inheritdoc/>
    public MemberId Id => _self!;

    /// <inheritdoc/>
    public ImmutableArray<PublisherBase> Bases { get; private set; } = [];

    /// <inheritdoc/>
    public Task<MemberEnding> Completion => _completion.Task;

    /// <summary>Completes when the member is in the ring and in the process group.</summary>
    /// <exception cref="RelayException">It cannot be started.</exception>
    internal Task WaitUntilStartedAsync(CancellationToken cancellationToken) =>
        _started.Task.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public Task WaitForMembersAsync(IReadOnlySet<string> names, CancellationToken cancellationToken) =>
        CallAsync(new MemberCommand(0, MemberVerb.WaitForMembers, Names: [.. names]), cancellationToken);

    /// <inheritdoc/>
    public Task WaitForMessagesAsync(long messages, CancellationToken cancellationToken) =>
        CallAsync(new MemberCommand(0, MemberVerb.WaitForMessages, Number: messages), cancellationToken);

    /// <inheritdoc/>
    public void Begin(ImmutableArray<MemberId> senders) =>
        _ = CallAsync(new MemberCommand(0, MemberVerb.Begin, Senders: senders), CancellationToken.None);

    /// <inheritdoc/>
    public void Allow(long line) =>
        _ = CallAsync(new MemberCommand(0, MemberVerb.Allow, Number: line), CancellationToken.None);

    /// <inheritdoc/>
    public Task FinishSendingAsync(CancellationToken cancellationToken) =>
        CallAsync(new MemberCommand(0, MemberVerb.FinishSending), cancellationToken);

    /// <inheritdoc/>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _isClosing, true);
        await CallAsync(new MemberCommand(0, MemberVerb.Leave), cancellationToken);
        await _process.WaitForExitAsync(cancellationToken);
        await _reading.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task KillAsync()
    {
        _completion.TrySetResult(new MemberEnding(MemberEnd.Killed, string.Empty));
        await EndProcessAsync();
        CutTornLine();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _isClosing, true);
        if (!_process.HasExited)
        {
            using var limit = new CancellationTokenSource(CloseLimit);
            try
            {
                await CallAsync(new MemberCommand(0, MemberVerb.Close), limit.Token);
            }
            catch (Exception error) when (error is OperationCanceledException or GroupException)
            {
                // What it has not written by now is not there.
            }
        }

        await EndProcessAsync();
    }

    /// <inheritdoc/>
    public MemberStatus GetStatus() => Volatile.Read(ref _status)!;

    /// <inheritdoc/>
    public MemberRecord GetRecord() => Volatile.Read(ref _record);

    /// <summary>Ends the process at once, if it is still there.</summary>
    internal async Task EndProcessAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        await _reading;
    }

    private async Task CallAsync(MemberCommand command, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastCall);
        var call = _calls.GetOrAdd(id, _ => new TaskCompletionSource(
            TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_lock)
        {
            try
            {
                _process.StandardInput.WriteLine(MemberWire.Write(command with { Id = id }));
                _process.StandardInput.Flush();
            }
            catch (IOException)
            {
                call.TrySetException(Gone());
            }
        }

        if (_reading.IsCompleted)
        {
            call.TrySetException(Gone());
        }

        try
        {
            await call.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            _calls.TryRemove(id, out _);
        }
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            Take(MemberWire.Read<MemberReport>(line));
        }

        if (!Volatile.Read(ref _isClosing))
        {
            _completion.TrySetResult(new MemberEnding(MemberEnd.Lost, "its process has ended"));
        }

        _started.TrySetException(new RelayException($"the process of {Name} has ended before it was in the ring"));
        foreach (var call in _calls.Values)
        {
            call.TrySetException(Gone());
        }
    }

    private void Take(MemberReport report)
    {
        Volatile.Write(ref _status, report.Status ?? _status);
        Volatile.Write(ref _record, report.Record ?? _record);
        if (report.Self is not null)
        {
            (_self, Bases) = (report.Self, report.Bases!.Value);
            _started.TrySetResult();
        }

        if (report.Ending is not null)
        {
            _completion.TrySetResult(report.Ending);
        }

        if (report.Id == 0 && report.Error is not null)
        {
            _started.TrySetException(new RelayException($"{Name} cannot join: {report.Error}"));
        }
        else if (_calls.TryGetValue(report.Id, out var call))
        {
            _ = report.Error is null ? call.TrySetResult()
                : call.TrySetException(new GroupException(GroupErrorCode.Faulted, isTransient: false, report.Error));
        }
    }

    private GroupException Gone() => new(
        GroupErrorCode.Terminated, isTransient: false, $"the process of {Name} has ended");

    /// <summary>The operating system may have been stopped in the middle of writing a line.</summary>
    private void CutTornLine()
    {
        using var log = new FileStream(_setup.LogPath, FileMode.Open, FileAccess.ReadWrite);
        for (var end = log.Length; end > 0; end--)
        {
            log.Position = end - 1;
            if (log.ReadByte() == '\n')
            {
                log.SetLength(end);
                return;
            }
        }

        log.SetLength(0);
    }
}
