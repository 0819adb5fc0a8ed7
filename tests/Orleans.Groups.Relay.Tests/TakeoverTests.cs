using System.Collections.Immutable;
using System.Text;

namespace Orleans.Groups.Relay.Tests;

/// <summary>Who sends what when somebody dies, without any ring.</summary>
public sealed class TakeoverTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly MemberId _a = Id("a");
    private readonly MemberId _b = Id("b");
    private readonly MemberId _c = Id("c");
    private readonly MemberId _joiner = Id("j");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Deliver_FirstLinesOfEachDuty_AreCounted()
    {
        var progress = new LineProgress(2, 6, fromStart: true);

        foreach (var line in new[] { 1, 0, 2, 4, 3, 5 })
        {
            Assert.Null(progress.Deliver(line));
        }

        Assert.Equal(6, progress.Delivered);
        Assert.Equal(6, progress.NextOf(0));
    }

    [Fact]
    public void Deliver_LineAgain_IsAViolation()
    {
        var progress = new LineProgress(2, 10, fromStart: true);
        progress.Deliver(0);
        progress.Deliver(2);

        Assert.Equal("line 1 was delivered twice", progress.Deliver(0));
    }

    [Fact]
    public void Deliver_LineTooFar_IsAViolation()
    {
        var progress = new LineProgress(2, 10, fromStart: true);
        progress.Deliver(1);

        Assert.Equal("line 6 was delivered, but line 4, which comes before it, was not", progress.Deliver(5));
        Assert.Equal("line 11 was delivered, but the input has 10", progress.Deliver(10));
    }

    [Fact]
    public void Deliver_ToAJoiner_BeginsAnywhere()
    {
        var progress = new LineProgress(2, 10, fromStart: false);

        Assert.Null(progress.Deliver(5));
        Assert.Null(progress.Deliver(4));
        Assert.Null(progress.Deliver(7));
        Assert.NotNull(progress.Deliver(3));
    }

    [Fact]
    public void OwnDuty_OfASender_BeginsAtItsIndex()
    {
        Assert.Equal(new Takeover(1, 1, _b), Rule(_b, out _).OwnDuty);
        Assert.Null(Rule(_c, out _).OwnDuty);
    }

    [Fact]
    public void Apply_DeathOfASender_IsTakenByTheLowestFromWhereDeliveriesEnd()
    {
        var rule = Rule(_b, out var progress);
        progress.Deliver(0);
        progress.Deliver(2);

        Assert.Equal([new Takeover(0, 4, _a)], rule.Apply(Change([_a], [_b, _c])));
    }

    [Fact]
    public void Apply_DeathOfASender_IsNotTakenByOthers() =>
        Assert.Empty(Rule(_c, out _).Apply(Change([_a], [_b, _c])));

    [Fact]
    public void Apply_DeathOfTheTaker_IsTakenByTheNextWithAllDuties()
    {
        var rule = Rule(_c, out var progress);
        Assert.Empty(rule.Apply(Change([_a], [_b, _c])));
        progress.Deliver(0);

        Assert.Equal([new Takeover(0, 2, _a), new Takeover(1, 1, _b)], rule.Apply(Change([_b], [_c])));
    }

    [Fact]
    public void Apply_SkippedView_ComesToTheSame() =>
        Assert.Equal(
            [new Takeover(0, 0, _a), new Takeover(1, 1, _b)],
            Rule(_c, out _).Apply(Change([_a, _b], [_c])));

    /// <summary>The lowest is dead, but the ring still knows it: its own death is yet to be reported.</summary>
    [Fact]
    public void Apply_LowestDeadButKnown_KeepsTheDutyUntilItsOwnDeath()
    {
        var rule = Rule(_c, out _);

        Assert.Empty(rule.Apply(Change([_b], [_a, _c])));
        Assert.Equal(2, rule.Apply(Change([_a], [_c])).Length);
    }

    [Fact]
    public void Apply_LaterChanges_GiveNothingTwice()
    {
        var rule = Rule(_b, out _);
        rule.Apply(Change([_a], [_b, _c]));

        Assert.Empty(rule.Apply(Change([], [_b, _c, _joiner])));
        Assert.Empty(rule.Apply(Change([_c], [_b, _joiner])));
    }

    [Fact]
    public async Task Sender_WithTwoDuties_SendsTheLowestLineFirst()
    {
        using var source = Source(10);
        var ring = new RecordingRing();
        var gate = new LineGate(0);
        var sender = new DutySender(ring, source, 2, gate);
        sender.Take(new Takeover(1, 1, _b));
        sender.Take(new Takeover(0, 6, _a));
        gate.Allow(long.MaxValue);
        sender.MayEnd();

        Assert.Equal(7, await sender.RunAsync(CancellationToken.None));
        Assert.Equal([1, 3, 5, 6, 7, 8, 9], ring.Sent.Select(m => m.Line));
        Assert.All(ring.Sent, m => Assert.Equal($"line {m.Line}", m.Text));
    }

    [Fact]
    public async Task Sender_AtTheGate_WaitsUntilItIsRaised()
    {
        using var source = Source(10);
        var ring = new RecordingRing();
        var gate = new LineGate(0);
        var sender = new DutySender(ring, source, 1, gate);
        sender.Take(new Takeover(0, 0, _a));
        sender.MayEnd();
        gate.Allow(3);

        var running = sender.RunAsync(CancellationToken.None);
        await ring.WaitForAsync(3);
        Assert.False(running.IsCompleted);
        gate.Allow(2);
        gate.Allow(10);

        Assert.Equal(10, await running);
    }

    [Fact]
    public async Task Sender_DutyWhileIdle_IsSent()
    {
        using var source = Source(4);
        var ring = new RecordingRing();
        var gate = new LineGate(0);
        gate.Allow(100);
        var sender = new DutySender(ring, source, 2, gate);

        var running = sender.RunAsync(CancellationToken.None);
        sender.Take(new Takeover(1, 3, _a));
        await ring.WaitForAsync(1);
        sender.Take(new Takeover(0, 4, _b));
        sender.MayEnd();

        Assert.Equal(1, await running);
    }

    [Fact]
    public async Task Sender_RefusedByTheRing_Ends()
    {
        using var source = Source(10);
        var ring = new RecordingRing { Limit = 4 };
        var gate = new LineGate(0);
        gate.Allow(100);
        var sender = new DutySender(ring, source, 1, gate);
        sender.Take(new Takeover(0, 0, _a));

        Assert.Equal(4, await sender.RunAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Sender_Cancelled_CountsWhatWasAccepted()
    {
        using var source = Source(10);
        using var stop = new CancellationTokenSource();
        var ring = new RecordingRing();
        var gate = new LineGate(0);
        gate.Allow(5);
        var sender = new DutySender(ring, source, 1, gate);
        sender.Take(new Takeover(0, 0, _a));

        var running = sender.RunAsync(stop.Token);
        await ring.WaitForAsync(5);
        await stop.CancelAsync();

        Assert.Equal(5, await running);
    }

    private static MemberId Id(string name) => new(new NodeId(name, default), 1, name);

    private static MembersChanged Change(ImmutableArray<MemberId> deaths, ImmutableArray<MemberId> members) =>
        new([], deaths, members);

    private TakeoverRule Rule(MemberId self, out LineProgress progress)
    {
        progress = new LineProgress(2, 100, fromStart: true);
        return new TakeoverRule(self, [_a, _b], progress);
    }

    private LineSource Source(int lines) => LineSource.Open(
        _folder.Write("in", string.Join('\n', Enumerable.Range(0, lines).Select(i => $"line {i}"))),
        1_000,
        () => Stream.Null,
        CancellationToken.None);

    private sealed class RecordingRing : IMulticastGroup
    {
        private readonly Signal _changed = new();

        public List<(long Line, string Text)> Sent { get; } = [];

        public int Limit { get; init; } = int.MaxValue;

        public GroupName Group => Roster.Group;

        public MemberId Self => Id("self");

        public Task<MulticastTermination> Completion => throw new NotSupportedException();

        public ValueTask<BroadcastOutcome> BroadcastAsync(
            ReadOnlyMemory<byte> payload,
            CancellationToken cancellationToken = default)
        {
            lock (Sent)
            {
                if (Sent.Count == Limit)
                {
                    return new(new BroadcastOutcome(BroadcastStatus.Failed, BroadcastReason.Leaving));
                }

                Assert.True(LineMessage.TryRead(payload.Span, out var line, out var text));
                Sent.Add((line, Encoding.UTF8.GetString(text)));
            }

            _changed.Raise();
            return new(BroadcastOutcome.Ok);
        }

        internal Task WaitForAsync(int count) => _changed.WaitUntilAsync(
            () =>
            {
                lock (Sent)
                {
                    return Sent.Count >= count;
                }
            },
            CancellationToken.None);

        public ValueTask<BroadcastOutcome> ConfirmedBroadcastAsync(
            ReadOnlyMemory<byte> payload,
            ConfirmLevel level = ConfirmLevel.ReceivedByAll,
            TimeSpan? timeout = null,
            CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<MulticastTermination> LeaveAsync(CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public Task<MulticastTermination> ShutDownGroupAsync(CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public void ValidateMembers(IReadOnlyCollection<MemberId> members) => throw new NotSupportedException();

        public MulticastStatus GetStatus() => throw new NotSupportedException();

        public ValueTask DisposeAsync() => default;
    }
}
