namespace Orleans.Groups.Samples.Relay;

/// <summary>
/// The relay over Orleans silos: each member lives on a silo in a process of its own, and dies by <c>kill -9</c>. The
/// program is a silo, too, on which no member lives; it watches. The rest of it is in Relay.Core.
/// </summary>
internal sealed class OrleansRelayHost : IRelayHost
{
    /// <summary>For the help.</summary>
    internal const string Engine = "Orleans silos, each in a process of its own";

    private readonly RelayOptions _options;
    private readonly LineSource _source;
    private readonly RelaySilo _observer;
    private readonly Lock _lock = new();
    private readonly List<FarMember> _members = [];

    private OrleansRelayHost(RelayOptions options, LineSource source, RelaySilo observer)
    {
        _options = options;
        _source = source;
        _observer = observer;
    }

    /// <inheritdoc/>
    public IProcessGroups Groups => _observer.Groups.ProcessGroups;

    /// <summary>Starts the silo that watches.</summary>
    internal static IRelayHost Create(RelayOptions options, LineSource source)
    {
        // The program makes its host before it has anything to do that could be awaited or interrupted.
        var cluster = $"relay-{Guid.NewGuid():N}";
        var observer = Task.Run(() => RelaySilo.StartAsync(options, cluster, null, CancellationToken.None));
        return new OrleansRelayHost(options, source, observer.GetAwaiter().GetResult());
    }

    /// <inheritdoc/>
    public async Task<IRelayMember> StartMemberAsync(MemberSettings settings, CancellationToken cancellationToken)
    {
        var setup = new MemberSetup(
            settings.Name,
            settings.FromStart,
            settings.Senders,
            Path.GetFullPath(settings.LogPath),
            settings.Rate,
            Path.GetFullPath(_source.Path),
            _options.PayloadLimit,
            _observer.ClusterId,
            _observer.SiloPort);
        var member = new FarMember(setup);
        lock (_lock)
        {
            _members.Add(member);
        }

        await member.WaitUntilStartedAsync(cancellationToken);
        return member;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
        {
            await member.EndProcessAsync();
        }

        await _observer.DisposeAsync();
    }
}
