using Orleans.Groups.Checkers;

namespace Orleans.Groups.Simulator;

/// <content>Membership: one table that says who lives, and nodes that hear of it late.</content>
internal sealed partial class World
{
    private readonly List<TableEntry> _table = [];

    /// <summary>Counts the changes of the table.</summary>
    internal long TableVersion { get; private set; }

    internal IReadOnlyList<TableEntry> Table => _table;

    /// <summary>A life of a node begins; earlier ones at its address are dead from now on.</summary>
    /// <param name="name">The address.</param>
    /// <param name="ordinal">How its incarnation compares to the one before it at this address.</param>
    /// <param name="isUpgraded">Whether it speaks a protocol version more than others (fault F17).</param>
    internal SimNode StartNode(
        string name,
        OrdinalChoice ordinal = OrdinalChoice.Higher,
        bool isUpgraded = false)
    {
        var last = 0L;
        foreach (var earlier in _table)
        {
            if (earlier.Node.Id.Name == name)
            {
                last = Math.Max(last, earlier.Node.Id.Incarnation.Ordinal);
                Bury(earlier);
            }
        }

        var number = ordinal switch
        {
            OrdinalChoice.Same => Math.Max(1, last),
            OrdinalChoice.Lower => Math.Max(1, last - 1),
            _ => last + 1,
        };
        var id = new NodeId(name, new Incarnation(number, NextGuid()));
        var node = new SimNode(this, id, NextSeed(), RateOf(name)) { IsUpgraded = isUpgraded };
        Nodes.Add(node);
        _table.Add(new TableEntry(node, ++TableVersion));
        node.Start();
        node.ApplyMembership(TableVersion);
        Gossip();
        return node;
    }

    /// <summary>A node's process is gone from one moment to the next.</summary>
    internal void Crash(SimNode node)
    {
        if (!node.IsRunning)
        {
            return;
        }

        Log(new LogEvent.Fault(LogFaults.Crash, [node.Text], On: true));
        node.Crash();
        Log(new LogEvent.NodeCrash { Node = node.Text });
        Schedule(
            Draw(Random, Settings.DetectionMinimum, Settings.DetectionMaximum),
            new Detected(node));
    }

    /// <summary>Membership declares a node dead, whether it is or not.</summary>
    internal void DeclareDead(SimNode node)
    {
        if (_table.Find(entry => entry.Node == node) is { IsDead: false } entry)
        {
            Bury(entry);
            Gossip();
        }
    }

    internal bool IsDeclaredDead(SimNode node) => _table.Exists(entry => entry.Node == node && entry.IsDead);

    private int RateOf(string name)
    {
        var index = Nodes.FindIndex(node => node.Id.Name == name);
        index = index < 0 ? Nodes.Select(static node => node.Id.Name).Distinct().Count() : index;
        return index < Settings.ClockRates.Length ? Settings.ClockRates[index] : 1_000;
    }

    private void Bury(TableEntry entry)
    {
        if (!entry.IsDead)
        {
            entry.Died = ++TableVersion;
            if (entry.Node.IsRunning && !entry.Node.IsStopping)
            {
                Log(new LogEvent.Fault("suspicion", [entry.Node.Text], On: true));
                Note(Mark.LivingNodeDeclaredDead);
            }
        }
    }

    private void Gossip()
    {
        foreach (var node in Nodes)
        {
            if (node.IsRunning)
            {
                Schedule(Draw(node.Random, 0, Settings.GossipMaximum), new MembershipArrives(node, TableVersion));
            }
        }
    }
}

/// <summary>One life of a node in the table of membership.</summary>
/// <param name="node">The life.</param>
/// <param name="born">The version of the table that lists it first.</param>
internal sealed class TableEntry(SimNode node, long born)
{
    internal SimNode Node { get; } = node;

    internal long Born { get; } = born;

    /// <summary>The version of the table that says that it is dead; 0 while none does.</summary>
    internal long Died { get; set; }

    internal bool IsDead => Died > 0;
}

/// <summary>How the incarnation of a restarted node compares to the one before (fault F13 may set it back).</summary>
internal enum OrdinalChoice
{
    Higher,
    Same,
    Lower,
}

/// <summary>The failure detector has come to its verdict.</summary>
internal sealed class Detected(SimNode suspect) : SimEvent(null)
{
    internal SimNode Suspect { get; } = suspect;

    internal override void Fire(World world) => world.DeclareDead(Suspect);
}

/// <summary>A node hears what the table says.</summary>
internal sealed class MembershipArrives(SimNode node, long version) : SimEvent(node)
{
    internal override void Fire(World world) => Node!.ApplyMembership(version);
}
