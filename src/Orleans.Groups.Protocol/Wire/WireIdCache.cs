using System;
using System.Text;

namespace Orleans.Groups.Protocol;

/// <summary>
/// Ids that were decoded before, so that frames of one link share them: less garbage, and one object for a member
/// however many memberships are learnt of it. A miss costs an allocation and nothing else.
/// </summary>
/// <remarks>
/// One for each link; not thread-safe. Takes 8 bytes for each id it can hold. Ids with names beyond ASCII are never
/// found.
/// </remarks>
internal sealed class WireIdCache
{
    private readonly NodeId?[] _nodes = new NodeId?[64];
    private readonly MemberId?[] _members;

    /// <summary>Makes an empty cache.</summary>
    /// <param name="members">How many members it can hold at most: a power of two.</param>
    internal WireIdCache(int members = 1024)
    {
        Invariant.Require(int.IsPow2(members), "the size of a cache is a power of two");
        _members = new MemberId?[members];
    }

    /// <summary>The node of that description, if it is held.</summary>
    internal NodeId? Find(scoped ReadOnlySpan<byte> name, Incarnation incarnation)
    {
        var node = _nodes[PlaceOf(incarnation)];
        return node is not null && node.Incarnation == incarnation && Ascii.Equals(name, node.Name) ? node : null;
    }

    /// <summary>The member of that description, if it is held.</summary>
    internal MemberId? Find(NodeId node, long number, scoped ReadOnlySpan<byte> name)
    {
        var member = _members[PlaceOf(node, number)];
        var isSame = member is not null
            && member.Number == number
            && member.Node.Equals(node)
            && Ascii.Equals(name, member.Name);
        return isSame ? member : null;
    }

    /// <summary>Holds a node in the place of another.</summary>
    internal void Hold(NodeId node) => _nodes[PlaceOf(node.Incarnation)] = node;

    /// <summary>Holds a member in the place of another.</summary>
    internal void Hold(MemberId member) => _members[PlaceOf(member.Node, member.Number)] = member;

    private int PlaceOf(Incarnation incarnation) => incarnation.GetHashCode() & (_nodes.Length - 1);

    // Members of one node have numbers that follow each other: they get places that do.
    private int PlaceOf(NodeId node, long number) => (node.GetHashCode() + (int)number) & (_members.Length - 1);
}
