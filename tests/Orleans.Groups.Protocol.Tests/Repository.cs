using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>The working tree these tests were built from.</summary>
internal static partial class Repository
{
    private static readonly string[] FoldersOfOutput =
        ["bin", "obj", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts"];

    /// <summary>Absolute path of the folder that holds <c>Orleans.Groups.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Absolute path of a file or folder given relative to the root, with slashes.</summary>
    public static string PathOf(string relative) => Path.GetFullPath(Path.Combine(Root, relative));

    /// <summary>Path relative to the root, with slashes on every system.</summary>
    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    /// <summary>All files with this ending that git tracks or would track, relative to the root, sorted.</summary>
    /// <remarks>In a tree without git (an unpacked archive), all files outside folders of build output.</remarks>
    public static IReadOnlyList<string> Files(string ending) =>
        [.. (AskGit(ending) ?? Walk(new DirectoryInfo(Root), ending))
            .Where(f => File.Exists(PathOf(f)))
            .Order(StringComparer.Ordinal)];

    /// <summary>Names of the packages a project needs, its own and those of the projects it references.</summary>
    public static IReadOnlySet<string> PackagesOf(string project)
    {
        var packages = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([project]);
        while (open.TryPop(out var next))
        {
            if (seen.Add(next))
            {
                packages.UnionWith(Items(next, "PackageReference"));
                foreach (var reference in ProjectReferencesOf(next))
                {
                    open.Push(reference);
                }
            }
        }

        return packages;
    }

    /// <summary>Projects that this one references itself, relative to the root.</summary>
    public static IEnumerable<string> ProjectReferencesOf(string project) =>
        WithImports(project).SelectMany(file => Own(file, "ProjectReference").Select(r => Beside(file, r)));

    /// <summary>What a project file includes as this kind of item, itself or by an import; with slashes.</summary>
    public static IEnumerable<string> Items(string project, string kind) =>
        WithImports(project).SelectMany(file => Own(file, kind));

    /// <summary>Projects that a .sln or .slnf file names, relative to the root, ordinally sorted.</summary>
    public static IReadOnlyList<string> ProjectsIn(string solution) =>
        [.. QuotedProject().Matches(File.ReadAllText(PathOf(solution)))
            .Select(m => m.Groups[1].Value.Replace(@"\\", "/", StringComparison.Ordinal).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)];

    /// <summary>The project file and all that it imports by name, relative to the root.</summary>
    private static IEnumerable<string> WithImports(string file) =>
        Values(file, "Import", "Project").SelectMany(i => WithImports(Beside(file, i))).Prepend(file);

    private static IEnumerable<string> Own(string file, string kind) => Values(file, kind, "Include");

    private static IEnumerable<string> Values(string file, string element, string attribute) =>
        XDocument.Load(PathOf(file))
            .Descendants(element)
            .Select(e => e.Attribute(attribute)?.Value.Replace('\\', '/'))
            .OfType<string>();

    /// <summary>A path that <paramref name="file"/> names, relative to the root.</summary>
    private static string Beside(string file, string path) =>
        Relative(PathOf(Path.Combine(
            Path.GetDirectoryName(file)!,
            path.Replace("$(MSBuildThisFileDirectory)", "", StringComparison.Ordinal))));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Orleans.Groups.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No Orleans.Groups.sln above {AppContext.BaseDirectory}.");
    }

    private static string[]? AskGit(string ending)
    {
        var start = new ProcessStartInfo("git")
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in new[] { "ls-files", "-z", "-co", "--exclude-standard", "--", "*" + ending })
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            using var git = Process.Start(start)!;
            git.ErrorDataReceived += (_, _) => { };
            git.BeginErrorReadLine();
            var output = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            return git.ExitCode == 0 ? output.Split('\0', StringSplitOptions.RemoveEmptyEntries) : null;
        }
        catch (Win32Exception)
        {
            return null; // There is no git on this machine.
        }
    }

    private static IEnumerable<string> Walk(DirectoryInfo folder, string ending) =>
        folder.EnumerateFiles("*" + ending).Select(f => Relative(f.FullName)).Concat(
            folder.EnumerateDirectories()
                .Where(d => !d.Name.StartsWith('.') && !FoldersOfOutput.Contains(d.Name))
                .SelectMany(d => Walk(d, ending)));

    [GeneratedRegex("\"([^\"]+\\.csproj)\"")]
    private static partial Regex QuotedProject();
}
