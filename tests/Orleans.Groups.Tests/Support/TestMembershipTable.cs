using System.Globalization;

namespace Orleans.Groups.Tests;

/// <summary>
/// Who is in a test's cluster, kept beside its silos: no silo has to live for the others to agree, so each may be killed.
/// </summary>
internal sealed class TestMembershipTable : IMembershipTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SiloAddress, (MembershipEntry Entry, string ETag)> _rows = [];
    private int _version;
    private int _lastETag;

    public Task InitializeMembershipTable(bool tryInitTableVersion) => Task.CompletedTask;

    public Task DeleteMembershipTableEntries(string clusterId) => Task.CompletedTask;

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => Task.CompletedTask;

    public Task<MembershipTableData> ReadRow(SiloAddress key)
    {
        lock (_gate)
        {
            return Task.FromResult(CopyRows(address => address.Equals(key)));
        }
    }

    public Task<MembershipTableData> ReadAll()
    {
        lock (_gate)
        {
            return Task.FromResult(CopyRows(static _ => true));
        }
    }

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion)
    {
        lock (_gate)
        {
            return Task.FromResult(!_rows.ContainsKey(entry.SiloAddress) && Write(entry, tableVersion));
        }
    }

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion)
    {
        lock (_gate)
        {
            return Task.FromResult(
                _rows.TryGetValue(entry.SiloAddress, out var row) && row.ETag == etag && Write(entry, tableVersion));
        }
    }

    public Task UpdateIAmAlive(MembershipEntry entry)
    {
        lock (_gate)
        {
            if (_rows.TryGetValue(entry.SiloAddress, out var row))
            {
                row.Entry.IAmAliveTime = entry.IAmAliveTime;
            }
        }

        return Task.CompletedTask;
    }

    private static MembershipEntry Copy(MembershipEntry entry) => new()
    {
        SiloAddress = entry.SiloAddress,
        Status = entry.Status,
        SuspectTimes = entry.SuspectTimes is { } times ? [.. times] : [],
        ProxyPort = entry.ProxyPort,
        HostName = entry.HostName,
        SiloName = entry.SiloName,
        RoleName = entry.RoleName,
        UpdateZone = entry.UpdateZone,
        FaultZone = entry.FaultZone,
        StartTime = entry.StartTime,
        IAmAliveTime = entry.IAmAliveTime,
    };

    private bool Write(MembershipEntry entry, TableVersion version)
    {
        if (version.Version != _version + 1)
        {
            return false;
        }

        _version = version.Version;
        _rows[entry.SiloAddress] = (Copy(entry), (++_lastETag).ToString(CultureInfo.InvariantCulture));
        return true;
    }

    private MembershipTableData CopyRows(Predicate<SiloAddress> isWanted) => new(
        [
            .. _rows.Where(row => isWanted(row.Key))
                .Select(static row => Tuple.Create(Copy(row.Value.Entry), row.Value.ETag)),
        ],
        new TableVersion(_version, _version.ToString(CultureInfo.InvariantCulture)));
}
