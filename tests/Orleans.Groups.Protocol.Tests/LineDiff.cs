using System.Text;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>Shows in what two texts differ, for the message of a failed comparison.</summary>
internal static class LineDiff
{
    /// <summary>The differing lines, - for missing and + for new; before each run of them the line above it.</summary>
    public static string Between(string expected, string actual)
    {
        var old = expected.Split('\n');
        var now = actual.Split('\n');
        var common = LongestCommonTails(old, now);
        var text = new StringBuilder();
        var (i, j, printedContext) = (0, 0, false);
        while (i < old.Length || j < now.Length)
        {
            if (i < old.Length && j < now.Length && old[i] == now[j])
            {
                (i, j, printedContext) = (i + 1, j + 1, false);
                continue;
            }

            if (!printedContext && i > 0)
            {
                text.Append("  ").Append(old[i - 1]).Append('\n');
            }

            printedContext = true;
            var removed = j == now.Length || (i < old.Length && common[i + 1, j] >= common[i, j + 1]);
            text.Append(removed ? "- " : "+ ").Append(removed ? old[i++] : now[j++]).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Length of the longest common subsequence of <c>old[i..]</c> and <c>now[j..]</c>.</summary>
    private static int[,] LongestCommonTails(string[] old, string[] now)
    {
        var length = new int[old.Length + 1, now.Length + 1];
        for (var i = old.Length - 1; i >= 0; i--)
        {
            for (var j = now.Length - 1; j >= 0; j--)
            {
                length[i, j] = old[i] == now[j]
                    ? length[i + 1, j + 1] + 1
                    : Math.Max(length[i + 1, j], length[i, j + 1]);
            }
        }

        return length;
    }
}
