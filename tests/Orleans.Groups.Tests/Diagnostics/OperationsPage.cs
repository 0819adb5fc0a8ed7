using System.Runtime.CompilerServices;

namespace Orleans.Groups.Tests;

/// <summary>The page for operators, which must name everything that they meet.</summary>
internal static class OperationsPage
{
    internal static string Read([CallerFilePath] string path = "")
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(path)!);
        while (!File.Exists(Path.Combine(folder.FullName, "Orleans.Groups.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The repository was not found.");
        }

        return File.ReadAllText(Path.Combine(folder.FullName, "docs", "operations.md"));
    }
}
