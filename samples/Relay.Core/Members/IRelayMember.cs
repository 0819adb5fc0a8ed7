using System.Collections.Immutable;

namespace Orleans.Groups.Samples.Relay;

/// <summary>
/// One member on its node, as the run sees it: in this process, or far away. Everything here can be asked over a wire;
/// nothing is called per message. Disposing it completes its log and ends its sending; the member stays where it is.
/// </summary>
internal interface IRelayMember : IAsyncDisposable
{
    /// <summary>Name of the node and of the member.</summary>
    string Name { get; }

    /// <summary>The member's id in the ring.</summary>
    MemberId Id { get; }

    /// <summary>From where on the messages of whoever was in the ring then are delivered to this member.</summary>
    ImmutableArray<PublisherBase> Bases { get; }

    /// <summary>Completes when the member has ended, for whatever reason; never faults.</summary>
    Task<MemberEnding> Completion { get; }

    /// <summary>
    /// Completes when the ring as well as the process group, as this member and its node see them, are exactly these.
    /// </summary>
    Task WaitForMembersAsync(IReadOnlySet<string> names, CancellationToken cancellationToken);

    /// <summary>Completes when so many messages have been delivered to this member.</summary>
    Task WaitForMessagesAsync(long messages, CancellationToken cancellationToken);

    /// <summary>Tells a member that was there from the start who sends; nothing is sent before <see cref="Allow"/>.
    /// </summary>
    void Begin(ImmutableArray<MemberId> senders);

    /// <summary>Lets the lines below this one be sent. Never goes back.</summary>
    void Allow(long line);

    /// <summary>Completes when everything that this member has to send is sent; it takes over nothing more.</summary>
    Task FinishSendingAsync(CancellationToken cancellationToken);

    /// <summary>Leaves the ring and the process group, and stops the node.</summary>
    Task LeaveAsync(CancellationToken cancellationToken);

    /// <summary>Kills the node. The log keeps what was delivered before.</summary>
    Task KillAsync();

    /// <summary>What it does now, or did last, for people.</summary>
    MemberStatus GetStatus();

    /// <summary>What it has seen, for the check. Final when it has ended, or is disposed.</summary>
    MemberRecord GetRecord();
}

/// <summary>How a member ended.</summary>
internal enum MemberEnd
{
    /// <summary>It has not.</summary>
    Alive,

    /// <summary>Its node was killed.</summary>
    Killed,

    /// <summary>It left, and everything it had sent has reached everybody.</summary>
    Left,

    /// <summary>It ended and should not have.</summary>
    Lost,
}

/// <summary>How a member ended.</summary>
/// <param name="End">How.</param>
/// <param name="Detail">For people; why it is <see cref="MemberEnd.Lost"/>.</param>
internal sealed record MemberEnding(MemberEnd End, string Detail);

/// <summary>What a member needs to know to live.</summary>
/// <param name="Name">Name of its node, and its own.</param>
/// <param name="FromStart">Whether it is there before the first line is sent, and so may send and take over.</param>
/// <param name="Senders">Number of senders.</param>
/// <param name="LogPath">Its log.</param>
/// <param name="Rate">Lines per second of all senders together; 0 for no limit.</param>
internal sealed record MemberSettings(string Name, bool FromStart, int Senders, string LogPath, double Rate);

/// <summary>What a member does now.</summary>
/// <param name="Name">Who.</param>
/// <param name="Phase">Where it is in its life.</param>
/// <param name="ViewVersion">Version of the ring view that it goes by.</param>
/// <param name="Left">Its left neighbour.</param>
/// <param name="Right">Its right neighbour.</param>
/// <param name="Delivered">Messages delivered.</param>
/// <param name="Pending">Messages that it keeps until all have them.</param>
/// <param name="Queued">Callbacks waiting.</param>
/// <param name="Sent">Messages that it published.</param>
/// <param name="HeldUpBy">Who is furthest behind on what it published.</param>
/// <param name="Ring">Names of the members that the ring knows, as it was told.</param>
/// <param name="Group">Names in the process group, as its node sees them.</param>
internal sealed record MemberStatus(
    string Name,
    MulticastPhase Phase,
    long ViewVersion,
    string Left,
    string Right,
    long Delivered,
    long Pending,
    long Queued,
    long Sent,
    string HeldUpBy,
    IReadOnlyList<string> Ring,
    IReadOnlyList<string> Group);

/// <summary>Which lines of a duty a member got from one sender.</summary>
/// <param name="Sender">The sender.</param>
/// <param name="Duty">The duty.</param>
/// <param name="First">The first line, counted from 0.</param>
/// <param name="Last">The last one.</param>
internal sealed record DutyShare(string Sender, int Duty, long First, long Last);

/// <summary>What a member has seen.</summary>
/// <param name="Accepted">How many of its messages the ring has accepted.</param>
/// <param name="LastNumbers">The number of the last message delivered, per sender.</param>
/// <param name="Shares">Who sent which lines.</param>
/// <param name="Takeovers">Which duties it took over.</param>
/// <param name="Problems">What was wrong with what was delivered; the first few.</param>
/// <param name="ProblemCount">How many problems there were.</param>
internal sealed record MemberRecord(
    long Accepted,
    ImmutableDictionary<string, long> LastNumbers,
    ImmutableArray<DutyShare> Shares,
    ImmutableArray<Takeover> Takeovers,
    ImmutableArray<string> Problems,
    long ProblemCount);
