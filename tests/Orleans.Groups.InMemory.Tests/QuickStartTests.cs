using System.Diagnostics;

namespace Orleans.Groups.InMemory.Tests;

/// <summary>The quick start of the README is the sample program, and prints what the README says.</summary>
public sealed class QuickStartTests
{
    private const string Expected =
        """
        node a sees bob
        bob hears alice say: hello
        node c gets order 1 from node a
        node c gets order 2 from node a
        order 2 was processed by all that live: True
        """;

    [Fact]
    public async Task QuickStart_Run_PrintsWhatTheReadmeSays()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "QuickStart.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, process.ExitCode);
        Assert.Equal(Expected, output.TrimEnd().ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Readme_QuickStart_IsTheSampleAndItsOutput()
    {
        var root = FindRoot();
        var readme = File.ReadAllText(Path.Combine(root, "README.md"));
        var sample = File.ReadAllText(Path.Combine(root, "samples", "QuickStart", "Program.cs"));
        var code = sample.Split("// <quickstart>\n")[1].Split("// </quickstart>")[0];

        Assert.Contains($"```csharp\n{code}```", readme, StringComparison.Ordinal);
        Assert.Contains($"```text\n{Expected}\n```", readme, StringComparison.Ordinal);
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Orleans.Groups.sln")))
        {
            folder = Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException("The solution is not above the test's folder.");
        }

        return folder;
    }
}
