namespace Orleans.Groups.Protocol.Tests.Links;

/// <summary>
/// Watches one end of a link from outside, beside the machine: what was sent, what came, when sessions lived.
/// </summary>
/// <remarks>
/// Per session: of each channel and of the control lane a prefix of what was sent arrives, in order, each frame once;
/// of all free channels together, too. Sessions are counted up, begin and end once, and nothing comes outside of one.
/// </remarks>
internal sealed class LinkChecker(NodeId self, NodeId peer)
{
    private readonly SortedDictionary<long, Ledger> _sent = [];
    private readonly Dictionary<ulong, long> _unconsumed = [];
    private Ledger _received = new();
    private long _lastSession;

    /// <summary>The session that lives at this end; 0 for none.</summary>
    public long Session { get; private set; }

    /// <summary>The other end, whose sending is compared; <see langword="null"/> while there is none.</summary>
    public LinkChecker? Other { get; set; }

    /// <summary>Whether membership here says that the peer lives.</summary>
    public bool IsPeerAlive { get; set; }

    public long Delivered { get; private set; }

    public int Ups { get; private set; }

    public int Downs { get; private set; }

    /// <summary>Numbers for a frame that is about to be sent.</summary>
    public byte[] NextFrame(LinkLane lane, LinkChannel channel, int length)
    {
        var ledger = Ledger.Of(_sent, Session);
        var isFree = lane == LinkLane.Data && !channel.IsCredited;
        return LinkPayload.Of(
            Session,
            lane,
            channel,
            ledger.CountOf(lane, channel),
            isFree ? ledger.FreeFrames : -1,
            length);
    }

    /// <summary>That frame was accepted.</summary>
    public void Sent(LinkLane lane, LinkChannel channel) => Ledger.Of(_sent, Session).Add(lane, channel);

    public void PeerUp(long session)
    {
        Check(Session == 0, $"session {session} begins inside {Session}");
        Check(session > _lastSession, $"session {session} begins after {_lastSession}");
        Check(IsPeerAlive, "H3: a session begins with a peer that is not alive");
        Session = session;
        _lastSession = session;
        _received = new Ledger();
        _unconsumed.Clear();
        Ups++;
    }

    public void PeerDown(long session)
    {
        Check(Session == session, $"session {session} ends, {Session} lives");
        Session = 0;
        Downs++;
    }

    public void Deliver(long session, LinkLane lane, LinkFrame frame, long credit)
    {
        Check(session == Session, $"a frame of session {session} comes in {Session}");
        Check(IsPeerAlive, "H3: a frame of a peer that is not alive");
        var read = LinkPayload.Read(frame.Bytes.Span);
        Check(read.Session == session, $"H1: a frame sent in session {read.Session} comes in {session}");
        Check(read.Lane == lane, $"a frame of lane {read.Lane} comes in {lane}");
        Check(read.Channel == frame.Channel, $"a frame of {read.Channel} comes in {frame.Channel}");
        var expected = _received.CountOf(lane, frame.Channel);
        Check(read.InChannel == expected, $"{lane} {frame.Channel}: {read.InChannel} comes, {expected} is next");
        if (read.InLane >= 0)
        {
            Check(read.InLane == _received.FreeFrames, $"frame {read.InLane} comes, {_received.FreeFrames} is next");
        }

        Check(
            Other is null || expected < Other.SentIn(session).CountOf(lane, frame.Channel),
            "a frame comes that was not sent");
        _received.Add(lane, frame.Channel);
        Delivered++;
        if (frame.Channel.IsCredited)
        {
            var unconsumed = _unconsumed.GetValueOrDefault(frame.Channel.Tag);
            Check(unconsumed < credit, $"H5: {unconsumed} unconsumed in {frame.Channel} with credit {credit}");
            _unconsumed[frame.Channel.Tag] = unconsumed + LinkChannel.CostOf(1, frame.Bytes.Length);
        }
    }

    public void Consumed(LinkChannel channel, int bytes) =>
        _unconsumed[channel.Tag] -= LinkChannel.CostOf(1, bytes);

    /// <summary>
    /// What is missing until both ends are in one session, and all that the other has sent in it, and may come, has
    /// come; <see langword="null"/> when nothing is.
    /// </summary>
    /// <param name="isStuck">Channels that are not consumed.</param>
    public string? Missing(Func<LinkChannel, bool> isStuck)
    {
        if (Session == 0 || Other!.Session != Session)
        {
            return $"{self} is in session {Session} with {peer}, which is in {Other?.Session}";
        }

        foreach (var (key, count) in Other.SentIn(Session).Counts)
        {
            var has = _received.CountOf(key.Lane, key.Channel);
            if (has != count && !isStuck(key.Channel))
            {
                return $"{self} has {has} of {count} frames of {key.Lane} {key.Channel} from {peer}";
            }
        }

        return null;
    }

    private Ledger SentIn(long session) => Ledger.Of(_sent, session);

    private void Check(bool condition, string meaning)
    {
        if (!condition)
        {
            Assert.Fail($"{self} from {peer}: {meaning}");
        }
    }

    /// <summary>Frames of one session in one direction.</summary>
    private sealed class Ledger
    {
        private readonly Dictionary<(LinkLane Lane, LinkChannel Channel), long> _counts = [];

        public IReadOnlyDictionary<(LinkLane Lane, LinkChannel Channel), long> Counts => _counts;

        public long FreeFrames { get; private set; }

        public static Ledger Of(SortedDictionary<long, Ledger> ledgers, long session)
        {
            if (!ledgers.TryGetValue(session, out var ledger))
            {
                ledgers.Add(session, ledger = new Ledger());
            }

            return ledger;
        }

        public long CountOf(LinkLane lane, LinkChannel channel) => _counts.GetValueOrDefault((lane, channel));

        public void Add(LinkLane lane, LinkChannel channel)
        {
            _counts[(lane, channel)] = CountOf(lane, channel) + 1;
            FreeFrames += lane == LinkLane.Data && !channel.IsCredited ? 1 : 0;
        }
    }
}
