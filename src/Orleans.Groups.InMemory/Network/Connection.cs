using Microsoft.Extensions.Logging;
using Orleans.Groups.Engine;

namespace Orleans.Groups.InMemory;

/// <summary>What is between two nodes: sessions (rule H1), cut or whole directions, and four lanes.</summary>
/// <remarks>
/// <para>
/// A session ends at each end on its own. The end that gives up learns it at once; the other learns it as soon as a
/// notice can reach it, behind everything that was sent before. A new session begins when both ends know and no
/// direction is cut.
/// </para>
/// <para>All methods are called under the network's lock, and lock the lanes, always in the same order.</para>
/// </remarks>
internal sealed class Connection
{
    private readonly ILogger _logger;
    private readonly End _first;
    private readonly End _second;
    private readonly Lane[] _lanes;
    private readonly List<Action<ILogger>> _afterwards = []; // A logger is not called inside locks.
    private long _session;

    internal Connection(ClusterCore core, NodeHost first, NodeHost second)
    {
        _logger = core.Logger;
        _first = new End(first, new LanePair(core, first, second));
        _second = new End(second, new LanePair(core, second, first));
        _lanes = [_first.Out.Frames, _first.Out.Payloads, _second.Out.Frames, _second.Out.Payloads];
    }

    /// <summary>Whether a session lives, and no direction is cut.</summary>
    internal bool IsWhole => !_first.HasEnded && !_second.HasEnded && !_first.IsCutOut && !_second.IsCutOut;

    /// <summary>The lanes out of a node.</summary>
    internal Peer PeerOf(NodeHost node) => EndOf(node).Out.Peer;

    /// <summary>The node at the other end.</summary>
    internal NodeHost Other(NodeHost node) => Opposite(EndOf(node)).Node;

    /// <summary>Whether it is between these two; or ends at the first, when there is no second.</summary>
    internal bool Joins(NodeHost one, NodeHost? other) =>
        (ReferenceEquals(one, _first.Node) && (other is null || ReferenceEquals(other, _second.Node)))
        || (ReferenceEquals(one, _second.Node) && (other is null || ReferenceEquals(other, _first.Node)));

    /// <summary>The first session begins.</summary>
    internal void Connect()
    {
        _first.HasEnded = true;
        _second.HasEnded = true;
        Locked(BeginWhenPossible);
    }

    /// <summary>Holds back what goes out of a node from now on.</summary>
    internal void Cut(NodeHost from) => Locked(() => EndOf(from).CutOut(true));

    /// <summary>Opens both directions: what was held arrives; where the session had ended a new one begins.</summary>
    internal void Heal() => Locked(() =>
    {
        _first.CutOut(false);
        _second.CutOut(false);
        Deliver(_first, _second);
        Deliver(_second, _first);
        BeginWhenPossible();
    });

    /// <summary>A node gives the other up.</summary>
    internal void GiveUp(NodeHost observer) => Locked(() =>
    {
        var end = EndOf(observer);
        EndAt(end);
        if (!end.IsCutOut)
        {
            EndAt(Opposite(end));
        }

        BeginWhenPossible();
    });

    /// <summary>
    /// A lane that is cut could not hold a frame: its sender gives the other up, unless that has happened.
    /// </summary>
    internal void GiveUpOverflowed(Lane lane)
    {
        if (lane.HasOverflowed && lane.IsOpen)
        {
            GiveUp(lane.From);
        }
    }

    /// <summary>A node is dead: the other learns it behind everything that had arrived.</summary>
    internal void Died(NodeHost dead) => Locked(() =>
    {
        var living = Opposite(EndOf(dead));
        foreach (var lane in _lanes)
        {
            lane.Close();
            lane.DropHeld();
        }

        living.Node.PeerDown(dead.Id, living.HasEnded ? null : _session, isDead: true);
        _first.HasEnded = true;
        _second.HasEnded = true;
    });

    /// <summary>
    /// What had been held towards an end arrives, and behind it the news that the sender has given up.
    /// </summary>
    private void Deliver(End from, End to)
    {
        if (to.HasEnded)
        {
            return;
        }

        var hasGivenUp = from.HasEnded || from.Out.Frames.HasOverflowed;
        from.Out.Frames.ReleaseHeld();
        from.Out.Payloads.ReleaseHeld();
        if (hasGivenUp)
        {
            EndAt(from);
            EndAt(to);
        }
    }

    private void EndAt(End end)
    {
        if (end.HasEnded)
        {
            return;
        }

        var opposite = Opposite(end);
        end.HasEnded = true;
        end.Out.Close();
        opposite.Out.Close();
        opposite.Out.DropHeld(); // Nothing of an ended session is accepted here any more.
        var session = _session;
        _afterwards.Add(logger => logger.SessionEnded(end.Node.Id, session, opposite.Node.Id));
        end.Node.PeerDown(opposite.Node.Id, _session, isDead: false);
    }

    private void BeginWhenPossible()
    {
        if (!_first.HasEnded || !_second.HasEnded || _first.IsCutOut || _second.IsCutOut)
        {
            return;
        }

        _session++;
        foreach (var end in new[] { _first, _second })
        {
            end.HasEnded = false;
            end.Out.DropHeld();
            end.Out.Open(_session);
        }

        // Only now: no frame of this session can come before its beginning, since all lanes are locked.
        _first.Node.PeerUp(_second.Node.Id, _session);
        _second.Node.PeerUp(_first.Node.Id, _session);
        var session = _session;
        _afterwards.Add(logger => logger.SessionBegan(session, _first.Node.Id, _second.Node.Id));
    }

    private void Locked(Action action)
    {
        foreach (var lane in _lanes)
        {
            lane.Gate.Enter();
        }

        try
        {
            action();
        }
        finally
        {
            foreach (var lane in _lanes)
            {
                lane.Gate.Exit();
            }
        }

        foreach (var log in _afterwards)
        {
            log(_logger);
        }

        _afterwards.Clear();
    }

    private End EndOf(NodeHost node) => ReferenceEquals(node, _first.Node) ? _first : _second;

    private End Opposite(End end) => ReferenceEquals(end, _first) ? _second : _first;

    private sealed class End(NodeHost node, LanePair outgoing)
    {
        internal NodeHost Node { get; } = node;

        internal LanePair Out { get; } = outgoing;

        internal bool HasEnded { get; set; }

        internal bool IsCutOut { get; private set; }

        internal void CutOut(bool isCut)
        {
            IsCutOut = isCut;
            Out.Frames.IsCut = isCut;
            Out.Payloads.IsCut = isCut;
        }
    }
}

/// <summary>The lanes from one node to another, with their state.</summary>
internal sealed class LanePair
{
    internal LanePair(ClusterCore core, NodeHost from, NodeHost to)
    {
        var maxHeld = core.Options.MaxHeldFramesPerLink;
        Frames = new Lane(core, from, to, maxHeld, endsSession: true);
        Payloads = new Lane(core, from, to, maxHeld, endsSession: false);
        Peer = new Peer(to.Id, Frames, Payloads);
    }

    internal Lane Frames { get; }

    internal Lane Payloads { get; }

    /// <summary>The same lanes as the sending node uses them.</summary>
    internal Peer Peer { get; }

    internal void Open(long session)
    {
        Frames.Open(session);
        Payloads.Open(session);
    }

    internal void Close()
    {
        Frames.Close();
        Payloads.Close();
    }

    internal void DropHeld()
    {
        Frames.DropHeld();
        Payloads.DropHeld();
    }
}
