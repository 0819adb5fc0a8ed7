using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <summary>What lies between one address and another, in one direction, and what is wrong with it.</summary>
internal sealed class Wire(string from, string to, ulong seed)
{
    internal string From { get; } = from;

    internal string To { get; } = to;

    internal DeterministicRandom Random { get; } = new(seed);

    /// <summary>So many faults hold it shut.</summary>
    internal int Cuts { get; set; }

    /// <summary>In a thousand packets, how many are lost.</summary>
    internal int Drop { get; set; }

    /// <summary>In a thousand packets, how many come twice.</summary>
    internal int Duplicate { get; set; }

    /// <summary>In a thousand packets, how many are overtaken by others.</summary>
    internal int Reorder { get; set; }

    /// <summary>How much longer a packet takes at most, in microseconds.</summary>
    internal long Delay { get; set; }

    /// <summary>Arrival of the latest packet, where none overtakes another.</summary>
    internal long LastArrival { get; set; }

    internal void Heal()
    {
        (Cuts, Drop, Duplicate, Reorder, Delay) = (0, 0, 0, 0, 0);
    }
}

/// <summary>A packet arrives at an address, wherever it comes from.</summary>
internal sealed class PacketArrives(string to, byte[] bytes) : SimEvent(null)
{
    internal string To { get; } = to;

    internal byte[] Bytes { get; } = bytes;

    internal override void Fire(World world) => world.Arrive(this);
}

/// <summary>The transport has noticed that a packet was lost, or believes so.</summary>
internal sealed class PacketFailed(SimNode node, SimLink link, LinkMessage message) : SimEvent(node)
{
    internal override void Fire(World world) => link.Tell(new LinkInput.SendFailed(message));
}
