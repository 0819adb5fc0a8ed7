namespace Orleans.Groups.Conformance;

/// <summary>
/// Pins what an engine's fixture cannot do, and that its test project leaves no conformance class out.
/// </summary>
public abstract class CapabilitiesConformance<TEngine>
    where TEngine : IGroupsEngine, new()
{
    /// <summary>The facts that this engine skips, as <c>Class.Fact</c>; written down by its test project.</summary>
    protected abstract IReadOnlyCollection<string> SkippedFacts { get; }

    [Fact]
    public void Engine_WithItsCapabilities_SkipsExactlyTheListedFacts()
    {
        var capabilities = new TEngine().Capabilities;
        var skipped =
            from type in ConformanceFacts.Classes
            from fact in ConformanceFacts.FactsOf(type)
            where (ConformanceFacts.NeedsOf(fact) & ~capabilities) != FixtureCapabilities.None
            select $"{ConformanceFacts.NameOf(type)}.{fact.Name}";

        Assert.Equal(SkippedFacts.Order(StringComparer.Ordinal), skipped.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Engine_Always_InheritsEveryConformanceClass()
    {
        var inherited = GetType().Assembly.GetTypes()
            .Where(type => !type.IsAbstract)
            .Select(type => type.BaseType)
            .Where(type => type is { IsGenericType: true } && type.GetGenericArguments()[0] == typeof(TEngine))
            .Select(type => type!.GetGenericTypeDefinition());

        Assert.Empty(ConformanceFacts.Classes.Except(inherited).Select(ConformanceFacts.NameOf));
    }
}
