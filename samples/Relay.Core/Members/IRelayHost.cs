namespace Orleans.Groups.Samples.Relay;

/// <summary>Where the members of a run live: all that an engine's program has to bring.</summary>
internal interface IRelayHost : IAsyncDisposable
{
    /// <summary>The process groups as the program itself sees them; no member lives there, and nobody kills it.
    /// </summary>
    IProcessGroups Groups { get; }

    /// <summary>
    /// Starts a node with a member; completes when the member is in the ring and in the process group.
    /// </summary>
    Task<IRelayMember> StartMemberAsync(MemberSettings settings, CancellationToken cancellationToken);
}

/// <summary>An engine whose nodes all live in this process.</summary>
internal interface IRelayCluster : IAsyncDisposable
{
    /// <summary>As <see cref="IRelayHost.Groups"/>.</summary>
    IProcessGroups Groups { get; }

    /// <summary>Starts a node.</summary>
    IRelayNode AddNode(string name);
}

/// <summary>A node in this process.</summary>
internal interface IRelayNode
{
    /// <summary>Its multicast.</summary>
    IMulticast Multicast { get; }

    /// <summary>Its view of the process groups.</summary>
    IProcessGroups Groups { get; }

    /// <summary>Makes a participant for the process groups.</summary>
    IGroupMember CreateMember(string name);

    /// <summary>Ends the node as the end of a process would: it sends nothing more.</summary>
    void Kill();

    /// <summary>Ends the node with a goodbye.</summary>
    Task StopAsync();
}

/// <summary>Members in this process.</summary>
internal sealed class LocalRelayHost(IRelayCluster cluster, LineSource source) : IRelayHost
{
    /// <inheritdoc/>
    public IProcessGroups Groups => cluster.Groups;

    /// <inheritdoc/>
    public async Task<IRelayMember> StartMemberAsync(MemberSettings settings, CancellationToken cancellationToken) =>
        await RelayMember.StartAsync(cluster.AddNode(settings.Name), settings, source, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => cluster.DisposeAsync();
}
