using System.Globalization;
using Orleans.Groups.Checkers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <summary>Writes what happens in a world, one line for each thing.</summary>
internal sealed class Trace(TextWriter output)
{
    internal void Write(LogEvent logEvent) =>
        output.WriteLine($"{Time(logEvent.T)}  log     {logEvent.Node} {TraceText.Of(logEvent)}");

    internal void Tell(long now, SimNode? node, string what, object detail) =>
        output.WriteLine($"{Time(now)}  {what,-7} {node?.Text} {detail}");

    internal void Packet(long now, SimNode from, NodeId to, LinkMessage message) =>
        output.WriteLine($"{Time(now)}  packet  {from.Text} -> {to}: {TraceText.Of(message)}");

    internal void Ring(long now, MemberId self, RingInput input, ReadOnlySpan<RingEffect> effects)
    {
        output.WriteLine($"{Time(now)}  step    {LogIds.Of(self)} {TraceText.Of(input)}");
        foreach (var effect in effects)
        {
            output.WriteLine($"{Time(now)}            => {TraceText.Of(effect)}");
        }
    }

    internal void Scope(long now, SimNode node, ScopeInput input, ReadOnlySpan<ScopeEffect> effects)
    {
        output.WriteLine($"{Time(now)}  step    {node.Text} {TraceText.Of(input)}");
        foreach (var effect in effects)
        {
            if (effect is not ScopeEffect.Notify { Monitor: ProtocolRecorder.OwnMonitor })
            {
                output.WriteLine($"{Time(now)}            => {TraceText.Of(effect)}");
            }
        }
    }

    private static string Time(long now) =>
        (now / 1000.0).ToString("F3", CultureInfo.InvariantCulture).PadLeft(12) + " ms";
}
