using System.Collections.Immutable;
using System.Text;

namespace Orleans.Groups.Samples.Relay;

/// <content>What came out, and whether anything moves at all.</content>
internal sealed partial class RelayRun
{
    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        // With a rate, the next line may be due in a long time only.
        var patience = _options.StallTimeout + (_options.Rate > 0 ? 1 / _options.Rate : 0);
        var limit = TimeSpan.FromSeconds(Math.Min(patience, 1_000_000));
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(Math.Clamp(_options.StallTimeout / 8, 0.02, 1)));
        var (mark, idle) = (-1L, TimeSpan.Zero);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                var now = Interlocked.Read(ref _steps) + All().Sum(p => p.Status?.Delivered ?? 0);
                idle = now == mark ? idle + timer.Period : TimeSpan.Zero;
                mark = now;
                if (idle >= limit)
                {
                    _failure.TrySetResult(DescribeStall());
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    private string DescribeStall()
    {
        var view = GetView();
        var text = new StringBuilder(
            $"nothing moved for {_options.StallTimeout} s while {view.Doing}; "
            + $"{view.Done} of {view.Lines} lines delivered at {_schedule.Anchor}");
        foreach (var row in view.Members)
        {
            text.Append(row.Status is not { } s
                ? $"; {row.Name}: {row.State}"
                : $"; {row.Name}: {row.State}, view {s.ViewVersion}, {s.Left} < > {s.Right}, sent {s.Sent}, "
                    + $"delivered {s.Delivered}, pending {s.Pending}, queued {s.Queued}, held up by {s.HeldUpBy}, "
                    + $"ring {string.Join(' ', s.Ring)}, group {string.Join(' ', s.Group)}");
        }

        return text.ToString();
    }

    /// <summary>How many messages of each sender have to arrive: all of those that stayed or left properly.</summary>
    private Dictionary<string, long> CollectTotals()
    {
        var totals = new Dictionary<string, long>(Anchor.GetRecord().LastNumbers);
        foreach (var participant in All())
        {
            if (participant is { FromStart: true, Member: not null, End: MemberEnd.Alive or MemberEnd.Left })
            {
                totals[participant.Name] = participant.Member.GetRecord().Accepted;
            }
        }

        return totals;
    }

    private IEnumerable<Violation> FindViolations()
    {
        var totals = CollectTotals();
        var ends = All().ToDictionary(p => p.Name, p => p.End);
        foreach (var participant in All())
        {
            var record = participant.Member!.GetRecord();
            foreach (var problem in record.Problems)
            {
                yield return new Violation(participant.Name, problem);
            }

            if (record.ProblemCount > record.Problems.Length)
            {
                var more = record.ProblemCount - record.Problems.Length;
                yield return new Violation(participant.Name, $"and {more} more of that kind");
            }
        }

        var anchor = Anchor.GetRecord();
        foreach (var (sender, total) in totals)
        {
            var got = anchor.LastNumbers.GetValueOrDefault(sender);
            if (got != total)
            {
                yield return new Violation(_schedule.Anchor, $"{sender} sent {total} messages, but {got} arrived");
            }
        }

        foreach (var share in anchor.Shares)
        {
            var owner = _schedule.Senders[share.Duty];
            if (share.Sender != owner && ends[owner] == MemberEnd.Alive)
            {
                yield return new Violation(
                    _schedule.Anchor,
                    $"{share.Sender} sent lines {share.First + 1} to {share.Last + 1} of {owner}, which is alive");
            }
        }
    }

    private ImmutableArray<MemberFacts> CollectFacts()
    {
        var totals = _participants.TryGetValue(_schedule.Anchor, out var anchor) && anchor.Member is not null
            ? CollectTotals() : [];
        return [.. All().Select(p => new MemberFacts(
            p.Name,
            p.FromStart,
            JoinedAt(p, totals),
            p.End,
            p.Member?.GetRecord()))];
    }

    /// <summary>
    /// A joiner counts from what it was told. Whoever it was not told of had been erased before, and everything of him
    /// came before the joiner.
    /// </summary>
    private static long JoinedAt(Participant participant, Dictionary<string, long> totals)
    {
        if (participant.FromStart || participant.Member is not { } member)
        {
            return 0;
        }

        var bases = member.Bases.ToDictionary(b => b.Publisher.Name, b => b.Number);
        return totals.Sum(total => bases.GetValueOrDefault(total.Key, total.Value));
    }
}
