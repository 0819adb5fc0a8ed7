using System.Globalization;
using System.Text.RegularExpressions;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>
/// Every rule, every defect of the originals and every case of their own tests has a test that names it: in its own
/// name, or in the comment right above it.
/// </summary>
public sealed partial class CoverageTests
{
    /// <summary>T29 (the previous release) belongs to what is not here yet: there is none.</summary>
    private static readonly (string Family, int Count)[] Required =
    [
        ("H", 5), ("P", 6), ("R", 13), ("PD", 8), ("T", 28), ("S", 15), ("GD", 11),
    ];

    [Fact]
    public void EveryRuleDefectAndCase_HasATestThatNamesIt()
    {
        var covered = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Repository.Files(".cs").Where(file => file.StartsWith("tests/", StringComparison.Ordinal)))
        {
            Collect(File.ReadAllLines(Repository.PathOf(file)), covered);
        }

        var missing =
            from required in Required
            from number in Enumerable.Range(1, required.Count)
            let id = $"{required.Family}{number}"
            where !covered.Contains(id)
            select id;
        Assert.Empty(missing);
    }

    [Fact]
    public void Collect_NamesAndComments_GiveIds()
    {
        var covered = new HashSet<string>(StringComparer.Ordinal);
        Collect(
            [
                "    // T10–T12, gm T1 and G-S7: said above.", "    [Fact]", "    public void R4_Name_Counts()",
                "    // T20: no test", "    public void Helper()",
            ],
            covered);
        Assert.Equal(["R4", "T10", "T11", "T12"], covered.Order(StringComparer.Ordinal));
    }

    private static void Collect(string[] lines, HashSet<string> covered)
    {
        for (var line = 0; line < lines.Length; line++)
        {
            if (Method().Match(lines[line]) is not { Success: true } method)
            {
                continue;
            }

            var isTest = false;
            var text = string.Empty;
            for (var above = line - 1; above >= 0 && lines[above].TrimStart() is ['/', ..] or ['[', ..]; above--)
            {
                isTest |= lines[above].Contains("[Fact", StringComparison.Ordinal)
                    || lines[above].Contains("[Theory", StringComparison.Ordinal);
                text = $"{lines[above]} {text}";
            }

            if (isTest)
            {
                AddIds($"{method.Groups[1].Value.Replace('_', ' ')} {text}", covered);
            }
        }
    }

    private static void AddIds(string text, HashSet<string> covered)
    {
        foreach (Match id in Id().Matches(text))
        {
            var family = id.Groups["family"].Value;
            if (family == "T" && id.Groups["gm"].Success)
            {
                continue; // The ring's transitions have the same letter as the cases of pg's suite.
            }

            var first = int.Parse(id.Groups["first"].Value, CultureInfo.InvariantCulture);
            var last = id.Groups["last"].Success
                ? int.Parse(id.Groups["last"].Value, CultureInfo.InvariantCulture)
                : first;
            for (var number = first; number <= last; number++)
            {
                covered.Add($"{family}{number}");
            }
        }
    }

    [GeneratedRegex(@"^\s+public (?:async )?(?:Task|void|ValueTask) (\w+)\(")]
    private static partial Regex Method();

    [GeneratedRegex(
        @"(?<![A-Za-z0-9-])(?<gm>gm )?(?<family>GD|PD|H|P|R|T|S)(?<first>\d{1,2})"
            + @"(?:–\k<family>?(?<last>\d{1,2}))?(?![A-Za-z0-9])")]
    private static partial Regex Id();
}
