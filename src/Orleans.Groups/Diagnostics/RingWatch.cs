using Orleans.Groups.Engine;

namespace Orleans.Groups;

/// <summary>
/// Since when ring members wait for the slowest of their ring without its processing any of their messages. Any thread.
/// </summary>
/// <remarks>
/// It learns only when it looks, so that rings pay nothing for it: a stall begins with the first look that sees it.
/// </remarks>
internal sealed class RingWatch(TimeProvider time)
{
    private readonly Lock _gate = new();
    private Dictionary<MemberId, Wait> _waits = [];

    /// <summary>All members that wait for somebody, the longest wait first.</summary>
    internal IReadOnlyList<RingStall> Look(RingSurvey survey)
    {
        var now = time.GetTimestamp();
        var stalls = new List<RingStall>();
        lock (_gate)
        {
            var waits = new Dictionary<MemberId, Wait>();
            foreach (var member in survey.Members)
            {
                if (member.HeldUpBy is not { } slowest)
                {
                    continue;
                }

                var known = _waits.TryGetValue(member.Self, out var wait)
                    && wait.Slowest.Equals(slowest)
                    && wait.Through == member.HeldUpAt;
                var since = known ? wait.Since : now;
                waits[member.Self] = new Wait(slowest, member.HeldUpAt, since);
                stalls.Add(new RingStall(member, slowest, time.GetElapsedTime(since, now)));
            }

            _waits = waits;
        }

        stalls.Sort(static (left, right) => right.Time.CompareTo(left.Time));
        return stalls;
    }

    private readonly record struct Wait(MemberId Slowest, long Through, long Since);
}

/// <summary>A ring member that waits for the slowest of its ring.</summary>
/// <param name="Member">Who waits.</param>
/// <param name="Slowest">For whom; itself when its own handler is behind all others.</param>
/// <param name="Time">How long that one has processed nothing of it.</param>
internal readonly record struct RingStall(RingSample Member, MemberId Slowest, TimeSpan Time);
