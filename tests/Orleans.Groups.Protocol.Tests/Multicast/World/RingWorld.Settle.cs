namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <content>
/// The plain schedule of stories: everything that is not held back happens, round after round, until nothing is left.
/// </content>
internal sealed partial class RingWorld
{
    private const int MaxRounds = 10_000;

    /// <summary>A member on a node of its own; the node has the member's label without the number.</summary>
    internal WorldMember Join(string node) => Join(AddNode(node));

    /// <summary>A ring of so many members on nodes a, b, c, …, in this order from left to right.</summary>
    internal WorldMember[] Ring(int count)
    {
        var members = new List<WorldMember>();
        for (var index = 0; index < count; index++)
        {
            var name = ((char)('a' + index)).ToString();
            members.Add(index == 0 ? Join(name) : JoinRightOf(members[^1], AddNode(name)));
            Settle();
            RingViolationException.Require(members[^1].IsJoined, "story", $"{members[^1]} joins");
        }

        return [.. members];
    }

    /// <summary>
    /// Begins to join with a machine whose random choice falls on a certain member of the record as it is now.
    /// </summary>
    internal WorldMember JoinRightOf(WorldMember left, WorldNode node)
    {
        var alive = Store.Current!.Entries
            .Where(static entry => entry.IsAlive)
            .Select(static entry => entry.Member)
            .ToList();
        var seed = 1UL;
        while (!alive[new DeterministicRandom(seed).Next(alive.Count)].Equals(left.Id))
        {
            seed++;
        }

        return Join(node, seed);
    }

    /// <summary>Lets everything happen that is not held; timers only when asked for.</summary>
    internal void Settle(bool timers = false)
    {
        var rounds = 0;
        while (Round() || (timers && FireEarliestTimer()))
        {
            RingViolationException.Require(++rounds < MaxRounds, "G-L1", "the world does not come to rest");
        }
    }

    /// <summary>As <see cref="Settle"/>, timers included, but stops as soon as a condition holds.</summary>
    internal void SettleUntil(Func<bool> condition, bool timers = false)
    {
        var rounds = 0;
        while (!condition())
        {
            var happened = HappenOnce() || (timers && FireEarliestTimer());
            RingViolationException.Require(
                happened, "story", "nothing happens any more, and what was waited for has not");
            RingViolationException.Require(++rounds < MaxRounds * 10, "G-L1", "the world does not come to rest");
        }
    }

    /// <summary>Everything at rest and as it should be.</summary>
    internal void SettleAndCheck()
    {
        Settle(timers: true);
        Tell(observer => observer.OnQuiet(this));
    }

    /// <summary>When the next timer is due; the end of time when there is none.</summary>
    internal TimeSpan EarliestTimer => Running
        .SelectMany(static member => member.Timers)
        .Select(static timer => timer.Due)
        .DefaultIfEmpty(TimeSpan.MaxValue)
        .Min();

    /// <summary>Virtual time moves on.</summary>
    internal void PassTime(TimeSpan until) => Now = until > Now ? until : Now;

    internal bool FireEarliestTimer()
    {
        var candidates = Running.Where(static member => !member.IsHeld && member.Timers.Count > 0).ToList();
        if (candidates.Count == 0)
        {
            return false;
        }

        var first = candidates.MinBy(static member => member.Timers.Min(static timer => timer.Due))!;
        FireTimer(first, first.Timers.MinBy(static timer => timer.Due).Timer);
        return true;
    }

    /// <summary>One turn of a member: its whole mailbox, then a flush.</summary>
    internal void Turn(WorldMember member)
    {
        while (member.Mailbox.Count > 0)
        {
            StepNext(member);
        }

        if (member.IsFlushWanted)
        {
            Flush(member);
        }
    }

    private bool Round()
    {
        var happened = false;
        while (HappenOnce())
        {
            happened = true;
        }

        return happened;
    }

    /// <summary>The first thing that can happen, in a fixed order: links, turns, handlers, store, surveys.</summary>
    private bool HappenOnce()
    {
        foreach (var link in Links)
        {
            if (!link.IsHeld && link.Count > 0)
            {
                DeliverNext(link);
                return true;
            }
        }

        foreach (var member in Members)
        {
            if (!member.IsHeld && (member.Mailbox.Count > 0 || member.IsFlushWanted))
            {
                Turn(member);
                return true;
            }

            if (!member.IsHandlerHeld && !member.IsHandlerStopped && member.Deliveries.Count > 0)
            {
                RunHandler(member);
                return true;
            }

            if (!member.IsHandlerHeld && member.Reports.Count > 0)
            {
                ReportProcessed(member);
                return true;
            }
        }

        return AnswerSomething();
    }

    private bool AnswerSomething()
    {
        foreach (var request in Store.Requests)
        {
            if (request.IsHeld || Store.IsHeld)
            {
                continue;
            }

            if (!request.IsApplied)
            {
                Apply(request);
            }
            else
            {
                Answer(request);
            }

            return true;
        }

        foreach (var survey in Surveys)
        {
            if (!survey.IsHeld && survey.Unasked.FindIndex(node => node.IsAlive) is >= 0 and var index)
            {
                LookForSurvey(survey, index);
                return true;
            }

            if (!survey.IsHeld && survey.UnderWay.Count > 0)
            {
                AnswerSurvey(survey);
                return true;
            }
        }

        return false;
    }
}
