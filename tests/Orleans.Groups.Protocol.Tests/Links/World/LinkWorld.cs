using System.Buffers;
using System.Text;

namespace Orleans.Groups.Protocol.Tests.Links;

/// <summary>
/// Nodes with real link machines and a transport that drops, doubles, reorders and delays, in virtual time.
/// </summary>
/// <remarks>
/// Messages are encoded and decoded on every way. They are addressed to a name, and each machine of the node under that
/// name that talks to a node of the sender's name gets them, so the machines themselves must tell lives apart.
/// </remarks>
internal sealed class LinkWorld
{
    private readonly PriorityQueue<Action, (long Time, long Order)> _agenda = new();
    private readonly HashSet<(string From, string To)> _cuts = [];
    private readonly Dictionary<(NodeId, NodeId), LinkEnd> _everyEnd = [];
    private readonly ArrayBufferWriter<byte> _writer = new();
    private readonly StringBuilder? _trace;
    private long _order;
    private long _lives;

    public LinkWorld(ulong seed, LinkProfile profile, LinkSettings? settings = null, bool isTracing = false)
    {
        Random = new DeterministicRandom(seed);
        Profile = profile;
        Settings = settings;
        _trace = isTracing ? new StringBuilder() : null;
        for (var index = 0; index < profile.Nodes; index++)
        {
            Start(((char)('a' + index)).ToString());
        }
    }

    public DeterministicRandom Random { get; }

    /// <summary>May change while the world runs.</summary>
    public LinkProfile Profile { get; set; }

    /// <summary>Settings of all; drawn for each node when there are none.</summary>
    public LinkSettings? Settings { get; }

    /// <summary>Milliseconds.</summary>
    public long Now { get; private set; }

    public List<LinkNode> Nodes { get; } = [];

    /// <summary>Nodes that were declared dead and live on.</summary>
    public List<LinkNode> Zombies { get; } = [];

    public IEnumerable<LinkEnd> EveryEnd => _everyEnd.Values;

    public string Trace => _trace?.ToString() ?? string.Empty;

    /// <summary>Asked before each message: whether it is lost. For tests that place a fault exactly.</summary>
    public Func<LinkEnd, LinkMessage, bool> Loses { get; set; } = (_, _) => false;

    public LinkNode this[string name] => Nodes.Single(node => node.Id.Name == name);

    /// <summary>The end at one living node towards another.</summary>
    public LinkEnd End(string from, string to) => this[from].EndTo(this[to].Id);

    /// <summary>A node begins to live; all learn of each other, each at its time.</summary>
    public LinkNode Start(string name)
    {
        var settings = Settings ?? LinkProfile.DrawSettings(Random);
        var id = new NodeId(name, new Incarnation(++_lives, Random.NextGuid()));
        var node = new LinkNode(this, id, settings);
        foreach (var other in Nodes)
        {
            Learn(other, id);
            Learn(node, other.Id);
        }

        Nodes.Add(node);
        return node;
    }

    /// <summary>A node is gone without a word; the others learn it, each at its time.</summary>
    public void Crash(LinkNode node)
    {
        Remove(node);
        node.IsGone = true;
    }

    /// <summary>A living node is declared dead, and lives on for a while without knowing.</summary>
    public void DeclareDead(LinkNode node)
    {
        Remove(node);
        Zombies.Add(node);
    }

    public LinkEnd NewEnd(NodeId self, NodeId peer, LinkSettings settings)
    {
        var end = new LinkEnd(this, self, peer, settings, Random.NextUInt64());
        _everyEnd.Add((self, peer), end);
        if (_everyEnd.TryGetValue((peer, self), out var other))
        {
            end.Checker.Other = other.Checker;
            other.Checker.Other = end.Checker;
        }

        return end;
    }

    public void Cut(string from, string to) => _cuts.Add((from, to));

    public void Heal() => _cuts.Clear();

    /// <summary>Does something later, unless the node is gone by then.</summary>
    public void After(long delay, LinkEnd end, Action action) => At(Now + delay, () =>
    {
        if (!end.IsGone)
        {
            action();
        }
    });

    public void At(long time, Action action) => _agenda.Enqueue(action, (time, _order++));

