using Orleans.Groups.Checkers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <summary>One life of a node: what a host of the engines does, without threads.</summary>
internal sealed partial class SimNode
{
    private readonly int _clockRate;
    private long _lastNumber;

    internal SimNode(World world, NodeId id, ulong seed, int clockRate)
    {
        World = world;
        Id = id;
        Text = LogIds.Of(id);
        Random = new DeterministicRandom(seed);
        _clockRate = clockRate;
    }

    internal World World { get; }

    internal NodeId Id { get; }

    /// <summary>As logs name it.</summary>
    internal string Text { get; }

    /// <summary>For everything that is left to chance on this node.</summary>
    internal DeterministicRandom Random { get; }

    /// <summary>Whether it takes steps: it has not crashed, and not come to its end.</summary>
    internal bool IsRunning { get; private set; } = true;

    /// <summary>Whether it takes nothing new any more.</summary>
    internal bool IsStopping { get; private set; }

    /// <summary>It takes no step before this time.</summary>
    internal long PausedUntil { get; set; }

    /// <summary>How many times longer its turns take.</summary>
    internal int Slowness { get; set; } = 1;

    /// <summary>Who watches its machines.</summary>
    [Watcher]
    internal IProtocolObserver? Observer { get; private set; }

    internal void Log(LogEvent logEvent)
    {
        logEvent.Node = Text;
        World.Log(logEvent);
    }

    internal MemberId NewMember(string name) => new(Id, ++_lastNumber, name);

    /// <summary>How long something waits for its turn.</summary>
    internal long DrawTurn() => 1 + (World.Draw(Random, 0, World.Settings.TurnMaximum) * Slowness);

    /// <summary>How long a time on this node's clock takes.</summary>
    internal long Lasts(TimeSpan time) => Math.Max(1, time.Ticks / 10 * 1_000 / _clockRate);

    internal void Start()
    {
        Observer = World.Watcher?.WatchNode(this);
        Log(new LogEvent.NodeStart([.. ProtocolRecorder.Hooks, LogHooks.Handled, LogHooks.Store]));
        foreach (var scope in World.Settings.Scopes)
        {
            GetScope(scope);
        }

        World.Schedule(World.Draw(Random, 0, World.Settings.DigestInterval), new DigestDue(this));
    }

    /// <summary>Every machine stops between two steps, and nobody is told.</summary>
    internal void Crash()
    {
        IsRunning = false;
        IsStopping = true;
        TellOfUntoldEnds();
        foreach (var ring in Rings.ToList())
        {
            ring.Abandon();
        }

        foreach (var join in _joins.ToList())
        {
            join.Forget();
        }
    }

    /// <summary>Stops in order: scopes say goodbye, ring members drain, links say goodbye.</summary>
    internal void Stop()
    {
        if (!IsRunning || IsStopping)
        {
            return;
        }

        Log(new LogEvent.Fault(LogFaults.Stop, [Text], On: true));
        IsStopping = true;
        StopScopes(saysGoodbye: true);
        CancelJoins();
        foreach (var ring in Rings.ToList())
        {
            ring.StopWithNode(RingInput.Leave.Instance);
        }

        var limit = Lasts(World.Settings.Ring.LeaveTimeout * 2);
        World.Schedule(1, new StopStep(this, World.Now + limit, areLinksClosing: false));
    }

    /// <summary>It learns that it was declared dead: nothing more is sent, and everybody here is told.</summary>
    internal void LoseMembership()
    {
        if (!IsRunning || _isDeclaredDead)
        {
            return;
        }

        _isDeclaredDead = true;
        IsStopping = true;
        Log(new LogEvent.Fault(LogFaults.Stop, [Text], On: true));
        World.Note(Mark.NodeLearnsItsOwnDeath);
        StopScopes(saysGoodbye: false);
        CancelJoins();
        foreach (var ring in Rings.ToList())
        {
            ring.StopWithNode(new RingInput.Stop(
                TerminationReason.LostMembership, $"node {Id} was declared dead, and lives on"));
        }

        var limit = Lasts(World.Settings.Ring.LeaveTimeout * 2);
        World.Schedule(1, new StopStep(this, World.Now + limit, areLinksClosing: false));
    }

    /// <summary>Looks whether the next part of stopping can begin.</summary>
    internal void ContinueStop(long deadline, bool areLinksClosing)
    {
        var isLate = World.Now >= deadline;
        if (!areLinksClosing && (RingsAreOver || isLate))
        {
            foreach (var ring in Rings.ToList())
            {
                ring.Abandon();
            }

            if (_isDeclaredDead)
            {
                SilenceLinks(); // Not a word more.
            }
            else
            {
                CloseLinks();
            }

            World.Schedule(1, new StopStep(this, World.Now + 5_000_000, areLinksClosing: true));
        }
        else if (areLinksClosing && ((LinksAreClosed && RingsAreOver) || isLate))
        {
            SilenceLinks();
            foreach (var ring in Rings.ToList())
            {
                ring.Abandon();
            }

            IsRunning = false;
            TellOfUntoldEnds();
            Log(new LogEvent.NodeStop(LogReasons.Stopped));
            World.DeclareDead(this);
        }
        else
        {
            World.Schedule(20_000, new StopStep(this, deadline, areLinksClosing));
        }
    }
}

/// <summary>A node that stops looks how far it has come.</summary>
internal sealed class StopStep(SimNode node, long deadline, bool areLinksClosing) : SimEvent(node)
{
    internal override void Fire(World world) => Node!.ContinueStop(deadline, areLinksClosing);
}

/// <summary>It is time to compare tables.</summary>
internal sealed class DigestDue(SimNode node) : SimEvent(node)
{
    internal override void Fire(World world)
    {
        Node!.TellDigestDue();
        world.Schedule(Node.Lasts(TimeSpan.FromMicroseconds(world.Settings.DigestInterval)), this);
    }
}
