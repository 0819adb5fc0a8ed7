using System.Reflection;

namespace Orleans.Groups.Conformance;

/// <summary>All facts of this suite, found by reflection.</summary>
internal static class ConformanceFacts
{
    /// <summary>The abstract classes with facts, which every engine inherits; ordered by name.</summary>
    internal static IReadOnlyList<Type> Classes { get; } =
    [
        .. typeof(ConformanceFacts).Assembly.GetTypes()
            .Where(type => type.IsAbstract && FactsOf(type).Count > 0)
            .OrderBy(type => type.Name, StringComparer.Ordinal),
    ];

    /// <summary>The facts that a class declares itself, ordered by name.</summary>
    internal static IReadOnlyList<MethodInfo> FactsOf(Type type) =>
    [
        .. type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
            .Where(method => method.GetCustomAttribute<FactAttribute>() is not null)
            .OrderBy(method => method.Name, StringComparer.Ordinal),
    ];

    /// <summary>What a fact needs: its own attribute and the one of its class.</summary>
    internal static FixtureCapabilities NeedsOf(MethodInfo method) =>
        (method.GetCustomAttribute<NeedsAttribute>()?.Capabilities ?? FixtureCapabilities.None)
        | (method.DeclaringType?.GetCustomAttribute<NeedsAttribute>()?.Capabilities ?? FixtureCapabilities.None);

    /// <summary>Name of a conformance class without its generic arity.</summary>
    internal static string NameOf(Type type) => type.Name.Split('`')[0];
}
