namespace Orleans.Groups.Tests;

/// <summary>
/// One server for all tests of a class or collection; tests that need it begin with <see cref="Require"/>.
/// </summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private PostgresServer? _server;

    /// <summary>The server; the running test is skipped where PostgreSQL is missing.</summary>
    public PostgresServer Require()
    {
        Assert.SkipWhen(PostgresServer.WhyMissing is not null, PostgresServer.WhyMissing ?? "");
        return _server!;
    }

    public async ValueTask InitializeAsync()
    {
        if (PostgresServer.WhyMissing is null)
        {
            _server = await PostgresServer.StartAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
