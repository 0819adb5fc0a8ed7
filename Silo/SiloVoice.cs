using System.Text.Json;

namespace Orleans.Groups.SiloProgram;

/// <summary>What the program says on its standard output: sentences for people, or JSON lines for programs.</summary>
internal sealed class SiloVoice(TextWriter output, SiloSettings settings, PortLease ports)
{
    /// <summary>The silo is in the cluster.</summary>
    internal void SayReady(SiloAddress silo)
    {
        var name = SiloHost.NameOf(settings, ports);
        if (settings.Json)
        {
            SayJson(new
            {
                @event = "ready",
                name,
                siloAddress = silo.ToParsableString(),
                address = settings.Address,
                siloPort = ports.SiloPort,
                gatewayPort = ports.GatewayPort,
                clusterId = settings.ClusterId,
                serviceId = settings.ServiceId,
                pid = Environment.ProcessId,
            });
            return;
        }

        Say(
            $"{name} is ready at {settings.Address}: silos at port {ports.SiloPort}, clients at port "
            + $"{ports.GatewayPort}; cluster {settings.ClusterId}; process {Environment.ProcessId}.");
        Say(settings switch
        {
            { Clustering: ClusteringKind.AdoNet } =>
                "The list of silos is in the database: any silo may be killed.",
            _ when ports.SiloPort == settings.PrimaryPort =>
                "This first silo keeps the list of all silos, so it must stay; any other silo may be killed.",
            _ =>
                $"This silo may be killed; the first one, at port {settings.PrimaryPort}, keeps the list of all silos "
                + "and must stay.",
        });
        Say("Ctrl-C stops it gracefully.");
    }

    /// <summary>The silo has said goodbye.</summary>
    internal void SayStopped()
    {
        if (settings.Json)
        {
            SayJson(new { @event = "stopped", name = SiloHost.NameOf(settings, ports) });
        }
        else
        {
            Say($"{SiloHost.NameOf(settings, ports)} has stopped.");
        }
    }

    /// <summary>The database has all that is needed.</summary>
    internal static void SayInitialised(TextWriter output, bool json) => output.WriteLine(
        json ? JsonSerializer.Serialize(new { @event = "initialised" }) : "The database has all tables.");

    private void SayJson(object line) => Say(JsonSerializer.Serialize(line));

    private void Say(string line)
    {
        output.WriteLine(line);
        output.Flush();
    }
}
