using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Orleans.Groups;

/// <summary>How the protocol's nodes and Orleans' silos are named after each other.</summary>
/// <remarks>
/// A node's name is the silo's endpoint, the ordinal of its incarnation is the silo's generation. The random part of
/// the incarnation is made by the silo when it starts: a generation counts seconds, so two lives could share one.
/// </remarks>
internal static class SiloNames
{
    /// <summary>The node of a silo.</summary>
    internal static NodeId ToNode(SiloAddress silo, Guid incarnation) =>
        new(silo.Endpoint.ToString(), new Incarnation(silo.Generation, incarnation));

    /// <summary>The silo of a node, unless it is no silo's.</summary>
    internal static bool TryToSilo(NodeId node, [NotNullWhen(true)] out SiloAddress? silo)
    {
        silo = null;
        if (node.Incarnation.Ordinal is < int.MinValue or > int.MaxValue
            || !IPEndPoint.TryParse(node.Name, out var endpoint))
        {
            return false;
        }

        silo = SiloAddress.New(endpoint, (int)node.Incarnation.Ordinal);
        return true;
    }

    /// <summary>The silo of a node, for people.</summary>
    internal static string Describe(SiloAddress silo) =>
        string.Create(CultureInfo.InvariantCulture, $"{silo.Endpoint}@{silo.Generation}");
}
