namespace Orleans.Groups.Conformance;

/// <summary>A member of a ring under test: its place, and the handler that records what it is told.</summary>
internal sealed class RingMember(INodeFixture node, IMulticastGroup group, RecordingHandler handler)
{
    private long _published;

    internal INodeFixture Node { get; } = node;

    internal IMulticastGroup Group { get; } = group;

    internal RecordingHandler Handler { get; } = handler;

    internal MemberId Id => Group.Self;

    internal MulticastStatus Status => Group.GetStatus();

    /// <summary>How many messages were published here, as far as the outcomes tell.</summary>
    internal long Published => Volatile.Read(ref _published);

    /// <summary>Publishes the next numbered payload; one caller at a time.</summary>
    internal async Task<BroadcastOutcome> TryPublishAsync(int bytes = Payloads.HeaderBytes)
    {
        var outcome = await Group.BroadcastAsync(Payloads.Numbered(_published + 1, bytes))
            .WithinAsync($"{Id} publishes", DescribeStatus);
        Count(outcome);
        return outcome;
    }

    /// <summary>Publishes the next numbered payload and expects it to be accepted; one caller at a time.</summary>
    internal async Task PublishAsync(int bytes = Payloads.HeaderBytes) =>
        Assert.Equal(BroadcastOutcome.Ok, await TryPublishAsync(bytes));

    /// <summary>Publishes several numbered payloads, one after the other.</summary>
    internal async Task PublishManyAsync(int count, int bytes = Payloads.HeaderBytes)
    {
        for (var index = 0; index < count; index++)
        {
            await PublishAsync(bytes);
        }
    }

    /// <summary>Publishes the next numbered payload and waits for the proof; one caller at a time.</summary>
    internal async Task<BroadcastOutcome> TryConfirmAsync(
        ConfirmLevel level = ConfirmLevel.ReceivedByAll,
        TimeSpan? timeout = null,
        int bytes = Payloads.HeaderBytes)
    {
        var outcome = await Group
            .ConfirmedBroadcastAsync(Payloads.Numbered(_published + 1, bytes), level, timeout)
            .WithinAsync($"{Id} has its broadcast confirmed ({level})", DescribeStatus);
        Count(outcome);
        return outcome;
    }

    /// <summary>As <see cref="TryConfirmAsync"/>, and expects the proof.</summary>
    internal async Task ConfirmAsync(ConfirmLevel level = ConfirmLevel.ReceivedByAll) =>
        Assert.Equal(BroadcastOutcome.Ok, await TryConfirmAsync(level));

    /// <summary>Leaves and waits for the end.</summary>
    internal Task<MulticastTermination> LeaveAsync() => Group.LeaveAsync().WithinAsync($"{Id} leaves", DescribeStatus);

    /// <summary>Waits for the end.</summary>
    internal Task<MulticastTermination> EndsAsync() => Group.Completion.WithinAsync($"{Id} ends", DescribeStatus);

    internal string DescribeStatus()
    {
        var status = Status;
        var members = status.Members.Select(static member => member.IsAlive ? $"{member.Id}" : $"dead {member.Id}");
        return $"{status.Self} is {status.Phase} in view {status.ViewVersion} [{string.Join(", ", members)}], "
            + $"published {status.Published}, delivered {status.Delivered}, keeps {status.PendingBytes} bytes, "
            + $"{status.UnprocessedBytes} bytes unprocessed, held up by {status.HeldUpBy}, "
            + $"{status.QueuedDeliveries} deliveries queued.";
    }

    private void Count(BroadcastOutcome outcome)
    {
        if (outcome.Status != BroadcastStatus.Failed)
        {
            Interlocked.Increment(ref _published);
        }
    }
}
