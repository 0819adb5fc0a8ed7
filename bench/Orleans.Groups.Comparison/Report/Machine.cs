using System.Runtime.InteropServices;

namespace Orleans.Groups.Comparison;

/// <summary>Where it was measured.</summary>
internal static class Machine
{
    /// <summary>Processor, memory, operating system and runtime, for a report.</summary>
    internal static string Describe()
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1 << 30);
        return $"{Environment.ProcessorCount} × {Processor()}, {memory} GiB; {System()}; "
            + $"{RuntimeInformation.FrameworkDescription}";
    }

    private static string Processor() =>
        ReadAfter("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static string System() =>
        ReadAfter("/etc/os-release", "PRETTY_NAME")?.Trim('"') ?? RuntimeInformation.OSDescription;

    private static string? ReadAfter(string file, string name) => !File.Exists(file) ? null
        : File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
            ? line[(line.IndexOfAny([':', '=']) + 1)..].Trim()
            : null;
}
