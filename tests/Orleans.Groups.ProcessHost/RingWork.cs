using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Orleans.Groups.ProcessHost;

/// <summary>
/// One ring member that sends numbered messages, some of them confirmed, and remembers what it got and what was
/// confirmed. It does not come back by itself when it is taken out.
/// </summary>
internal sealed class RingWork(IMulticast multicast) : IMulticastHandler, IDisposable
{
    private const int ConfirmEvery = 4;
    private static readonly TimeSpan ConfirmLimit = TimeSpan.FromSeconds(60);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Numbers> _received = [];
    private readonly Numbers _confirmed = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IReadOnlyCollection<string> _members = [];
    private IMulticastGroup? _group;
    private CancellationTokenSource _stop = new();
    private Task _sending = Task.CompletedTask;
    private string _name = "";
    private long _sent;
    private long _confirms;
    private long _lastConfirm;
    private TimeSpan _longestStall;

    /// <summary>Joins, and completes when the member is in the ring.</summary>
    internal async Task<string> JoinAsync(string group, string name)
    {
        _name = name;
        _group = await multicast.JoinAsync(group, this, new MulticastJoinOptions { MemberName = name });
        return _group.Self.ToString();
    }

    /// <summary>Begins to send.</summary>
    internal void Start()
    {
        _stop.Dispose();
        _stop = new CancellationTokenSource();
        _lastConfirm = Stopwatch.GetTimestamp();
        _sending = Task.Run(() => SendAsync(_stop.Token));
    }

    /// <summary>Ends sending, and waits for what is under way.</summary>
    internal async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _sending;
    }

    /// <summary>Completes when everything that this member has sent has been processed by all.</summary>
    internal async Task<string> DrainAsync() =>
        $"{await _group!.ConfirmedBroadcastAsync(Next(out _), ConfirmLevel.ProcessedByAll, ConfirmLimit)}";

    internal Task<MulticastTermination> LeaveAsync() => _group!.LeaveAsync();

    internal async Task<MulticastTermination> WaitForEndAsync() => await _group!.Completion;

    /// <summary>Completes when the ring, as the member was told, has exactly these members.</summary>
    internal Task WaitForMembersAsync(List<string> names) =>
        WaitUntilAsync(() => _members.Count == names.Count && _members.All(names.Contains));

    /// <summary>Completes after so many further confirms.</summary>
    internal async Task<long> WaitForConfirmsAsync(long more)
    {
        var goal = Interlocked.Read(ref _confirms) + more;
        await WaitUntilAsync(() => _confirms >= goal);
        return goal;
    }

    /// <summary>The longest time between two confirms since the last question.</summary>
    internal TimeSpan TakeLongestStall()
    {
        lock (_lock)
        {
            return (_longestStall, _longestStall = TimeSpan.Zero).Item1;
        }
    }

    /// <summary>What it got and what was confirmed, as ranges of numbers.</summary>
    internal object Report()
    {
        lock (_lock)
        {
            return new
            {
                received = _received.ToDictionary(sender => sender.Key, sender => sender.Value.ToString()),
                confirmed = _confirmed.ToString(),
                sent = _sent,
                status = _group?.GetStatus().ToString(),
            };
        }
    }

    public ValueTask<HandlerReply> OnJoinedAsync(MulticastJoined joined)
    {
        Change(() => _members = [.. joined.Members.Select(member => member.Name)]);
        return default;
    }

    public ValueTask<HandlerReply> OnMembersChangedAsync(MembersChanged change)
    {
        Change(() => _members = [.. change.Members.Select(member => member.Name)]);
        return default;
    }

    public ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message)
    {
        var text = Encoding.UTF8.GetString(message.Payload.Span);
        var colon = text.LastIndexOf(':');
        lock (_lock)
        {
            if (!_received.TryGetValue(text[..colon], out var numbers))
            {
                _received.Add(text[..colon], numbers = new Numbers());
            }

            numbers.Add(long.Parse(text.AsSpan(colon + 1), CultureInfo.InvariantCulture));
        }

        return default;
    }

    public ValueTask OnTerminatedAsync(MulticastTermination termination) => default;

    public void Dispose() => _stop.Dispose();

    private async Task SendAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var payload = Next(out var number);
            if (number % ConfirmEvery != 0)
            {
                if (!(await _group!.BroadcastAsync(payload, CancellationToken.None)).IsOk)
                {
                    return;
                }

                continue;
            }

            var outcome = await _group!.ConfirmedBroadcastAsync(
                payload, ConfirmLevel.ReceivedByAll, ConfirmLimit, CancellationToken.None);
            if (outcome.IsOk)
            {
                Change(() => Confirmed(number));
            }
            else if (_group.Completion.IsCompleted || outcome.Reason is not BroadcastReason.Timeout)
            {
                return;
            }
        }
    }

    private void Confirmed(long number)
    {
        var now = Stopwatch.GetTimestamp();
        var stall = Stopwatch.GetElapsedTime(_lastConfirm, now);
        _longestStall = stall > _longestStall ? stall : _longestStall;
        _lastConfirm = now;
        _confirmed.Add(number);
        _confirms++;
    }

    private byte[] Next(out long number)
    {
        number = Interlocked.Increment(ref _sent);
        return Encoding.UTF8.GetBytes($"{_name}:{number}");
    }

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            change();
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.TrySetResult();
    }

    private async Task WaitUntilAsync(Func<bool> condition)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (condition())
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed;
        }
    }
}
