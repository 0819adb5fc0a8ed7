using System.Linq.Expressions;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>Looks into a table of groups, which can only be asked for one group by its name.</summary>
internal static class GroupTableCells
{
    private static readonly Func<GroupTable, List<Cell>> Read = Make();

    /// <summary>The cells in the table. Those that were taken out may still be in its arrays.</summary>
    internal static IEnumerable<Cell> Of(GroupTable table) => Read(table);

    private static Func<GroupTable, List<Cell>> Make()
    {
        var table = Expression.Parameter(typeof(GroupTable));
        var arrays = Expression.Field(table, "_arrays");
        var entries = Expression.Property(arrays, "Entries");
        var used = Expression.Field(table, "_used");
        var index = Expression.Variable(typeof(int));
        var list = Expression.Variable(typeof(List<Cell>));
        var cell = Expression.Field(Expression.ArrayAccess(entries, index), "Cell");
        var done = Expression.Label();
        return Expression.Lambda<Func<GroupTable, List<Cell>>>(
            Expression.Block(
                [index, list],
                Expression.Assign(list, Expression.New(typeof(List<Cell>))),
                Expression.Loop(
                    Expression.IfThenElse(
                        Expression.LessThan(index, used),
                        Expression.Block(
                            Expression.Call(((Action<List<Cell>, GroupCell>)Add).Method, list, cell),
                            Expression.PreIncrementAssign(index)),
                        Expression.Break(done)),
                    done),
                list),
            table).Compile();
    }

    private static void Add(List<Cell> list, GroupCell cell)
    {
        if (!cell.IsRemoved)
        {
            list.Add(new Cell(cell));
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
