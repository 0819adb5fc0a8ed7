using Xunit.v3;

namespace Orleans.Groups.Conformance;

/// <summary>Base of all conformance classes: one fixture per test, and no fact that silently does nothing.</summary>
public abstract class ConformanceTest<TEngine> : IAsyncLifetime
    where TEngine : IGroupsEngine, new()
{
    private readonly TEngine _engine = new();
    private IGroupsFixture? _fixture;

    /// <summary>The fixture, once <see cref="StartAsync(string[])"/> has been called.</summary>
    protected IGroupsFixture Fixture =>
        _fixture ?? throw new InvalidOperationException("A test starts its nodes first.");

    /// <inheritdoc/>
    public ValueTask InitializeAsync()
    {
        var method = (TestContext.Current.TestMethod as IXunitTestMethod)?.Method;
        var missing =
            method is null ? FixtureCapabilities.None : ConformanceFacts.NeedsOf(method) & ~_engine.Capabilities;
        if (missing != FixtureCapabilities.None)
        {
            Assert.Skip($"{typeof(TEngine).Name} lacks {missing}; its capabilities test pins the list of such facts.");
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_fixture is { } fixture)
        {
            await fixture.DisposeAsync().AsTask().WithinAsync("the fixture ends");
        }
    }

    /// <summary>Makes the fixture with default settings and starts nodes.</summary>
    protected Task<INodeFixture[]> StartAsync(params string[] nodes) => StartAsync(static _ => { }, nodes);

    /// <summary>Makes the fixture and starts nodes.</summary>
    protected async Task<INodeFixture[]> StartAsync(Action<FixtureOptions> configure, params string[] nodes)
    {
        Assert.Null(_fixture);
        var options = new FixtureOptions();
        configure(options);
        Assert.Empty(options.ProcessGroups.GetErrors());
        Assert.Empty(options.Multicast.GetErrors());
        _fixture = await _engine.CreateAsync(options).WithinAsync("the fixture starts");
        var started = new INodeFixture[nodes.Length];
        for (var index = 0; index < nodes.Length; index++)
        {
            started[index] = await AddNodeAsync(nodes[index]);
        }

        return started;
    }

    /// <summary>Starts one more node.</summary>
    protected Task<INodeFixture> AddNodeAsync(string name) =>
        Fixture.AddNodeAsync(name).WithinAsync($"node {name} starts");

    /// <summary>Waits until nothing is under way; see <see cref="IGroupsFixture.DrainAsync"/>.</summary>
    protected Task DrainAsync() => Deadline.RunAsync("the cluster drains", Fixture.DrainAsync);

    /// <summary>Waits until all see the same; see <see cref="IGroupsFixture.WaitForConvergenceAsync"/>.</summary>
    protected Task ConvergeAsync() => Deadline.RunAsync("the cluster converges", Fixture.WaitForConvergenceAsync);

    /// <summary>Heals the links between all given nodes.</summary>
    protected async Task HealAllAsync(params INodeFixture[] nodes)
    {
        for (var left = 0; left < nodes.Length; left++)
        {
            for (var right = left + 1; right < nodes.Length; right++)
            {
                await Fixture.HealAsync(nodes[left], nodes[right]);
            }
        }
    }
}
