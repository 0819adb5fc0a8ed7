using System.Collections.Immutable;

namespace Orleans.Groups.Samples.Relay;

/// <summary>A duty that a member takes over.</summary>
/// <param name="Duty">Which: the lines i with i mod senders = duty.</param>
/// <param name="FromLine">Its first line that was not delivered, counted from 0.</param>
/// <param name="Sender">Whose duty it was at the start.</param>
internal readonly record struct Takeover(int Duty, long FromLine, MemberId Sender);

/// <summary>
/// Who sends what, as one member knows it: a duty belongs to its sender until that one's death is reported, and from
/// then on to the lowest member in join order that the ring view still knows.
/// </summary>
/// <remarks>
/// That is a function of the view alone: while the sender is known, he has the duty; afterwards the lowest member has
/// it, and it stays with him until his own death is reported, for whoever joins is higher. So all members agree, also
/// those that skip views, and a member that once has a duty keeps it for life. What was delivered here when a death
/// is reported is the truth for all survivors: the notice comes after everything that the dead left behind.
/// </remarks>
internal sealed class TakeoverRule
{
    private readonly MemberId _self;
    private readonly ImmutableArray<MemberId> _senders;
    private readonly LineProgress _progress;
    private readonly HashSet<MemberId> _dead = [];
    private readonly bool[] _isMine;

    /// <summary>At the start, every sender has his own duty.</summary>
    /// <param name="self">This member, there from the start.</param>
    /// <param name="senders">Whose duty is the index in this list.</param>
    /// <param name="progress">What has been delivered here.</param>
    internal TakeoverRule(MemberId self, ImmutableArray<MemberId> senders, LineProgress progress)
    {
        _self = self;
        _senders = senders;
        _progress = progress;
        _isMine = [.. senders.Select(sender => sender.Equals(self))];
    }

    /// <summary>What this member has to send from the start; nothing when it is no sender.</summary>
    internal Takeover? OwnDuty
    {
        get
        {
            var duty = _senders.IndexOf(_self);
            return duty < 0 ? null : new Takeover(duty, duty, _self);
        }
    }

    /// <summary>Members came or went: which duties are this member's from now on?</summary>
    internal ImmutableArray<Takeover> Apply(MembersChanged change)
    {
        foreach (var death in change.Deaths)
        {
            _dead.Add(death);
        }

        if (change.Members.IsEmpty || !change.Members[0].Equals(_self))
        {
            return [];
        }

        var taken = ImmutableArray.CreateBuilder<Takeover>();
        for (var duty = 0; duty < _senders.Length; duty++)
        {
            if (!_isMine[duty] && _dead.Contains(_senders[duty]))
            {
                _isMine[duty] = true;
                taken.Add(new Takeover(duty, _progress.NextOf(duty), _senders[duty]));
            }
        }

        return taken.ToImmutable();
    }
}
