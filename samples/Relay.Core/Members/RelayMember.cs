using System.Collections.Immutable;

namespace Orleans.Groups.Samples.Relay;

/// <summary>
/// A member of the relay in this process: it logs what is delivered, sends its duties, and takes over those of the
/// dead. Callbacks never wait: duties are sent by a task of their own.
/// </summary>
internal sealed partial class RelayMember : IRelayMember
{
    private const int MaxProblems = 10;
    private readonly IRelayNode _node;
    private readonly MemberSettings _settings;
    private readonly LineSource _source;
    private readonly MemberLog _log;
    private readonly LineGate _gate;
    private readonly LineProgress _progress;
    private readonly StreamTable _streams;
    private readonly Signal _changed = new();
    private readonly CancellationTokenSource _stopSending = new();
    private readonly TaskCompletionSource<MemberEnding> _completion = new(
        TaskCreationOptions.RunContinuationsAsynchronously);

    // Guards what the callbacks write and others read: the log, problems, duties and the last numbers.
    private readonly Lock _lock = new();
    private readonly List<string> _problems = [];
    private readonly List<Takeover> _takeovers = [];
    private long _problemCount;
    private TakeoverRule? _rule;
    private DutySender? _sender;
    private Task<long> _sending = Task.FromResult(0L);
    private IMulticastGroup? _ring;
    private IGroupMember? _participant;
    private Roster? _roster;
    private string[] _ringNames = [];
    private long _delivered;
    private long _wakeAt = long.MaxValue;

    private RelayMember(IRelayNode node, MemberSettings settings, LineSource source)
    {
        _node = node;
        _settings = settings;
        _source = source;
        _log = new MemberLog(settings.LogPath);
        _gate = new LineGate(settings.Rate);
        _progress = new LineProgress(settings.Senders, source.Lines, settings.FromStart);
        _streams = new StreamTable(settings.Senders);
    }

    /// <inheritdoc/>
    public string Name => _settings.Name;

    /// <inheritdoc/>
    public MemberId Id => _ring!.Self;

    /// <inheritdoc/>
    public ImmutableArray<PublisherBase> Bases { get; private set; } = [];

    /// <inheritdoc/>
    public Task<MemberEnding> Completion => _completion.Task;

    /// <summary>Joins the ring and the process group on a node.</summary>
    internal static async Task<RelayMember> StartAsync(
        IRelayNode node,
        MemberSettings settings,
        LineSource source,
        CancellationToken cancellationToken)
    {
        var member = new RelayMember(node, settings, source);
        try
        {
            var options = new MulticastJoinOptions { MemberName = settings.Name };
            member._ring = await node.Multicast.JoinAsync(Roster.Group, member, options, cancellationToken);
            member._roster = await Roster.StartAsync(node.Groups, cancellationToken);
            member._participant = node.CreateMember(settings.Name);
            await node.Groups.JoinAsync(Roster.Group, member._participant.Id, cancellationToken);
            await member._changed.WaitUntilAsync(
                () => Volatile.Read(ref member._ringNames).Length > 0,
                cancellationToken);
            return member;
        }
        catch
        {
            member._log.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task WaitForMembersAsync(IReadOnlySet<string> names, CancellationToken cancellationToken)
    {
        await _changed.WaitUntilAsync(() => AreExactly(names, Volatile.Read(ref _ringNames)), cancellationToken);
        await _roster!.WaitUntilAsync(present => AreExactly(names, present), cancellationToken);
    }

    /// <inheritdoc/>
    public Task WaitForMessagesAsync(long messages, CancellationToken cancellationToken) =>
        _changed.WaitUntilAsync(
            () =>
            {
                WakeAt(messages);
                return Interlocked.Read(ref _delivered) >= messages;
            },
            cancellationToken);

    /// <inheritdoc/>
    public void Begin(ImmutableArray<MemberId> senders)
    {
        lock (_lock)
        {
            _rule = new TakeoverRule(Id, senders, _progress);
            _sender = new DutySender(_ring!, _source, senders.Length, _gate);
            if (_rule.OwnDuty is { } duty)
            {
                _sender.Take(duty);
            }

            _sending = Task.Run(() => SendAsync(_sender));
        }
    }

    /// <inheritdoc/>
    public void Allow(long line) => _gate.Allow(line);

    /// <inheritdoc/>
    public async Task FinishSendingAsync(CancellationToken cancellationToken)
    {
        _sender?.MayEnd();
        await _sending.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        var leaving = _ring!.LeaveAsync(cancellationToken);
        await _stopSending.CancelAsync();
        await _sending;
        var termination = await leaving;
        await _ring.Completion.WaitAsync(cancellationToken);
        CloseLog();
        await _roster!.DisposeAsync();
        await _node.Groups.LeaveAsync(Roster.Group, _participant!.Id, cancellationToken);
        await _node.StopAsync();
        End(termination.Reason == TerminationReason.Left ? MemberEnd.Left : MemberEnd.Lost, $"{termination.Reason}");
    }

    /// <inheritdoc/>
    public async Task KillAsync()
    {
        End(MemberEnd.Killed, string.Empty);
        _node.Kill();
        CloseLog();
        await _stopSending.CancelAsync();
        await _roster!.DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        CloseLog();
        await _stopSending.CancelAsync();
    }

    /// <inheritdoc/>
    public MemberStatus GetStatus()
    {
        var status = _ring!.GetStatus();
        return new MemberStatus(
            Name,
            status.Phase,
            status.ViewVersion,
            status.LeftNeighbour?.Name ?? "-",
            status.RightNeighbour?.Name ?? "-",
            Interlocked.Read(ref _delivered),
            status.Members.Sum(member => member.PendingPublications),
            status.QueuedDeliveries,
            status.Published,
            status.HeldUpBy?.Name ?? "-",
            Volatile.Read(ref _ringNames),
            _roster!.Names);
    }

    /// <inheritdoc/>
    public MemberRecord GetRecord()
    {
        lock (_lock)
        {
            return new MemberRecord(
                _sending.IsCompletedSuccessfully ? _sending.Result : 0,
                _streams.LastNumbers(),
                _streams.Shares(),
                [.. _takeovers],
                [.. _problems],
                _problemCount);
        }
    }

    /// <summary>Writes the log as far as it goes, for a member whose process may be killed.</summary>
    internal void FlushLog()
    {
        lock (_lock)
        {
            _log.Flush();
        }
    }

    private void CloseLog()
    {
        lock (_lock)
        {
            _log.Dispose();
        }
    }

    /// <summary>
    /// The callback counts first and looks here afterwards, with a full fence in between; whoever waits does it the
    /// other way round.
    /// </summary>
    private void WakeAt(long messages)
    {
        var before = Interlocked.Read(ref _wakeAt);
        while (messages < before)
        {
            var seen = Interlocked.CompareExchange(ref _wakeAt, messages, before);
            if (seen == before)
            {
                break;
            }

            before = seen;
        }

        Interlocked.MemoryBarrier();
    }

    private async Task<long> SendAsync(DutySender sender)
    {
        try
        {
            return await sender.RunAsync(_stopSending.Token);
        }
        catch (Exception error) when (
            Completion.IsCompleted || error is IOException or GroupException or UnauthorizedAccessException)
        {
            // On a node that was killed, anything may happen.
            End(MemberEnd.Lost, $"it cannot send: {error.Message}");
            return 0;
        }
    }

    private static bool AreExactly(IReadOnlySet<string> names, IReadOnlyCollection<string> present) =>
        present.Count == names.Count && names.SetEquals(present);

    private void End(MemberEnd end, string detail) => _completion.TrySetResult(new MemberEnding(end, detail));
}
