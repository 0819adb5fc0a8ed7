using System.Diagnostics;
using System.Runtime.InteropServices;
using Npgsql;

namespace Orleans.Groups.Tests;

/// <summary>
/// A PostgreSQL server of one's own: in a temporary folder, on a socket file instead of a port, gone when it is
/// disposed or when the test process ends in any other way.
/// </summary>
/// <remarks>
/// A shell looks after the server: it does what comes down its standard input, and when that closes, stops the server
/// and deletes the folder. PostgreSQL refuses to run as root, so as root everything runs as the user postgres.
/// </remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Script =
        """
        set -e
        folder=$(mktemp -d -t groups-pg-XXXXXX)
        trap 'rm -rf "$folder"' EXIT
        trap : INT TERM
        cd "$folder"
        "$0/initdb" -D data -U groups -A trust -E UTF8 --locale=C --no-sync >initdb.log 2>&1 ||
            { cat initdb.log >&2; exit 1; }
        start() {
            "$0/pg_ctl" -D data -l server.log -s -w -t 60 start \
                -o "-k '$folder' -c listen_addresses= -c max_connections=200 -c fsync=off" >/dev/null ||
                { cat server.log >&2; exit 1; }
        }
        start
        echo "$folder"
        while read -r verb; do
            case $verb in
                stop) "$0/pg_ctl" -D data -s -w -m immediate stop ;;
                start) start ;;
            esac
            echo "done"
        done
        "$0/pg_ctl" -D data -s -w -m immediate stop || true
        """;

    private static readonly string? BinaryFolder = FindBinaries();

    private readonly Process _shell;
    private readonly string _folder;
    private int _databases;

    private PostgresServer(Process shell, string folder)
    {
        _shell = shell;
        _folder = folder;
    }

    /// <summary>
    /// Why there can be no server on this machine, for the text of a skipped test; <see langword="null"/>: there can.
    /// </summary>
    public static string? WhyMissing { get; } = BinaryFolder switch
    {
        null => "No PostgreSQL server here: neither initdb in the PATH nor /usr/lib/postgresql/*/bin.",
        _ when IsRoot && !File.ReadLines("/etc/passwd").Any(IsPostgresUser) =>
            "PostgreSQL does not run as root, and there is no user postgres here.",
        _ => null,
    };

    private static bool IsRoot => Environment.UserName == "root";

    /// <summary>Starts a server and completes when it takes connections.</summary>
    public static async Task<PostgresServer> StartAsync()
    {
        if (WhyMissing is { } reason)
        {
            throw new InvalidOperationException(reason);
        }

        string[] command = ["sh", "-c", Script, BinaryFolder!];
        var start = IsRoot
            ? new ProcessStartInfo("runuser", ["-u", "postgres", "--", .. command])
            : new ProcessStartInfo(command[0], command[1..]);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var shell = Process.Start(start)!;
        try
        {
            var errors = shell.StandardError.ReadToEndAsync();
            var folder = await shell.StandardOutput.ReadLineAsync();
            return folder is null
                ? throw new InvalidOperationException($"PostgreSQL did not start: {await errors}")
                : new PostgresServer(shell, folder);
        }
        catch
        {
            shell.Dispose();
            throw;
        }
    }

    /// <summary>Makes an empty database and says how to connect to it.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync(ConnectionStringOf("postgres"), $"CREATE DATABASE {name}");
        return ConnectionStringOf(name);
    }

    /// <summary>Makes a database with the tables of Orleans, and the unique index unless told otherwise.</summary>
    public async Task<string> CreateOrleansDatabaseAsync(bool hasUniqueIndex = true)
    {
        var connectionString = await CreateDatabaseAsync();
        foreach (var script in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Sql")).Order())
        {
            await ExecuteAsync(connectionString, await File.ReadAllTextAsync(script));
        }

        if (hasUniqueIndex)
        {
            await ExecuteAsync(connectionString, GroupsSql.PostgreSqlUniqueIndex);
        }

        return connectionString;
    }

    /// <summary>Stops the server as a crash would; connections break, what was committed stays.</summary>
    public Task StopAsync() => DoAsync("stop");

    /// <summary>Starts a stopped server again and completes when it takes connections.</summary>
    public Task RestartAsync() => DoAsync("start");

    /// <summary>Runs a script of any number of statements.</summary>
    public static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>First column of the first row of an answer.</summary>
    public static async Task<T> QueryAsync<T>(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }

    private async Task DoAsync(string verb)
    {
        await _shell.StandardInput.WriteLineAsync(verb);
        await _shell.StandardInput.FlushAsync();
        if (await _shell.StandardOutput.ReadLineAsync() is null)
        {
            throw new InvalidOperationException($"PostgreSQL failed to {verb}.");
        }
    }

    private string ConnectionStringOf(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = _folder,
        Username = "groups",
        Database = database,
        Timeout = 60,
    }.ConnectionString;

    private static string? FindBinaries()
    {
        if (!RuntimeInformation.IsOSPlatform(OSPlatform.Linux))
        {
            return null;
        }

        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        var installed = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal)
            : Enumerable.Empty<string>();
        return installed.Select(folder => Path.Combine(folder, "bin"))
            .Concat(path.Split(Path.PathSeparator))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb"))
                && File.Exists(Path.Combine(folder, "postgres")));
    }

    private static bool IsPostgresUser(string line) => line.StartsWith("postgres:", StringComparison.Ordinal);
}
