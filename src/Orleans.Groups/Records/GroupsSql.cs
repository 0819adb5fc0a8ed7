namespace Orleans.Groups;

/// <summary>Statements for the databases that keep the records of rings.</summary>
public static class GroupsSql
{
    /// <summary>
    /// For PostgreSQL: makes the unique index that the persistence schema of Orleans lacks. Run it once, after the
    /// scripts of Orleans and before the first silo starts, in the database and schema of
    /// <see cref="GroupsOptions.RecordStorage"/>.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Without it an ETag does not protect the first write of a state: two silos that found one ring at the same time
    /// both succeed, and the record can never be read again. With it one of them fails, reads again, and joins.
    /// </para>
    /// <para>
    /// One statement without parameters, for <c>psql</c> or any client; harmless when run again. The table
    /// <c>orleansstorage</c> cannot be written to while the index is made. It holds for all grains in the table, and
    /// cannot be made while two rows of one grain lie there.
    /// </para>
    /// </remarks>
    public static string PostgreSqlUniqueIndex { get; } = Read("PostgreSqlUniqueIndex.sql");

    private static string Read(string file)
    {
        using var stream = typeof(GroupsSql).Assembly.GetManifestResourceStream($"Orleans.Groups.Records.{file}")
            ?? throw new InvalidOperationException($"The assembly lacks {file}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
