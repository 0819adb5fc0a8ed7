using System.Diagnostics;
using System.IO.Compression;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>What a user gets: the packages of all libraries that need no Orleans package.</summary>
public sealed class PackageTests : IDisposable
{
    private readonly DirectoryInfo _output = Directory.CreateTempSubdirectory("orleans-groups-");

    public void Dispose() => _output.Delete(recursive: true);

    [Fact]
    public void Pack_EveryLibrary_HasReadmeLicenceDocumentationAndSymbols()
    {
        Pack();

        foreach (var id in Libraries())
        {
            var file = Assert.Single(_output.GetFiles($"{id}.*.nupkg"), f => IsPackageOf(id, f));
            using var package = ZipFile.OpenRead(file.FullName);
            var names = package.Entries.Select(e => e.FullName).ToList();
            var metadata = Metadata(package);
            string? Value(string name) => metadata.Elements().FirstOrDefault(e => e.Name.LocalName == name)?.Value;

            Assert.Equal(id, Value("id"));
            Assert.Equal("MIT", Value("license"));
            Assert.Equal("README.md", Value("readme"));
            Assert.False(string.IsNullOrWhiteSpace(Value("description")), $"{id} has no description.");
            Assert.NotEqual("Package Description", Value("description"));
            Assert.Contains("README.md", names);
            Assert.Contains($"lib/net10.0/{id}.xml", names);
            Assert.True(HasEmbeddedSymbols(package, $"lib/net10.0/{id}.dll"), $"{id}.dll has no embedded symbols.");
        }
    }

    private static IEnumerable<string> Libraries() => Repository.ProjectsIn("Orleans.Groups.InMemory.slnf")
        .Where(p => p.StartsWith("src/", StringComparison.Ordinal))
        .Select(p => Path.GetFileNameWithoutExtension(p));

    /// <summary>Whether the name goes on with a version, and not with the rest of a longer id.</summary>
    private static bool IsPackageOf(string id, FileInfo file) => char.IsAsciiDigit(file.Name[id.Length + 1]);

    private static XElement Metadata(ZipArchive package)
    {
        var manifest = Assert.Single(package.Entries, e => e.FullName.EndsWith(".nuspec", StringComparison.Ordinal));
        using var stream = manifest.Open();
        return XDocument.Load(stream).Root!.Elements().Single(e => e.Name.LocalName == "metadata");
    }

    private static bool HasEmbeddedSymbols(ZipArchive package, string path)
    {
        using var copy = new MemoryStream();
        using (var stream = Assert.Single(package.Entries, e => e.FullName == path).Open())
        {
            stream.CopyTo(copy);
        }

        copy.Position = 0;
        using var reader = new PEReader(copy);
        return reader.ReadDebugDirectory().Any(e => e.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
    }

    private void Pack()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name; // …/bin/<configuration>/net10.0/
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments =
        [
            "pack", "Orleans.Groups.InMemory.slnf", "--no-build", "-c", configuration, "-o", _output.FullName,
            "--disable-build-servers", "--tl:off", "-v:q",
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var dotnet = Process.Start(start)!;
        var errors = dotnet.StandardError.ReadToEndAsync();
        var output = dotnet.StandardOutput.ReadToEnd();
        dotnet.WaitForExit();
        Assert.True(dotnet.ExitCode == 0, $"dotnet pack failed:\n{output}{errors.Result}");
    }
}
