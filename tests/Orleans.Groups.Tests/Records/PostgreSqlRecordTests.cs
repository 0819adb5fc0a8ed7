using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Groups.Protocol;
using Orleans.TestingHost;
using static Orleans.Groups.Tests.RecordEdits;

namespace Orleans.Groups.Tests;

/// <summary>Records in a real PostgreSQL: two activations at one time, first writes, an outage.</summary>
/// <remarks>Two clusters with one service id are what a second activation is: the same grain, twice, one row.</remarks>
public sealed class PostgreSqlRecordTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    // An insert that has seen that there is no row waits in here, while the test holds the lock.
    private const string GateTrigger =
        """
        CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock_shared(42); RETURN new; END $$;
        CREATE TRIGGER gate BEFORE INSERT ON orleansstorage FOR EACH ROW EXECUTE FUNCTION wait_at_gate();
        """;

    private const string WaitingAtGate =
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 42 AND NOT granted";

    private static readonly GroupName Group = "orders";

    [Fact]
    public async Task FirstWrites_OfTwoActivationsAtOnce_OneFoundsAndTheOtherLearnsOfIt()
    {
        var database = await postgres.Require().CreateOrleansDatabaseAsync();
        await using var one = await StartAsync(database);
        await using var two = await StartAsync(database);

        var results = await WriteFirstAtOnceAsync(database, one, two);

        Assert.Equal(
            [EditVerdict.Applied, EditVerdict.Refused],
            results.Select(result => result!.Value.Verdict).Order());
        AssertEqual(results[0]!.Value.Current, results[1]!.Value.Current);
        AssertEqual(results[0]!.Value.Current, await one.StoreOf(0).RequireAsync(Group));
        AssertEqual(results[0]!.Value.Current, await two.StoreOf(0).RequireAsync(Group));
        Assert.Equal(1, await PostgresServer.QueryAsync<long>(database, "SELECT count(*) FROM orleansstorage"));
    }

    /// <summary>Why the index is needed: should Orleans or its schema change, this tells.</summary>
    [Fact]
    public async Task FirstWrites_OfTwoActivationsWithoutTheIndex_BothSucceedAndTheRecordIsLost()
    {
        var database = await postgres.Require().CreateOrleansDatabaseAsync(hasUniqueIndex: false);
        await using var one = await StartAsync(database);
        await using var two = await StartAsync(database);

        var results = await WriteFirstAtOnceAsync(database, one, two);

        Assert.Equal([EditVerdict.Applied, EditVerdict.Applied], results.Select(result => result!.Value.Verdict));
        Assert.Equal((false, null), await one.StoreOf(0).ReadAsync(Group));
        Assert.Equal(2, await PostgresServer.QueryAsync<long>(database, "SELECT count(*) FROM orleansstorage"));
    }

    [Fact]
    public async Task Edits_OfTwoActivations_AreEachAppliedOnce()
    {
        var database = await postgres.Require().CreateOrleansDatabaseAsync();
        await using var one = await StartAsync(database);
        await using var two = await StartAsync(database);
        var founder = NewMember("founder");
        var founded = await one.StoreOf(0).ApplyAsync(Group, Found(Group, founder));
        var versions = new ConcurrentBag<long>();

        await Task.WhenAll(new[] { one, two }.Select(async cluster =>
        {
            for (var joiner = 0; joiner < 25; joiner++)
            {
                var edit = Insert(founded, founder, NewMember());
                versions.Add((await cluster.StoreOf(0).ApplyAsync(Group, edit)).Version);
            }
        }));

        Assert.Equal(Enumerable.Range(2, 50).Select(version => (long)version), versions.Order());
        Assert.Equal(51, (await two.StoreOf(0).RequireAsync(Group))!.Entries.Length);
    }

    /// <summary>Names in the row are read by later versions: they never change.</summary>
    [Fact]
    public async Task Record_Stored_HasTheNamesOfAlways()
    {
        var database = await postgres.Require().CreateOrleansDatabaseAsync();
        await using var cluster = await StartAsync(database);
        await cluster.StoreOf(0).ApplyAsync(Group, Found(Group, NewMember()));

        const string Row =
            "SELECT concat_ws(' ', graintypestring, grainidextensionstring, convert_from(payloadbinary, 'UTF8'))"
            + " FROM orleansstorage";
        Assert.StartsWith(
            "orleans.groups.record g:orders "
            + "{\"$id\":\"1\",\"$type\":\"Orleans.Groups.StoredRecord, Orleans.Groups\",\"Bytes\":",
            await PostgresServer.QueryAsync<string>(database, Row),
            StringComparison.Ordinal);
    }

    /// <summary>The provider takes a key that looks like a number or a GUID for one.</summary>
    [Fact]
    public async Task Records_OfNamesThatLookAlike_AreKeptApart()
    {
        var database = await postgres.Require().CreateOrleansDatabaseAsync();
        await using var cluster = await StartAsync(database);
        var store = cluster.StoreOf(0);
        const string Guid = "0000000000000000000000000000002a";
        var longest = new string('ß', 128);
        GroupName[] names =
        [
            "2a", "2A", "42", "2a+b", "2A+b", Guid, Guid.ToUpperInvariant(), "a/b", "ä", "a\u0308", longest,
        ];

        foreach (var name in names)
        {
            await store.ApplyAsync(name, Found(name, NewMember()));
        }

        foreach (var name in names)
        {
            Assert.Equal(name, (await store.RequireAsync(name))!.Group);
        }
    }

    [Fact]
    public async Task EndedRing_Purged_MayBeFoundedAnewByAnotherActivation()
    {
        var database = await postgres.Require().CreateOrleansDatabaseAsync();
        await using var one = await StartAsync(database);
        await using var two = await StartAsync(database);
        await one.StoreOf(0).ApplyAsync(Group, Found(Group, NewMember()));
        await one.StoreOf(0).ApplyAsync(Group, Forget());

        await one.DeactivateAsync(Group);

        const string Kept = "SELECT count(*) FROM orleansstorage WHERE payloadbinary IS NOT NULL";
        Assert.Equal(0, await PostgresServer.QueryAsync<long>(database, Kept));
        Assert.Null(await two.StoreOf(0).RequireAsync(Group));
        var founded = await two.StoreOf(0).ApplyAsync(Group, Found(Group, NewMember()));
        AssertEqual(founded, await one.StoreOf(0).RequireAsync(Group));
    }

    [Fact]
    public async Task Server_CrashedAndStartedAgain_FailsAsValuesAndThenAnswers()
    {
        Assert.SkipWhen(PostgresServer.WhyMissing is not null, PostgresServer.WhyMissing ?? "");
        await using var server = await PostgresServer.StartAsync();
        await using var cluster = await StartAsync(await server.CreateOrleansDatabaseAsync());
        var store = cluster.StoreOf(0);
        var founder = NewMember();
        var founded = await store.ApplyAsync(Group, Found(Group, founder));

        await server.StopAsync();
        Assert.Equal((false, null), await store.ReadAsync(Group));
        Assert.Null(await store.EditAsync(Group, Insert(founded, founder, NewMember())));
        await server.RestartAsync();

        AssertEqual(founded, await store.RequireAsync(Group));
        await store.ApplyAsync(Group, Insert(founded, founder, NewMember()));
    }

    [Fact]
    public async Task Clustering_OnOurTables_FormsAndLosesASilo()
    {
        var database = await postgres.Require().CreateOrleansDatabaseAsync();
        var builder = new TestClusterBuilder(2);
        builder.Options.ConfigureFileLogging = false;
        builder.Options.UseTestClusterMembership = false;
        builder.Options.InitializeClientOnDeploy = false;
        builder.Properties[OurClustering.Database] = database;
        builder.AddSiloBuilderConfigurator<OurClustering>();
        await using var cluster = builder.Build();
        await cluster.DeployAsync();

        await cluster.StopSiloAsync(cluster.Silos[1]);

        const string Statuses =
            "SELECT string_agg(status::text, ',' ORDER BY status) FROM orleansmembershiptable";
        Assert.Equal("3,6", await PostgresServer.QueryAsync<string>(database, Statuses));
        const string Version = "SELECT version FROM orleansmembershipversiontable";
        Assert.True(await PostgresServer.QueryAsync<int>(database, Version) >= 6);
        var table = cluster.GetSiloServiceProvider(cluster.Silos[0].SiloAddress).GetRequiredService<IMembershipTable>();
        var row = await table.ReadRow(cluster.Silos[0].SiloAddress);
        Assert.Equal(SiloStatus.Active, Assert.Single(row.Members).Item1.Status);
        Assert.False(await table.UpdateRow(row.Members[0].Item1, "", new TableVersion(1, "1")));
        Assert.False(await table.InsertRow(row.Members[0].Item1, row.Version.Next()));
        await table.CleanupDefunctSiloEntries(DateTimeOffset.MaxValue);
        Assert.Equal("3", await PostgresServer.QueryAsync<string>(database, Statuses));
    }

    private static Task<RecordCluster> StartAsync(string database) => RecordCluster.StartAsync(
        silo => silo.AddAdoNetGrainStorage(RecordCluster.StorageName, options =>
        {
            options.Invariant = "Npgsql";
            options.ConnectionString = database;
        }),
        serviceId: "groups");

    /// <summary>Both find no row before either adds one.</summary>
    private static async Task<EditResult?[]> WriteFirstAtOnceAsync(
        string database,
        RecordCluster one,
        RecordCluster two)
    {
        await PostgresServer.ExecuteAsync(database, GateTrigger);
        await using var source = NpgsqlDataSource.Create(database);
        await using var gate = await source.OpenConnectionAsync();
        await using var close = new NpgsqlCommand("SELECT pg_advisory_lock(42)", gate);
        await close.ExecuteNonQueryAsync();

        var founded = Task.WhenAll(
            one.StoreOf(0).EditAsync(Group, Found(Group, NewMember("one"))),
            two.StoreOf(0).EditAsync(Group, Found(Group, NewMember("two"))));
        while (await PostgresServer.QueryAsync<long>(database, WaitingAtGate) < 2)
        {
            // PostgreSQL has no event for a lock that is waited for.
            Assert.False(founded.IsCompleted);
        }

        await using var open = new NpgsqlCommand("SELECT pg_advisory_unlock(42)", gate);
        await open.ExecuteNonQueryAsync();
        return await founded;
    }

    private sealed class OurClustering : ISiloConfigurator
    {
        internal const string Database = "Database";

        public void Configure(ISiloBuilder siloBuilder) => siloBuilder.UseAdoNetClustering(options =>
        {
            options.Invariant = "Npgsql";
            options.ConnectionString = siloBuilder.Configuration[Database]!;
        });
    }
}
