namespace Orleans.Groups.Samples.Relay;

/// <summary>A member of a run, from the moment it is to be started.</summary>
internal sealed class Participant(string name, bool fromStart)
{
    private IRelayMember? _member;

    internal string Name { get; } = name;

    internal bool FromStart { get; } = fromStart;

    /// <summary>The member, when it is in the ring.</summary>
    internal IRelayMember? Member
    {
        get => Volatile.Read(ref _member);
        set => Volatile.Write(ref _member, value);
    }

    /// <summary>Completes when the member is in the ring and the program sees it.</summary>
    internal Task Started { get; set; } = Task.CompletedTask;

    /// <summary>Whether it is on its way out.</summary>
    internal bool IsLeaving { get; set; }

    internal MemberEnd End =>
        Member is { Completion: { IsCompletedSuccessfully: true } done } ? done.Result.End : MemberEnd.Alive;

    /// <summary>Whether it is in the ring, and stays there unless something happens.</summary>
    internal bool IsAlive => Member is not null && End == MemberEnd.Alive;

    /// <summary>What it does now, or did last.</summary>
    internal MemberStatus? Status => Member?.GetStatus();

    internal string State => End switch
    {
        MemberEnd.Alive when Member is null => "joining",
        MemberEnd.Alive when IsLeaving => "leaving",
        MemberEnd.Alive => "in ring",
        var end => end.ToString().ToLowerInvariant(),
    };
}
