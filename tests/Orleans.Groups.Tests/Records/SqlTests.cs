using Npgsql;

namespace Orleans.Groups.Tests;

/// <summary>The scripts themselves, without Orleans.</summary>
public sealed class SqlTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task Scripts_RunAgain_DoNoHarm()
    {
        var server = postgres.Require();
        var database = await server.CreateOrleansDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, AddRow("'key'"));

        foreach (var script in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Sql")).Order())
        {
            await PostgresServer.ExecuteAsync(database, await File.ReadAllTextAsync(script));
        }

        await PostgresServer.ExecuteAsync(database, GroupsSql.PostgreSqlUniqueIndex);

        Assert.Equal(1, await PostgresServer.QueryAsync<long>(database, "SELECT count(*) FROM orleansstorage"));
        Assert.Equal(13, await PostgresServer.QueryAsync<long>(database, "SELECT count(*) FROM orleansquery"));
    }

    [Fact]
    public async Task UniqueIndex_MadeByManyAtOnce_IsMadeOnce()
    {
        var server = postgres.Require();
        var database = await server.CreateOrleansDatabaseAsync(hasUniqueIndex: false);

        await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(_ => PostgresServer.ExecuteAsync(database, GroupsSql.PostgreSqlUniqueIndex)));

        const string Count = "SELECT count(*) FROM pg_indexes WHERE indexname = 'uq_orleansstorage_state'";
        Assert.Equal(1, await PostgresServer.QueryAsync<long>(database, Count));
    }

    [Theory]
    [InlineData("'key'")]
    [InlineData("NULL")]
    public async Task UniqueIndex_SecondRowOfOneState_IsRefused(string extension)
    {
        var server = postgres.Require();
        var database = await server.CreateOrleansDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, AddRow(extension));

        var error = await Assert.ThrowsAsync<PostgresException>(
            () => PostgresServer.ExecuteAsync(database, AddRow(extension)));

        Assert.Equal(PostgresErrorCodes.UniqueViolation, error.SqlState);
        await PostgresServer.ExecuteAsync(database, AddRow("'other'"));
    }

    [Fact]
    public async Task UniqueIndex_TwinsInTheTable_SaysSo()
    {
        var server = postgres.Require();
        var database = await server.CreateOrleansDatabaseAsync(hasUniqueIndex: false);
        await PostgresServer.ExecuteAsync(database, AddRow("NULL"));
        await PostgresServer.ExecuteAsync(database, AddRow("NULL"));

        var error = await Assert.ThrowsAsync<PostgresException>(
            () => PostgresServer.ExecuteAsync(database, GroupsSql.PostgreSqlUniqueIndex));

        Assert.Equal(PostgresErrorCodes.UniqueViolation, error.SqlState);
    }

    [Fact]
    public async Task Server_StoppedAndStarted_KeepsWhatWasCommitted()
    {
        await using var server = await StartOwnAsync();
        var database = await server.CreateOrleansDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, AddRow("NULL"));

        await server.StopAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => PostgresServer.ExecuteAsync(database, "SELECT 1"));
        await server.RestartAsync();

        Assert.Equal(1, await PostgresServer.QueryAsync<long>(database, "SELECT count(*) FROM orleansstorage"));
    }

    private static string AddRow(string extension) =>
        $"""
        INSERT INTO orleansstorage
            (grainidhash, graintypehash, grainidn0, grainidn1, graintypestring, grainidextensionstring, serviceid,
            modifiedon, version)
        VALUES (1, 2, 0, 0, 'type', {extension}, 'service', now(), 1)
        """;

    private static async Task<PostgresServer> StartOwnAsync()
    {
        Assert.SkipWhen(PostgresServer.WhyMissing is not null, PostgresServer.WhyMissing ?? "");
        return await PostgresServer.StartAsync();
    }
}
