using System.Collections.Immutable;

namespace Orleans.Groups.Samples.Relay;

/// <summary>Who is there: the names in the process group <c>relay</c>, as one node sees them.</summary>
internal sealed class Roster : IAsyncDisposable
{
    /// <summary>Both the ring and the process group are called so.</summary>
    internal static readonly GroupName Group = new("relay");

    private readonly IMembershipMonitor _monitor;
    private readonly Signal _changed = new();
    private readonly Task _reading;
    private ImmutableList<string> _names;

    private Roster(IMembershipMonitor monitor)
    {
        _monitor = monitor;
        _names = NamesOf(monitor.Snapshot);
        _reading = ReadAsync();
    }

    /// <summary>The names, one per membership.</summary>
    internal ImmutableList<string> Names => Volatile.Read(ref _names);

    /// <summary>Begins to watch.</summary>
    internal static async Task<Roster> StartAsync(IProcessGroups groups, CancellationToken cancellationToken) =>
        new(await groups.MonitorGroupAsync(Group, null, cancellationToken));

    /// <summary>Completes when a condition on the names holds.</summary>
    internal Task WaitUntilAsync(Func<ImmutableList<string>, bool> condition, CancellationToken cancellationToken) =>
        _changed.WaitUntilAsync(() => condition(Names), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _monitor.DisposeAsync();
        await _reading;
    }

    private static ImmutableList<string> NamesOf(MembershipSnapshot snapshot) =>
        [.. snapshot.GetMembers(Group).Select(member => member.Name)];

    private async Task ReadAsync()
    {
        await foreach (var change in _monitor.ReadAllAsync())
        {
            var names = change.Members.Select(member => member.Name);
            Volatile.Write(ref _names, change.Kind switch
            {
                MembershipChangeKind.Joined => Names.AddRange(names),
                MembershipChangeKind.Left => names.Aggregate(Names, (left, name) => left.Remove(name)),
                _ => NamesOf(change.Snapshot!),
            });
            _changed.Raise();
        }
    }
}
