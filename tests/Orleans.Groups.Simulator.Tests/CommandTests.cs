namespace Orleans.Groups.Simulator.Tests;

public sealed class CommandTests
{
    [Fact]
    public void Help_OfTheProgram_SaysWhatItIsFor()
    {
        var output = new StringWriter();
        Assert.Equal(0, SimulatorCommand.Run(["--help"], output, TextWriter.Null));
        Assert.Contains("from one seed", output.ToString(), StringComparison.Ordinal);
    }
}
