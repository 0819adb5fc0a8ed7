using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Orleans.Configuration;

namespace Orleans.Groups.SiloProgram;

/// <summary>Makes the host of a silo out of its settings.</summary>
internal static class SiloHost
{
    /// <summary>What Orleans calls the ADO.NET driver of PostgreSQL.</summary>
    internal const string Invariant = "Npgsql";

    /// <summary>Name of the grain storage in which the records of the rings are.</summary>
    internal const string RecordStorage = "groups";

    /// <summary>
    /// Begins a host with the configuration of any host: appsettings.json beside the program and in the current
    /// folder, the environment, and on top of it what the command line says.
    /// </summary>
    internal static HostApplicationBuilder CreateBuilder(IEnumerable<KeyValuePair<string, string?>> commandLine)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
        {
            ContentRootPath = AppContext.BaseDirectory,
        });
        var beside = builder.Configuration.Sources.OfType<FileConfigurationSource>().LastOrDefault();
        var here = Path.Combine(Environment.CurrentDirectory, "appsettings.json");
        if (File.Exists(here) && beside is not null && here != Path.Combine(AppContext.BaseDirectory, beside.Path!))
        {
            // Above the program's own file, and below the environment.
            var source = new ConfigurationBuilder().AddJsonFile(here, optional: true).Sources[0];
            builder.Configuration.Sources.Insert(builder.Configuration.Sources.IndexOf(beside) + 1, source);
        }

        builder.Configuration.AddInMemoryCollection(commandLine);
        builder.Services.Configure<ConsoleLoggerOptions>(options =>
        {
            // The standard output is for what the program says; and a reader of it that is slow must not stop a silo.
            options.LogToStandardErrorThreshold = LogLevel.Trace;
            options.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        });
        builder.Logging.AddSimpleConsole(options => options.SingleLine = true);
        return builder;
    }

    /// <summary>Adds the silo.</summary>
    /// <param name="builder">What <see cref="CreateBuilder"/> has made.</param>
    /// <param name="settings">What is to be done.</param>
    /// <param name="ports">The ports to listen at.</param>
    /// <param name="configure">Adds more to the silo, for programs that are silos as well as something else.</param>
    internal static void AddSilo(
        HostApplicationBuilder builder,
        SiloSettings settings,
        PortLease ports,
        Action<ISiloBuilder>? configure = null)
    {
        var address = IPAddress.Parse(settings.Address);
        var configuration = builder.Configuration;
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(options =>
            {
                options.ClusterId = settings.ClusterId;
                options.ServiceId = settings.ServiceId;
            });
            silo.Configure<SiloOptions>(options => options.SiloName = NameOf(settings, ports));
            silo.Configure<EndpointOptions>(options =>
            {
                options.AdvertisedIPAddress = address;
                options.SiloPort = ports.SiloPort;
                options.GatewayPort = ports.GatewayPort;
            });
            silo.Configure<ClusterMembershipOptions>(options =>
            {
                options.ProbeTimeout = TimeSpan.FromSeconds(settings.ProbeTimeout);
                options.NumMissedProbesLimit = settings.MissedProbes;

                // When all silos have crashed, the next one takes those in the list for alive until they are stale,
                // three times the first of these, and looks for that each time the second is over. The second is
                // also how long a silo that was declared dead may not know it.
                options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
                options.TableRefreshTimeout = TimeSpan.FromSeconds(10);
            });
            silo.Configure<ClusterMembershipOptions>(configuration.GetSection("Silo:Membership"));
            AddClustering(silo, settings, address);
            if (settings.DistributedDirectory)
            {
#pragma warning disable ORLEANSEXP003 // The user asks for it by name; the help says what it is.
                silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003
            }

            silo.AddGroups(options =>
            {
                options.RecordStorage = settings.Clustering == ClusteringKind.AdoNet ? RecordStorage : null;
                configuration.GetSection("Groups").Bind(options);
            });
            configure?.Invoke(silo);
        });
    }

    /// <summary>What people call the silo.</summary>
    internal static string NameOf(SiloSettings settings, PortLease ports) => settings.Name ?? $"silo-{ports.SiloPort}";

    private static void AddClustering(ISiloBuilder silo, SiloSettings settings, IPAddress address)
    {
        if (settings.Clustering == ClusteringKind.Localhost)
        {
            silo.UseDevelopmentClustering(new IPEndPoint(address, settings.PrimaryPort));
            return;
        }

        silo.UseAdoNetClustering(options =>
        {
            options.Invariant = Invariant;
            options.ConnectionString = settings.Connection;
        });
        silo.AddAdoNetGrainStorage(RecordStorage, options =>
        {
            options.Invariant = Invariant;
            options.ConnectionString = settings.Connection;
        });
    }
}
