namespace Orleans.Groups.Tests;

/// <summary>What the documents show is what the tests run.</summary>
public sealed class ReadmeTests
{
    [Theory]
    [InlineData("README.md", "grains", "Grains/GrainQuickStartTests.cs")]
    [InlineData("README.md", "testing", "Grains/GrainQuickStartTests.cs")]
    [InlineData("docs/security.md", "tls", "Security/TlsTests.cs")]
    public void CodeBlock_IsTheRegionOfTheTests(string document, string region, string tests)
    {
        var root = Root();
        var source = File.ReadAllLines(Path.Combine(root, "tests", "Orleans.Groups.Tests", tests));
        var lines = source
            .SkipWhile(line => line.Trim() != $"// <{region}>")
            .Skip(1)
            .TakeWhile(line => line.Trim() != $"// </{region}>")
            .ToList();
        Assert.NotEmpty(lines);
        var indent = lines[0].Length - lines[0].TrimStart().Length;
        var shown = string.Join('\n', lines.Select(line => line.Length >= indent ? line[indent..] : line));

        var text = File.ReadAllText(Path.Combine(root, document));
        Assert.Contains($"```csharp\n{shown}\n```", text, StringComparison.Ordinal);
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
