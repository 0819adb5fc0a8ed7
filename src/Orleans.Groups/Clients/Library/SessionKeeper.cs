namespace Orleans.Groups;

/// <summary>
/// Keeps a client served by some silo: opens sessions, and brings what the client has into each new one. Any thread.
/// </summary>
internal sealed partial class SessionKeeper(ClientCore core)
{
    /// <summary>Most earlier sessions whose end is asked for; of others the lease ends them.</summary>
    private const int MaxPrevious = 8;

    private readonly Lock _gate = new();
    private TaskCompletionSource<SessionLife> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<PinnedKey> _previous = [];
    private SessionLife? _current;
    private SessionLife? _opened;
    private bool _isStopped;

    /// <summary>The session that serves the client now, with everything in it.</summary>
    internal SessionLife? Current
    {
        get
        {
            lock (_gate)
            {
                return _current;
            }
        }
    }

    /// <summary>What the silo that serves the client, or has served it last, said of itself.</summary>
    internal SessionWelcome? LastWelcome { get; private set; }

    private bool IsStopped
    {
        get
        {
            lock (_gate)
            {
                return _isStopped || core.Stopped.IsCancellationRequested;
            }
        }
    }

    /// <summary>Completes when a silo serves the client.</summary>
    internal Task<SessionLife> ReadyAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _ready.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Goes from session to session until the client stops. Never throws.</summary>
    internal async Task RunAsync()
    {
        try
        {
            for (var tries = 0; !IsStopped;)
            {
                if (await OpenAsync().ConfigureAwait(false) is not { } life)
                {
                    await core.BackOffAsync(tries++).ConfigureAwait(false);
                    continue;
                }

                tries = 0;
                life.Start();
                var isWhole = await RestoreAsync(life).ConfigureAwait(false);
                if (isWhole && SetCurrent(life))
                {
                    await Task.WhenAny(life.Lost, life.Stopping).ConfigureAwait(false);
                }

                Leave(life);
                if (IsStopped)
                {
                    await CloseAsync(life).ConfigureAwait(false); // It may have been opened meanwhile.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The client has stopped.
        }
    }

    /// <summary>Ends the session, and with it everything that the client has on its silo.</summary>
    internal async Task CloseAsync()
    {
        SessionLife? life;
        lock (_gate)
        {
            _isStopped = true;
            life = _current;
        }

        if (life is not null)
        {
            await CloseAsync(life).ConfigureAwait(false);
            life.Lose(LossReason.GivenUp);
        }

        FailAll(ClientCore.ShuttingDown("Nothing was done"));
    }

    private async Task CloseAsync(SessionLife life)
    {
        try
        {
            await core.Transport.CloseAsync(life.Key)
                .WaitAsync(core.Options.CallTimeout, core.Time)
                .ConfigureAwait(false);
        }
        catch (Exception exception) // Then its lease ends it.
        {
            core.Logger.ClientCallFailed(exception, "Close", life.Key.Silo);
        }
    }

    /// <summary>Opens a session with whichever silo answers; <see langword="null"/> when none does.</summary>
    private async Task<SessionLife?> OpenAsync()
    {
        try
        {
            var gateway = await core.Transport.GreetAsync(new GatewayRequest())
                .WaitAsync(core.Options.CallTimeout, core.Time, core.Stopped)
                .ConfigureAwait(false);
            if (gateway.Error is { } error)
            {
                Refuse(error);
                return null;
            }

            if (gateway.IsStopping)
            {
                return null;
            }

            var key = new PinnedKey(gateway.Silo, Guid.NewGuid());
            var welcome = await core.Transport.OpenAsync(key, new SessionRequest())
                .WaitAsync(core.Options.CallTimeout, core.Time, core.Stopped)
                .ConfigureAwait(false);
            if (welcome.Error is { } refusal)
            {
                Refuse(refusal);
                return null;
            }

            LastWelcome = welcome;
            core.Logger.ClientServed(welcome.Node!);
            return new SessionLife(core, key, welcome, OnEvent);
        }
        catch (Exception exception) // Another try, or another silo, may do better.
        {
            core.Logger.ClientOpenFailed(exception);
            return null;
        }
    }

    /// <summary>A silo does not want this client: another may. Whoever waits learns of what will not change.</summary>
    private void Refuse(GroupError error)
    {
        core.Logger.ClientRefused(error.Message);
        if (error.Code == GroupErrorCode.Incompatible)
        {
            FailAll(error.ToException("Serving this client"));
        }
    }

    private bool SetCurrent(SessionLife life)
    {
        lock (_gate)
        {
            if (_isStopped)
            {
                return false;
            }

            _previous.Clear(); // Their end was asked for.
            _current = life;
            _ready.TrySetResult(life);
            Pump();
        }

        return true;
    }

    /// <summary>The session is over, or is to be: what it has not done, the next will do.</summary>
    private void Leave(SessionLife life)
    {
        LossReason reason;
        lock (_gate)
        {
            _opened = null;
            if (ReferenceEquals(_current, life))
            {
                _current = null;
                _ready = new TaskCompletionSource<SessionLife>(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            life.Lose(LossReason.GivenUp); // Nothing of it counts any more.
            reason = life.Lost.Result;
            Requeue();
            if (reason is LossReason.Silent or LossReason.GivenUp && _previous.Count < MaxPrevious)
            {
                _previous.Add(life.Key); // Its silo may still have members of this client.
            }
        }

        if (!core.IsStopping)
        {
            core.Logger.ClientSessionLost(life.Key.Silo, reason);
        }
    }

    private void FailAll(Exception exception)
    {
        List<PendingOperation> operations;
        lock (_gate)
        {
            operations = TakeAll();
            if (_ready.Task.IsCompleted)
            {
                _ready = new TaskCompletionSource<SessionLife>(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            _ready.TrySetException(exception);
            _ = _ready.Task.Exception; // Perhaps nobody waits.
            if (!_isStopped)
            {
                _ready = new TaskCompletionSource<SessionLife>(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        foreach (var operation in operations)
        {
            operation.Fail(exception);
        }
    }
}
