using Orleans.Groups.Protocol.Tests;

namespace Orleans.Groups.Tests;

/// <summary>
/// The public surface of the Orleans engine is a file under review, beside those of the other libraries.
/// </summary>
public sealed class PublicApiTests
{
    private const string Name = "tests/Orleans.Groups.Protocol.Tests/PublicApi/Orleans.Groups.approved.txt";

    [Fact]
    public void Surface_Always_EqualsTheApprovedText()
    {
        var file = Repository.PathOf(Name);
        var actual = PublicApiText.Render(typeof(IGroups).Assembly);
        if (Environment.GetEnvironmentVariable("UPDATE_APPROVED") == "1")
        {
            File.WriteAllText(file, actual);
        }

        var approved = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        Assert.True(
            actual == approved,
            $"The public surface is not the approved one. If it is meant, run the tests with UPDATE_APPROVED=1 and "
            + $"commit {Name}:\n{LineDiff.Between(approved, actual)}");
    }
}
