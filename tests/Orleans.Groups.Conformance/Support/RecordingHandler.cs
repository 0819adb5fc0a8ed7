using System.Collections.Immutable;

namespace Orleans.Groups.Conformance;

/// <summary>Records everything that a ring member is told, checks it, and lets a test wait for it.</summary>
/// <remarks>The hooks are called after the event has been recorded; a hook that is not set answers ok.</remarks>
internal sealed class RecordingHandler : IMulticastHandler
{
    private readonly Observed _state;
    private readonly StreamChecker _checker;
    private readonly List<RingEvent> _events = [];
    private int _running;

    /// <summary>Records for one member.</summary>
    /// <param name="name">Label for messages of failed waits.</param>
    /// <param name="predecessor">The handler that this one replaces, if any; checking goes on where it stopped.</param>
    internal RecordingHandler(string name, RecordingHandler? predecessor = null)
    {
        Name = name;
        _checker = predecessor?._checker ?? new StreamChecker();
        _state = new Observed(Describe);
    }

    internal string Name { get; }

    internal Func<MulticastJoined, ValueTask<HandlerReply>>? WhenJoined { get; set; }

    internal Func<MembersChanged, ValueTask<HandlerReply>>? WhenChanged { get; set; }

    internal Func<MulticastMessage, ValueTask<HandlerReply>>? WhenMessage { get; set; }

    internal Func<MulticastTermination, ValueTask>? WhenTerminated { get; set; }

    /// <summary>Everything so far, in order.</summary>
    internal ImmutableArray<RingEvent> Events => _state.Read(() => _events.ToImmutableArray());

    internal ImmutableArray<MulticastMessage> Messages =>
        [.. Events.OfType<RingEvent.Message>().Select(static message => message.Value)];

    internal ImmutableArray<MembersChanged> Changes =>
        [.. Events.OfType<RingEvent.Changed>().Select(static change => change.Value)];

    internal MulticastJoined Joined => Events.OfType<RingEvent.Joined>().Single().Value;

    internal ImmutableArray<MemberId> Births => [.. Changes.SelectMany(static change => change.Births)];

    internal ImmutableArray<MemberId> Deaths => [.. Changes.SelectMany(static change => change.Deaths)];

    /// <summary>What the contract forbids and happened all the same.</summary>
    internal ImmutableArray<string> Violations => _state.Read(() => _checker.Violations.ToImmutableArray());

    /// <summary>Per member ever known the number of its last message here, or its base.</summary>
    internal ImmutableDictionary<MemberId, long> Last => _state.Read(() => _checker.Last.ToImmutableDictionary());

    internal ImmutableArray<MulticastMessage> MessagesOf(MemberId publisher) =>
        [.. Messages.Where(message => message.From == publisher)];

    /// <summary>
    /// Waits until message <paramref name="number"/> of a member, or a later one, has been handed in.
    /// </summary>
    internal Task ReceivesAsync(MemberId publisher, long number) =>
        _state.UntilAsync(
            $"{Name} receives message {number} of {publisher}",
            () => _checker.Last.GetValueOrDefault(publisher) >= number);

    /// <summary>Waits until the member knows exactly these.</summary>
    internal Task KnowsAsync(params IEnumerable<MemberId> members)
    {
        var expected = members.ToHashSet();
        return _state.UntilAsync(
            $"{Name} knows exactly [{string.Join(", ", expected.Order())}]",
            () => _checker.Known.SetEquals(expected));
    }

    internal Task IsJoinedAsync() =>
        WaitForAsync("is told that it has joined", static told => told is RingEvent.Joined);

    internal Task SeesDeathAsync(MemberId member) =>
        WaitForAsync(
            $"sees the death of {member}",
            ringEvent => ringEvent is RingEvent.Changed changed && changed.Value.Deaths.Contains(member));

    internal Task SeesBirthAsync(MemberId member) =>
        WaitForAsync(
            $"sees the birth of {member}",
            ringEvent => ringEvent is RingEvent.Changed changed && changed.Value.Births.Contains(member));

    internal Task TerminatesAsync() =>
        WaitForAsync("terminates", static ringEvent => ringEvent is RingEvent.Terminated);

    /// <summary>Waits for any event that fits, past or to come.</summary>
    internal Task WaitForAsync(string what, Func<RingEvent, bool> predicate)
    {
        // Every event is looked at once, however many there are.
        var next = 0;
        return _state.UntilAsync($"{Name} {what}", () =>
        {
            var found = false;
            while (!found && next < _events.Count)
            {
                found = predicate(_events[next++]);
            }

            return found;
        });
    }

    public ValueTask<HandlerReply> OnJoinedAsync(MulticastJoined joined) =>
        RunAsync(new RingEvent.Joined(joined), () => _checker.Joined(joined), WhenJoined, joined);

    public ValueTask<HandlerReply> OnMembersChangedAsync(MembersChanged change) =>
        RunAsync(new RingEvent.Changed(change), () => _checker.Changed(change), WhenChanged, change);

    public ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message) =>
        RunAsync(new RingEvent.Message(message), () => _checker.Message(message), WhenMessage, message);

    public async ValueTask OnTerminatedAsync(MulticastTermination termination) =>
        await RunAsync(
            new RingEvent.Terminated(termination),
            _checker.Terminated,
            async value =>
            {
                await (WhenTerminated?.Invoke(value) ?? ValueTask.CompletedTask);
                return HandlerReply.Ok;
            },
            termination);

    private async ValueTask<HandlerReply> RunAsync<T>(
        RingEvent ringEvent,
        Action check,
        Func<T, ValueTask<HandlerReply>>? hook,
        T value)
    {
        var overlaps = Interlocked.Increment(ref _running) > 1;
        try
        {
            _state.Change(() =>
            {
                _checker.Require(!overlaps, $"{ringEvent} while another callback runs");
                _events.Add(ringEvent);
                check();
            });
            return hook is null ? HandlerReply.Ok : await hook(value);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private string Describe()
    {
        var tail = _events.TakeLast(12).Select(static ringEvent => ringEvent.ToString());
        var last = _checker.Last.Select(static pair => $"{pair.Key}: {pair.Value}");
        return $"{Name} knows [{string.Join(", ", _checker.Known.Order())}], "
            + $"has last numbers [{string.Join(", ", last)}], was told {_events.Count} things, "
            + $"in the end: {string.Join("; ", tail)}. "
            + $"Violations: [{string.Join("; ", _checker.Violations)}].";
    }
}
