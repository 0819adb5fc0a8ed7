using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Museum;

/// <summary>The production sources of the protocol project, parsed once, and patched for one bug at a time.</summary>
/// <remarks>They are part of this assembly, as they were when it was built.</remarks>
internal sealed class ProtocolSources
{
    private const string Prefix = "Protocol/";

    private readonly Dictionary<string, SyntaxTree> _trees = [];
    private readonly CSharpCompilation _original;

    private ProtocolSources()
    {
        var assembly = typeof(ProtocolSources).Assembly;
        foreach (var name in assembly.GetManifestResourceNames())
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal))
            {
                continue;
            }

            using var stream = assembly.GetManifestResourceStream(name)!;
            var file = name[Prefix.Length..].Replace('\\', '/');
            _trees.Add(file, CSharpSyntaxTree.ParseText(SourceText.From(stream), path: file));
        }

        var production = typeof(RingMachine).Assembly;
        var friends = production.GetCustomAttributes<InternalsVisibleToAttribute>()
            .Select(static friend =>
                $"[assembly: {typeof(InternalsVisibleToAttribute).FullName}(\"{friend.AssemblyName}\")]");
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Append(typeof(NodeId).Assembly.Location);
        _original = CSharpCompilation.Create(
            production.GetName().Name,
            _trees.Values.Append(CSharpSyntaxTree.ParseText(string.Join('\n', friends))),
            platform.Select(static path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                optimizationLevel: OptimizationLevel.Release,
                nullableContextOptions: NullableContextOptions.Enable));
    }

    /// <summary>The only one: parsing takes a while.</summary>
    internal static ProtocolSources Instance { get; } = new();

    /// <summary>Whether each edit of a bug finds its text exactly once, and the patched files compile.</summary>
    /// <returns>What is wrong; nothing when all is well.</returns>
    internal IReadOnlyList<string> Check(Bug bug)
    {
        var problems = new List<string>();
        foreach (var edit in bug.Edits)
        {
            var count = _trees.TryGetValue(edit.File, out var tree) ? Count(tree.ToString(), edit.Original) : -1;
            if (count != 1)
            {
                var problem = count < 0 ? "there is no file" : $"found {count} times in";
                problems.Add($"{bug.Name}: {problem} {edit.File}");
            }
        }

        if (problems.Count > 0)
        {
            return problems;
        }

        var patched = Patch(bug, out var changed);
        problems.AddRange(changed
            .SelectMany(tree => patched.GetSemanticModel(tree).GetDiagnostics())
            .Where(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => $"{bug.Name}: {diagnostic}"));
        return problems;
    }

    /// <summary>Compiles the project with a bug in it.</summary>
    internal byte[] Compile(Bug bug)
    {
        using var image = new MemoryStream();
        var result = Patch(bug, out _).Emit(image);
        if (!result.Success)
        {
            var errors = result.Diagnostics.Where(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
            throw new InvalidOperationException($"{bug.Name} does not compile: {string.Join('\n', errors)}");
        }

        return image.ToArray();
    }

    private CSharpCompilation Patch(Bug bug, out IReadOnlyList<SyntaxTree> changed)
    {
        var texts = new Dictionary<string, string>();
        foreach (var edit in bug.Edits)
        {
            var text = texts.GetValueOrDefault(edit.File) ?? _trees[edit.File].ToString();
            if (Count(text, edit.Original) != 1)
            {
                throw new InvalidOperationException($"{bug.Name} does not fit {edit.File} any more.");
            }

            texts[edit.File] = text.Replace(edit.Original, edit.Replacement, StringComparison.Ordinal);
        }

        var compilation = _original;
        var trees = new List<SyntaxTree>();
        foreach (var (file, text) in texts)
        {
            var tree = CSharpSyntaxTree.ParseText(text, path: file);
            compilation = compilation.ReplaceSyntaxTree(_trees[file], tree);
            trees.Add(tree);
        }

        changed = trees;
        return compilation;
    }

    private static int Count(string text, string part)
    {
        var count = 0;
        for (var at = text.IndexOf(part, StringComparison.Ordinal);
            at >= 0;
            at = text.IndexOf(part, at + 1, StringComparison.Ordinal))
        {
            count++;
        }

        return count;
    }
}
