namespace Orleans.Groups.Simulator.Exploration;

/// <summary>The orders of nodes that only exchange those which play the same part.</summary>
internal static class Mirrors
{
    /// <summary>All such orders, the plain one first: at each place the new number of that node.</summary>
    internal static IEnumerable<int[]> Of(int nodes, int[][] twins)
    {
        IEnumerable<int[]> all = [[.. Enumerable.Range(0, nodes)]];
        foreach (var group in twins)
        {
            all = all.SelectMany(places => Orders(group).Select(order =>
            {
                var mirrored = (int[])places.Clone();
                for (var index = 0; index < group.Length; index++)
                {
                    mirrored[group[index]] = places[order[index]];
                }

                return mirrored;
            }));
        }

        return all;
    }

    /// <summary>The nodes in the order of their new numbers.</summary>
    internal static int[] OrderOf(int[] places) =>
        [.. Enumerable.Range(0, places.Length).Select(place => Array.IndexOf(places, place))];

    private static IEnumerable<int[]> Orders(int[] items) => items.Length <= 1
        ? [items]
        : items.SelectMany(
            first => Orders([.. items.Where(item => item != first)]).Select(rest => (int[])[first, .. rest]));
}