    /// <summary>Runs until a time, or until nothing is left to do.</summary>
    public void RunFor(long milliseconds)
    {
        var end = Now + milliseconds;
        while (_agenda.TryPeek(out var action, out var when) && when.Time <= end)
        {
            _agenda.Dequeue();
            Now = when.Time;
            action();
        }

        Now = end;
    }

    /// <summary>Gives a message to the transport.</summary>
    public void Transmit(LinkEnd from, LinkMessage message)
    {
        _writer.ResetWrittenCount();
        WireCodec.EncodeLink(message, _writer);
        _writer.Write(message.Tail.Span);
        var bytes = _writer.WrittenSpan.ToArray();
        var isLost = Loses(from, message)
            || _cuts.Contains((from.Self.Name, from.Peer.Name))
            || Random.NextDouble() < Profile.Drop;
        _trace?.Append($"{Now} {from.Self}>{from.Peer} {(isLost ? "lost " : "")}{message.GetType().Name} ")
            .Append(Convert.ToHexString(bytes)).Append('\n');
        if (!isLost)
        {
            At(Now + Delay(), () => Arrive(from, bytes));
        }

        if (Random.NextDouble() < Profile.Double)
        {
            var replay = Random.NextDouble() < Profile.Replay ? 20 : 1;
            At(Now + (Delay() * replay), () => Arrive(from, bytes));
        }

        if ((isLost || Random.Next(8) == 0) && Random.NextDouble() < Profile.TellsFailures)
        {
            After(Delay(), from, () => from.Step(new LinkInput.SendFailed(message)));
        }
    }

    /// <summary>A message as it was once sent comes once more, whoever lives under that name now.</summary>
    public void Arrive(LinkEnd from, byte[] bytes)
    {
        foreach (var node in Nodes.Concat(Zombies).Where(node => node.Id.Name == from.Peer.Name).ToList())
        {
            node.Receive(from.Self.Name, bytes);
        }
    }

    public long Delay() => 1 + Random.Next(Profile.MaxDelay);

    private void Remove(LinkNode node)
    {
        Nodes.Remove(node);
        foreach (var other in Nodes.Concat(Zombies).ToList())
        {
            At(Now + (Delay() * 4), () => other.PeerDead(node.Id));
        }
    }

    private void Learn(LinkNode node, NodeId peer) => At(Now + (Delay() * 4), () => node.PeerAlive(peer));
}

/// <summary>One life of a node.</summary>
internal sealed class LinkNode(LinkWorld world, NodeId id, LinkSettings settings)
{
    private readonly List<LinkEnd> _ends = [];
    private bool _isGone;

    public NodeId Id => id;

    public LinkSettings Settings => settings;

    public IReadOnlyList<LinkEnd> Ends => _ends;

    public bool IsGone
    {
        get => _isGone;
        set
        {
            _isGone = value;
            _ends.ForEach(end => end.IsGone = value);
        }
    }

    public LinkEnd EndTo(NodeId peer)
    {
        var end = _ends.Find(candidate => candidate.Peer == peer);
        if (end is null)
        {
            _ends.Add(end = world.NewEnd(id, peer, settings));
        }

        return end;
    }

    public void PeerAlive(NodeId peer)
    {
        if (!IsGone)
        {
            var end = EndTo(peer);
            end.Checker.IsPeerAlive = !end.IsPeerDead;
            end.Step(LinkInput.PeerAlive.Instance);
        }
    }

    public void PeerDead(NodeId peer)
    {
        if (!IsGone)
        {
            var end = EndTo(peer);
            end.Step(LinkInput.PeerDead.Instance);
            end.IsPeerDead = true;
            end.Checker.IsPeerAlive = false;
        }
    }

    public void Receive(string from, byte[] bytes)
    {
        var isDecoded = WireCodec.TryDecodeLink(bytes, null, out var message, out var error);
        Assert.True(isDecoded, error.ToString());
        EndTo(message!.Header.From);
        foreach (var end in _ends.Where(end => end.Peer.Name == from).ToList())
        {
            end.Step(new LinkInput.Received(message));
        }
    }
}
