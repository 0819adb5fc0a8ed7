using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;

namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>How a world is made.</summary>
internal sealed record RingWorldOptions
{
    internal RingSettings Settings { get; init; } = DefaultSettings;

    /// <summary>Bytes of one member that not all have processed; kept by the host.</summary>
    internal long WindowBytes { get; init; } = 64 * 1024;

    internal bool IsTracing { get; init; }

    internal static RingSettings DefaultSettings { get; } = new(
        WindowBytes: 64 * 1024,
        MaxFrameBytes: 64 * 1024,
        MaxMembers: 64,
        MaxWaitingJoiners: 64,
        MaxHeldBytes: 1024 * 1024,
        JoinAttemptTimeout: TimeSpan.FromSeconds(5),
        LeaveTimeout: TimeSpan.FromSeconds(30),
        RetryMinimum: TimeSpan.FromMilliseconds(20),
        RetryMaximum: TimeSpan.FromSeconds(2),
        EjectSlowMembers: false,
        EjectAfter: TimeSpan.FromSeconds(10));
}

/// <summary>
/// Real ring machines of one group on a made-up network, store and clock, on one thread. It keeps the host contract
/// (design section 2, rules H1 to H5) and decides nothing: a story or <see cref="RingDriver"/> says what happens next.
/// </summary>
internal sealed partial class RingWorld
{
    internal const string Group = "ring";

    private readonly EffectList<RingEffect> _effects = new();
    private readonly DeterministicRandom _ids;
    private readonly List<RingObserver> _observers;
    private readonly Dictionary<MemberId, WorldMember> _byId = [];

    internal RingWorld(RingWorldOptions? options = null, ulong seed = 1, IEnumerable<RingObserver>? observers = null)
    {
        Options = options ?? new RingWorldOptions();
        _ids = new DeterministicRandom(seed);
        _observers = observers?.ToList() ?? [.. RingCheckers.All(), new RingDiary()];
        _observers.ForEach(observer => observer.World = this);
        Trace = Options.IsTracing ? new StringBuilder() : null;
    }

    internal RingWorldOptions Options { get; }

    internal List<WorldNode> Nodes { get; } = [];

    /// <summary>All members that ever were, in the order in which they began to join.</summary>
    internal List<WorldMember> Members { get; } = [];

    /// <summary>Virtual time: moves only when a timer fires.</summary>
    internal TimeSpan Now { get; private set; }

    /// <summary>Counts inputs that machines handled.</summary>
    internal long Steps { get; private set; }

    /// <summary>What happened how often: tells whether a test has met the situation that it is about.</summary>
    internal SortedDictionary<string, long> Sightings { get; } = new(StringComparer.Ordinal);

    internal StringBuilder? Trace { get; }

    /// <summary>Hash of everything that all machines did.</summary>
    internal ulong TraceHash { get; private set; }

    /// <summary>Frames were forged: what a real peer never sends may be seen.</summary>
    internal bool HasForgeries { get; set; }

    /// <summary>What a member's handler was called with; in worlds without an own list of observers.</summary>
    internal List<string> Diary(WorldMember member) => Observer<RingDiary>().Of(member);

    internal IEnumerable<WorldMember> Running => Members.Where(static member => member.IsRunning);

    /// <summary>Those that must be in the ring when all is quiet.</summary>
    internal List<WorldMember> Survivors => Members.Where(static m => m.IsJoined && !m.Node.IsDeclaredDead).ToList();

    internal WorldMember this[MemberId id] => _byId[id];

    internal WorldMember? TryGet(MemberId id) => _byId.GetValueOrDefault(id);

    /// <summary>A new node, or the next life of a dead one of that name; connected with all that live.</summary>
    internal WorldNode AddNode(string name)
    {
        var ordinal = 1L + Nodes.Count(node => node.Id.Name == name);
        var node = new WorldNode(new NodeId(name, new Incarnation(ordinal, _ids.NextGuid())));
        foreach (var other in Nodes)
        {
            if (!other.IsAlive || other.IsDeclaredDead)
            {
                node.PeerOf(other).IsKnownDead = true;
                continue;
            }

            Connect(node, other);
        }

        Nodes.Add(node);
        foreach (var other in Nodes)
        {
            AddLink(node, other);
        }

        Note($"node {node} is up");
        return node;
    }

