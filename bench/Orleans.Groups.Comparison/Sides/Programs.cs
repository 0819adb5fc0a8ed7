using System.Net;
using System.Net.Sockets;

namespace Orleans.Groups.Comparison;

/// <summary>Where programs are.</summary>
internal static class Programs
{
    /// <summary>Folder of the benchmarks, from where this program was built.</summary>
    internal static string BenchFolder { get; } = FindBenchFolder();

    /// <summary>This program with other arguments.</summary>
    internal static (string Program, List<string> Arguments) This(params string[] arguments) =>
        Dotnet(typeof(Programs).Assembly.Location, arguments);

    /// <summary>Another program of the benchmarks, built like this one; nothing when it was not built.</summary>
    internal static (string Program, List<string> Arguments)? Sibling(string name, params string[] arguments)
    {
        var own = typeof(Programs).Assembly;
        var path = own.Location.Replace(own.GetName().Name!, name, StringComparison.Ordinal);
        return File.Exists(path) ? Dotnet(path, arguments) : null;
    }

    /// <summary>Ports of the loopback that were free a moment ago.</summary>
    internal static List<int> FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToList();
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }

    private static (string Program, List<string> Arguments) Dotnet(string path, string[] arguments)
    {
        var self = Environment.ProcessPath;
        var dotnet = self is not null && Path.GetFileNameWithoutExtension(self) == "dotnet" ? self : "dotnet";
        return (dotnet, [path, .. arguments]);
    }

    private static string FindBenchFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "run.sh")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? Environment.CurrentDirectory;
    }
}
