namespace Orleans.Groups.Tests;

/// <summary>What the readme shows of grains is what the tests run.</summary>
public sealed class ReadmeTests
{
    [Theory]
    [InlineData("grains")]
    [InlineData("testing")]
    public void Readme_CodeBlock_IsTheRegionOfTheTests(string region)
    {
        var root = Root();
        var source = File.ReadAllLines(
            Path.Combine(root, "tests", "Orleans.Groups.Tests", "Grains", "GrainQuickStartTests.cs"));
        var lines = source
            .SkipWhile(line => line.Trim() != $"// <{region}>")
            .Skip(1)
            .TakeWhile(line => line.Trim() != $"// </{region}>")
            .ToList();
        Assert.NotEmpty(lines);
        var indent = lines[0].Length - lines[0].TrimStart().Length;
        var shown = string.Join('\n', lines.Select(line => line.Length >= indent ? line[indent..] : line));

        var readme = File.ReadAllText(Path.Combine(root, "README.md"));
        Assert.Contains($"```csharp\n{shown}\n```", readme, StringComparison.Ordinal);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orleans.Groups.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
