using System.Net;
using System.Net.Sockets;
using Orleans.Groups.SiloProgram;

namespace Orleans.Groups.Programs.Tests;

/// <summary>What the silo program makes of its arguments, and which ports it takes.</summary>
public sealed class SiloArgumentTests
{
    [Fact]
    public void Arguments_BecomeSettings()
    {
        var settings = Read(
            "--clustering", "adonet", "--connection", "Host=x", "--init", "--silo-port", "5000", "--name", "one",
            "--probe-timeout", "0.5", "--set", "Silo:MissedProbes=7");

        Assert.Equal(ClusteringKind.AdoNet, settings.Clustering);
        Assert.Equal("Host=x", settings.Connection);
        Assert.True(settings.Init);
        Assert.Equal(5000, settings.SiloPort);
        Assert.Equal("one", settings.Name);
        Assert.Equal(0.5, settings.ProbeTimeout);
        Assert.Equal(7, settings.MissedProbes);
    }

    [Fact]
    public void NoArguments_AreEnough()
    {
        var settings = Read();

        Assert.Equal(ClusteringKind.Localhost, settings.Clustering);
        Assert.Null(settings.SiloPort);
    }

    [Theory]
    [InlineData("--clustering", "adonet")]
    [InlineData("--clustering", "redis")]
    [InlineData("--silo-port", "0")]
    [InlineData("--silo-port", "many")]
    [InlineData("--silo-port", "7", "--gateway-port", "7")]
    [InlineData("--address", "here")]
    [InlineData("--init")]
    [InlineData("--probe-timeout", "0")]
    [InlineData("--set", "nonsense")]
    [InlineData("surplus")]
    public void Arguments_ThatAreWrong_AreRefused(params string[] arguments)
    {
        var error = Assert.Throws<SiloException>(() => Read(arguments));

        Assert.Equal(SiloExitCode.Refused, error.Code);
    }

    [Fact]
    public void Help_IsNoSettings()
    {
        var output = new StringWriter();

        Assert.Null(new SiloCommand().Parse(["--help"], output));
        Assert.Contains("--clustering", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Ports_OfSeveralSilos_Differ()
    {
        using var first = PortLease.Take(IPAddress.Loopback, null, null);
        using var second = PortLease.Take(IPAddress.Loopback, null, null);

        var ports = new[] { first.SiloPort, first.GatewayPort, second.SiloPort, second.GatewayPort };
        Assert.Equal(4, ports.Distinct().Count());
    }

    [Fact]
    public void Port_GivenBack_CanBeHadAgain()
    {
        var port = FreePort();
        using (PortLease.Take(IPAddress.Loopback, port, null))
        {
            Assert.Equal(
                SiloExitCode.Unavailable,
                Assert.Throws<SiloException>(() => PortLease.Take(IPAddress.Loopback, port, null)).Code);
        }

        using var again = PortLease.Take(IPAddress.Loopback, port, null);
        Assert.Equal(port, again.SiloPort);
    }

    [Fact]
    public void Port_OfAnotherProgram_IsRefused()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var error = Assert.Throws<SiloException>(() => PortLease.Take(IPAddress.Loopback, port, null));
        Assert.Contains($"port {port} is in use", error.Message, StringComparison.Ordinal);
    }

    private static SiloSettings Read(params string[] arguments)
    {
        var commandLine = new SiloCommand().Parse(arguments, TextWriter.Null);
        return SiloSettings.Read(SiloHost.CreateBuilder(commandLine!).Configuration);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