    /// <summary>Begins to join with a new member of the node.</summary>
    internal WorldMember Join(WorldNode node, ulong? seed = null)
    {
        var number = ++node.LastMemberNumber;
        var id = new MemberId(node.Id, number, $"{node}{number}");
        var machine = new RingMachine(Group, id, Options.Settings, seed ?? _ids.NextUInt64());
        var member = new WorldMember(id, node, Members.Count, machine);
        Members.Add(member);
        node.Members.Add(member);
        _byId.Add(id, member);
        Note($"{member} begins to join");
        member.Mailbox.Enqueue(RingInput.Start.Instance);
        return member;
    }

    /// <summary>
    /// The application publishes; waits for nothing. Answers whether the window had room and the member takes
    /// broadcasts.
    /// </summary>
    internal bool Broadcast(WorldMember member, int count = 1, int size = 0, ConfirmLevel? confirm = null)
    {
        var bytes = (long)count * (Math.Max(size, PayloadText.HeaderBytes) + PublicationBatch.OverheadBytes);
        if (!member.IsJoined || member.IsLeaving || member.WindowUsed + bytes > Options.WindowBytes)
        {
            return false;
        }

        member.WindowUsed += bytes;
        var payloads = new ReadOnlyMemory<byte>[count];
        for (var index = 0; index < count; index++)
        {
            payloads[index] = PayloadText.Make(member.Serial, ++member.LastSequence, size);
        }

        var confirms = confirm is { } level
            ? ImmutableArray.Create(new ConfirmRequest(count - 1, ++member.LastConfirm, level))
            : [];
        member.Mailbox.Enqueue(new RingInput.Broadcast(payloads, confirms));
        return true;
    }

    internal void Leave(WorldMember member)
    {
        member.IsLeaving = true;
        member.Mailbox.Enqueue(RingInput.Leave.Instance);
    }

    internal void ShutDownGroup(WorldMember member)
    {
        member.Mailbox.Enqueue(RingInput.ShutDownGroup.Instance);
        See("shut down asked");
    }

    /// <summary>The host stops the member; when its handler asked for it, nothing more is delivered.</summary>
    internal void Stop(WorldMember member, TerminationReason reason)
    {
        member.IsLeaving = true;
        member.IsHandlerStopped |= reason is TerminationReason.HandlerStopped or TerminationReason.HandlerFailed;
        member.Mailbox.Enqueue(new RingInput.Stop(reason, "test"));
    }

    internal void Tell(Action<RingObserver> what)
    {
        foreach (var observer in _observers)
        {
            what(observer);
        }
    }

    internal T Observer<T>()
        where T : RingObserver => _observers.OfType<T>().Single();

    internal void See(string situation) => Sightings[situation] = Sightings.GetValueOrDefault(situation) + 1;

    /// <summary>A line of the trace; costs nothing when nobody reads it.</summary>
    internal void Note([InterpolatedStringHandlerArgument("")] NoteText text)
    {
        if (Trace is not null)
        {
            TraceHash = StableHash.Combine(TraceHash, StableHash.Of(text.ToString()));
            Trace.AppendLine(text.ToString());
        }
    }

    /// <summary>Formats a line only in a world that is tracing.</summary>
    [InterpolatedStringHandler]
    internal readonly struct NoteText
    {
        private readonly StringBuilder? _text;

        public NoteText(int literalLength, int formattedCount, RingWorld world, out bool isWanted)
        {
            isWanted = world.Trace is not null;
            _text = isWanted ? new StringBuilder(literalLength + (8 * formattedCount)) : null;
        }

        public void AppendLiteral(string text) => _text!.Append(text);

        public void AppendFormatted<T>(T value) => _text!.Append(value);

        public override string ToString() => _text?.ToString() ?? string.Empty;
    }
}
