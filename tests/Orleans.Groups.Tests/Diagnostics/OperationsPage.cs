using Orleans.Groups.Protocol.Tests;

namespace Orleans.Groups.Tests;

/// <summary>The page for operators, which must name everything that they meet.</summary>
internal static class OperationsPage
{
    internal static string Read() => File.ReadAllText(Repository.PathOf("docs/operations.md"));
}
