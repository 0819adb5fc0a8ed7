namespace Orleans.Groups.Conformance;

/// <summary>What one member of a random run did, for <see cref="AgreementChecker"/>.</summary>
/// <param name="member">The member.</param>
internal sealed class ChurnMember(RingMember member)
{
    private readonly List<(long Number, bool IsConfirmed, Task<BroadcastOutcome> Outcome)> _calls = [];

    internal RingMember Member { get; } = member;

    /// <summary>Set as soon as it was told to leave.</summary>
    internal Task<MulticastTermination>? Leaving { get; set; }

    /// <summary>Set before its node is killed.</summary>
    internal bool IsKilled { get; set; }

    /// <summary>Whether it is meant to be in the ring at the end, and is.</summary>
    internal bool IsSurvivor => !IsKilled && Leaving is null && !Member.Group.Completion.IsCompleted;

    /// <summary>Publishes the next numbered message, without waiting for anything.</summary>
    internal Task<BroadcastOutcome> Publish(int bytes, ConfirmLevel? level)
    {
        var number = _calls.Count + 1;
        var payload = Payloads.Numbered(number, bytes);
        var outcome = level is { } proof
            ? Member.Group.ConfirmedBroadcastAsync(payload, proof).AsTask()
            : Member.Group.BroadcastAsync(payload).AsTask();
        _calls.Add((number, level is not null, outcome));
        return outcome;
    }

    /// <summary>Waits until every call has been answered; on a killed node an answer may be anything.</summary>
    internal async Task SettleAsync()
    {
        foreach (var (number, _, outcome) in _calls)
        {
            await Task.WhenAny(outcome)
                .WithinAsync($"message {number} of {Member.Id} is answered", Member.DescribeStatus);
            if (!IsKilled)
            {
                await outcome;
            }
        }
    }

    /// <summary>Number of the last message that was accepted.</summary>
    internal long LastAccepted => LastWhere(static call => call.Outcome.Result.Status != BroadcastStatus.Failed);

    /// <summary>Number of the last message that was proved.</summary>
    internal long LastProved => LastWhere(static call => call.IsConfirmed && call.Outcome.Result.IsOk);

    private long LastWhere(Func<(long Number, bool IsConfirmed, Task<BroadcastOutcome> Outcome), bool> predicate) =>
        _calls.Where(static call => call.Outcome.IsCompletedSuccessfully)
            .Where(predicate)
            .Select(static call => call.Number)
            .LastOrDefault();
}
