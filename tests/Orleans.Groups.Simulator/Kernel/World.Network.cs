using System.Buffers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <content>The network: packets are lost, doubled, delayed and overtaken, as the wires say.</content>
internal sealed partial class World
{
    /// <summary>How long a packet that is overtaken takes at most.</summary>
    private const long LongestDetour = 50_000;

    /// <summary>How late a packet that comes twice may come again.</summary>
    private const long LatestReplay = 8_000_000;

    private readonly Dictionary<(string From, string To), Wire> _wires = [];
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);

    /// <summary>Packets that are under way, those included that nobody will read.</summary>
    internal int PacketsUnderWay { get; private set; }

    internal long PacketsSent { get; private set; }

    internal IEnumerable<Wire> Wires => _wires.Values;

    internal Wire WireOf(string from, string to)
    {
        if (!_wires.TryGetValue((from, to), out var wire))
        {
            var seed = StableHash.Combine(Seed, StableHash.Combine(StableHash.Of(from), StableHash.Of(to)));
            _wires.Add((from, to), wire = new Wire(from, to, seed));
        }

        return wire;
    }

    /// <summary>Encodes a message and sends it on its way.</summary>
    internal void Transmit(SimNode from, NodeId to, SimLink? link, LinkMessage message)
    {
        _buffer.ResetWrittenCount();
        WireCodec.EncodeLink(message, _buffer);
        _buffer.Write(message.Tail.Span);
        var bytes = _buffer.WrittenSpan.ToArray();
        PacketsSent++;
        Watcher?.PacketSent(from, to, message, bytes);
        var wire = WireOf(from.Id.Name, to.Name);
        var random = wire.Random;
        if (wire.Cuts > 0 || (wire.Drop > 0 && random.Next(1000) < wire.Drop))
        {
            if (link is not null && Settings.TellsLosses > 0 && random.Next(1000) < Settings.TellsLosses)
            {
                Schedule(Draw(random, 100, 20_000), new PacketFailed(from, link, message));
            }

            return;
        }

        var way = Draw(random, Settings.LatencyMinimum, Settings.LatencyMaximum) + Draw(random, 0, wire.Delay);
        if (wire.Reorder > 0 && random.Next(1000) < wire.Reorder)
        {
            way += Draw(random, 0, LongestDetour);
            wire.LastArrival = Math.Max(wire.LastArrival, Now);
        }
        else if (Settings.IsFifo)
        {
            wire.LastArrival = Math.Max(wire.LastArrival + 1, Now + way);
            way = wire.LastArrival - Now;
        }

        Send(way, to.Name, bytes);
        if (wire.Duplicate > 0 && random.Next(1000) < wire.Duplicate)
        {
            Send(way + Draw(random, 0, random.Next(4) == 0 ? LatestReplay : LongestDetour), to.Name, bytes);
        }
    }

    /// <summary>Everything that is wrong with the wires ends.</summary>
    internal void HealWires()
    {
        foreach (var wire in _wires.Values)
        {
            wire.Heal();
        }
    }

    internal void Arrive(PacketArrives packet)
    {
        PacketsUnderWay--;
        if (FindRunning(packet.To) is not { } node)
        {
            return; // Nobody listens there.
        }

        if (node.PausedUntil > Now)
        {
            Send(node.PausedUntil - Now, packet.To, packet.Bytes); // It waits in front of the door.
            return;
        }

        if (!WireCodec.TryDecodeLink(packet.Bytes, cache: null, out var message, out var error))
        {
            Watcher?.Violated("WIRE", $"{node.Text} cannot read a packet: {error}");
            return;
        }

        node.Receive(message);
    }

    /// <summary>The life that runs at an address.</summary>
    internal SimNode? FindRunning(string name)
    {
        for (var index = Nodes.Count - 1; index >= 0; index--)
        {
            if (Nodes[index].IsRunning && Nodes[index].Id.Name == name)
            {
                return Nodes[index];
            }
        }

        return null;
    }

    internal SimNode? Find(NodeId id)
    {
        foreach (var node in Nodes)
        {
            if (node.Id.Equals(id))
            {
                return node;
            }
        }

        return null;
    }

    private void Send(long way, string to, byte[] bytes)
    {
        PacketsUnderWay++;
        Schedule(way, new PacketArrives(to, bytes));
    }
}
