namespace Orleans.Groups;

/// <summary>Why something on a silo is lost to its client.</summary>
internal enum LossReason
{
    /// <summary>The silo says that there is no such thing.</summary>
    Gone,

    /// <summary>The silo is dead.</summary>
    SiloDead,

    /// <summary>The silo has not answered for longer than the lease.</summary>
    Silent,

    /// <summary>The client gave it up.</summary>
    GivenUp,
}

/// <summary>
/// The client's end of a session or ring member on a silo: repeats calls until they are answered, pulls events, and
/// finds out when it is lost.
/// </summary>
/// <remarks>
/// An exception says nothing about what became of a call (spec: calls are made at most once, and answers get lost). So
/// it is made again with the same number, through whichever gateway Orleans takes now. What ends it is the answer of
/// the silo, its death, or silence that is longer than the lease.
/// </remarks>
internal abstract class FarObject
{
    private readonly Lock _gate = new();
    private readonly SortedSet<long> _answered = [];
    private readonly TaskCompletionSource<LossReason> _lost =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TaskCompletionSource _nudge = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _numbers;
    private long _settled;
    private long _polls;
    private long _heard;

    protected FarObject(ClientCore core, PinnedKey key)
    {
        Core = core;
        Key = key;
        _heard = core.Time.GetTimestamp();
    }

    internal PinnedKey Key { get; }

    /// <summary>Completes when it is lost; never faults.</summary>
    internal Task<LossReason> Lost => _lost.Task;

    internal bool IsLost => _lost.Task.IsCompleted;

    /// <summary>How long the client may be silent.</summary>
    internal TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a call waits for something to say.</summary>
    internal TimeSpan PollWait { get; set; } = TimeSpan.FromSeconds(5);

    protected ClientCore Core { get; }

    /// <summary>How long an answer may take, beside what is waited for on purpose: the lease bears several.</summary>
    private TimeSpan Patience =>
        TimeSpan.FromTicks(Math.Min(Core.Options.CallTimeout.Ticks, Lease.Ticks / 3));

    /// <summary>All calls up to this one have been answered.</summary>
    internal long SettledThrough
    {
        get
        {
            lock (_gate)
            {
                return _settled;
            }
        }
    }

    /// <summary>The number of the next call that changes something.</summary>
    internal long NextNumber()
    {
        lock (_gate)
        {
            return ++_numbers;
        }
    }

    /// <summary>It is of no use any more.</summary>
    internal void Lose(LossReason reason)
    {
        if (_lost.TrySetResult(reason))
        {
            Nudge();
        }
    }

    /// <summary>Asks for a poll now, though one may wait for events: there is something to acknowledge.</summary>
    internal void Nudge()
    {
        lock (_gate)
        {
            _nudge.TrySetResult();
        }
    }

    /// <summary>Makes a numbered call until it is answered.</summary>
    /// <returns>The answer; <see langword="null"/> when it was lost before.</returns>
    internal async Task<T?> CallAsync<T>(long number, string name, Func<Task<T>> call, Func<T, CallState> stateOf)
        where T : class
    {
        var answer = await RepeatAsync(name, call, stateOf).ConfigureAwait(false);
        if (answer is not null)
        {
            Settle(number);
        }

        return answer;
    }

    /// <summary>Makes a call until it is answered.</summary>
    /// <returns>The answer; <see langword="null"/> when it was lost before.</returns>
    internal async Task<T?> RepeatAsync<T>(string name, Func<Task<T>> call, Func<T, CallState> stateOf)
        where T : class
    {
        for (var tries = 0; !IsLost;)
        {
            try
            {
                var answer = await WaitAsync(call()).ConfigureAwait(false);
                if (answer is null)
                {
                    return null;
                }

                Hear();
                tries = 0;
                switch (stateOf(answer))
                {
                    case CallState.Pending:
                        continue;
                    case CallState.Gone:
                        Lose(LossReason.Gone);
                        return null;
                    default:
                        return answer;
                }
            }
            catch (Exception exception)
            {
                Core.Logger.ClientCallFailed(exception, name, Key.Silo);
                await (_polls == 0 ? FindOutAsync() : RestAsync(tries++)).ConfigureAwait(false);
            }
        }

        return null;
    }

    /// <summary>Polls until it is lost. Never throws.</summary>
    protected async Task PollUntilLostAsync()
    {
        Task? older = null;
        while (!IsLost)
        {
            var nudge = RenewNudge();
            var poll = PollAsync(++_polls);
            await Task.WhenAny(poll, nudge, Core.Gateways.Changed).ConfigureAwait(false);
            if (poll.IsCompleted)
            {
                older = null;
                continue;
            }

            // A newer poll ends the waiting of the older at the silo, so there are two at most for a moment.
            if (older is not null)
            {
                await older.ConfigureAwait(false);
            }

            older = poll;
        }
    }

    /// <summary>Makes one poll and handles its events.</summary>
    protected abstract Task<CallState> PollOnceAsync(long number);

    private async Task PollAsync(long number)
    {
        try
        {
            var limit = PollWait + Patience;
            var state = await PollOnceAsync(number).WaitAsync(limit, Core.Time, Core.Stopped).ConfigureAwait(false);
            Hear();
            if (state != CallState.Done)
            {
                Lose(LossReason.Gone);
            }
        }
        catch (Exception exception)
        {
            Core.Logger.ClientCallFailed(exception, "Poll", Key.Silo);
            await FindOutAsync().ConfigureAwait(false);
        }
    }

    private async Task<T?> WaitAsync<T>(Task<T> call)
        where T : class
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Core.Stopped);
        var late = Task.Delay(PollWait + Patience, Core.Time, limit.Token);
        await Task.WhenAny(call, late, _lost.Task, Core.Gateways.Changed).ConfigureAwait(false);
        await limit.CancelAsync().ConfigureAwait(false);
        if (call.IsCompleted)
        {
            return await call.ConfigureAwait(false);
        }

        return IsLost || Core.Stopped.IsCancellationRequested
            ? null
            : throw new TimeoutException($"Silo {Key.Silo} has not answered in time.");
    }

    private async Task FindOutAsync()
    {
        if (Core.Stopped.IsCancellationRequested)
        {
            Lose(LossReason.GivenUp);
        }
        else if (await Core.IsDeadAsync(Key.Silo).ConfigureAwait(false))
        {
            Lose(LossReason.SiloDead);
        }
        else if (Core.Time.GetElapsedTime(Volatile.Read(ref _heard)) > Lease + Patience)
        {
            Lose(LossReason.Silent);
        }
        else
        {
            await RestAsync(0).ConfigureAwait(false);
        }
    }

    private async Task RestAsync(int tries)
    {
        try
        {
            await Core.BackOffAsync(tries).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Lose(LossReason.GivenUp);
        }
    }

    private Task RenewNudge()
    {
        lock (_gate)
        {
            if (_nudge.Task.IsCompleted && !IsLost)
            {
                _nudge = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return _nudge.Task;
        }
    }

    private void Hear() => Volatile.Write(ref _heard, Core.Time.GetTimestamp());

    private void Settle(long number)
    {
        lock (_gate)
        {
            _answered.Add(number);
            while (_answered.Remove(_settled + 1))
            {
                _settled++;
            }
        }
    }
}
