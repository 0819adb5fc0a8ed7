using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>What a table of groups holds.</summary>
internal static class GroupTableCells
{
    /// <summary>The cells in the table.</summary>
    internal static IEnumerable<Cell> Of(GroupTable table)
    {
        for (var at = 0; table.Next(ref at, out var cell);)
        {
            yield return new Cell(cell);
        }
    }

    /// <summary>A cell as its table holds it: with its content, where others only name it.</summary>
    internal readonly record struct Cell(GroupCell Content)
    {
        internal void WriteTo(StateHasher hasher)
        {
            hasher.Write(Content.Name);
            hasher.WriteList(Content.Members.AsSpan());
            hasher.WriteList(Content.LocalMembers.AsSpan());
        }
    }
}
