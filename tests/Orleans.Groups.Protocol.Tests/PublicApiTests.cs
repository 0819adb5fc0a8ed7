using System.Reflection;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>The public surface of each library is a file under review, <c>PublicApi/*.approved.txt</c>.</summary>
public sealed class PublicApiTests
{
    private const string Folder = "tests/Orleans.Groups.Protocol.Tests/PublicApi";

    [Theory]
    [InlineData("Orleans.Groups.Abstractions")]
    [InlineData("Orleans.Groups.InMemory")]
    [InlineData("Orleans.Groups.Protocol")]
    public void Surface_Always_EqualsTheApprovedText(string assembly)
    {
        var file = Repository.PathOf($"{Folder}/{assembly}.approved.txt");
        var actual = PublicApiText.Render(Assembly.Load(assembly));
        if (Environment.GetEnvironmentVariable("UPDATE_APPROVED") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
        }

        var approved = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        if (actual != approved)
        {
            Assert.Fail(
                $"The public surface of {assembly} is not the approved one. If it is meant, run the tests with "
                + $"UPDATE_APPROVED=1 and commit the file ({Folder}):\n{LineDiff.Between(approved, actual)}");
        }
    }
}
