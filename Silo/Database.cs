using System.Reflection;
using Npgsql;

namespace Orleans.Groups.SiloProgram;

/// <summary>The tables that silos need in PostgreSQL.</summary>
/// <param name="connectionString">Where they are.</param>
/// <param name="patience">How long the database has to answer a connection.</param>
internal sealed class Database(string connectionString, TimeSpan patience)
{
    private const string ScriptPrefix = "Sql/";

    // Two silos may be told to create the tables at the same moment; any number that nobody else uses will do.
    private const long LockNumber = 0x4F_47_52_50_53_51_4C;

    private static readonly string[] Needed =
    [
        "orleansquery", "orleansmembershipversiontable", "orleansmembershiptable", "orleansstorage",
        "uq_orleansstorage_state", // The index without which the first write of a record is not safe.
    ];

    /// <summary>Creates what is missing; what is there stays as it is.</summary>
    /// <exception cref="SiloException">The database does not answer, or refuses.</exception>
    internal Task CreateTablesAsync(CancellationToken cancellationToken) => TalkAsync(
        async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await RunAsync(connection, $"SELECT pg_advisory_xact_lock({LockNumber})", cancellationToken);
            foreach (var script in ReadScripts())
            {
                await RunAsync(connection, script, cancellationToken);
            }

            await RunAsync(connection, GroupsSql.PostgreSqlUniqueIndex, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        },
        cancellationToken);

    /// <summary>Makes sure that the tables are there.</summary>
    /// <exception cref="SiloException">They are not, or the database does not answer.</exception>
    internal Task CheckTablesAsync(CancellationToken cancellationToken) => TalkAsync(
        async connection =>
        {
            var missing = new List<string>();
            foreach (var name in Needed)
            {
                await using var command = new NpgsqlCommand("SELECT to_regclass($1) IS NULL", connection)
                {
                    Parameters = { new NpgsqlParameter { Value = name } },
                };
                if (await command.ExecuteScalarAsync(cancellationToken) is true)
                {
                    missing.Add(name);
                }
            }

            if (missing.Count > 0)
            {
                throw new SiloException(
                    SiloExitCode.Unavailable,
                    $"the database {connection.Database} at {connection.Host} lacks {string.Join(", ", missing)}; "
                    + "start one silo with --init to create what is missing");
            }
        },
        cancellationToken);

    private static IEnumerable<string> ReadScripts()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(ScriptPrefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return reader.ReadToEnd();
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string text, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(text, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task TalkAsync(Func<NpgsqlConnection, Task> talk, CancellationToken cancellationToken)
    {
        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        }
        catch (ArgumentException error)
        {
            throw new SiloException(SiloExitCode.Refused, $"--connection cannot be understood: {error.Message}", error);
        }

        if (!builder.ContainsKey("Timeout"))
        {
            builder.Timeout = (int)Math.Ceiling(patience.TotalSeconds);
        }

        try
        {
            await using var connection = new NpgsqlConnection(builder.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            await talk(connection);
        }
        catch (PostgresException error)
        {
            throw new SiloException(
                SiloExitCode.Unavailable,
                $"the database at {builder.Host}:{builder.Port} refuses: {error.MessageText} ({error.SqlState})",
                error);
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException)
        {
            var why = error.InnerException is { } inner ? $"{error.Message}: {inner.Message}" : error.Message;
            throw new SiloException(
                SiloExitCode.Unavailable,
                $"the database at {builder.Host}:{builder.Port} does not answer: {why}",
                error);
        }
    }
}
