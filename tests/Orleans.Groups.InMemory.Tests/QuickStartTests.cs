using System.Reflection;

namespace Orleans.Groups.InMemory.Tests;

/// <summary>
/// The quick start runs, prints what it should, and is what the readme shows. Alone, because it uses the console.
/// </summary>
[Collection(nameof(UsesTheConsole))]
public sealed class QuickStartTests
{
    private const string Begin = "// <quickstart>";
    private const string End = "// </quickstart>";

    [Fact]
    public async Task QuickStart_Run_PrintsTheSameEveryTime()
    {
        var console = Console.Out;
        await using var output = new StringWriter();
        Console.SetOut(TextWriter.Synchronized(output));
        try
        {
            var main = Assembly.Load("QuickStart").EntryPoint!;
            var result = main.Invoke(null, main.GetParameters().Length == 0 ? null : [Array.Empty<string>()]);
            await ((result as Task) ?? Task.CompletedTask).Soon();
        }
        finally
        {
            Console.SetOut(console);
        }

        Assert.Equal(
            [
                "node a sees bob",
                "bob hears alice say: hello",
                "node c gets order 1 from node a",
                "node c gets order 2 from node a",
                "order 2 was processed by all that live: True",
            ],
            output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Readme_QuickStartBlock_IsTheSample()
    {
        var root = Root();
        var sample = Region(File.ReadAllLines(Path.Combine(root, "samples", "QuickStart", "Program.cs")));
        Assert.InRange(sample.Length, 15, 30);
        var shown = File.ReadLines(Path.Combine(root, "README.md"))
            .SkipWhile(static line => line != "## Quick start in one process")
            .SkipWhile(static line => line != "```csharp")
            .Skip(1)
            .TakeWhile(static line => line != "```");
        Assert.Equal(sample, shown);
    }

    private static string[] Region(IEnumerable<string> lines) =>
        [.. lines.SkipWhile(static line => line != Begin).Skip(1).TakeWhile(static line => line != End)];

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

/// <summary>Tests that use the console do not run beside others.</summary>
[CollectionDefinition(nameof(UsesTheConsole), DisableParallelization = true)]
public sealed class UsesTheConsole;
