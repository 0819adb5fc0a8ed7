using System.Collections.Immutable;

namespace Orleans.Groups.ClientProgram;

/// <summary>A cluster as the commands use it.</summary>
internal interface ICluster : IAsyncDisposable
{
    /// <summary>The groups, through whichever silo answers.</summary>
    IGroups Groups { get; }

    /// <summary>Process groups of a scope, with everything that a silo knows of them now.</summary>
    /// <param name="scope">The scope; nothing: the default one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IProcessGroups> OpenScopeAsync(ScopeName? scope, CancellationToken cancellationToken);

    /// <summary>The scopes that run on the silo that answers.</summary>
    Task<ImmutableArray<ScopeName>> GetScopesAsync(CancellationToken cancellationToken);

    /// <summary>What the members of a ring know, without joining it.</summary>
    Task<RingView> GetRingAsync(GroupName group, CancellationToken cancellationToken);

    /// <summary>Connects to one silo, for members that live and die with it.</summary>
    /// <param name="avoid">Silos to stay away from if there are others.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ClientException">No silo answers in time.</exception>
    Task<IPlace> OpenPlaceAsync(IReadOnlyCollection<string> avoid, CancellationToken cancellationToken);
}

/// <summary>A connection to one silo. Disposing it ends what lives there.</summary>
internal interface IPlace : IAsyncDisposable
{
    /// <summary>The silo, for people and for <see cref="ICluster.OpenPlaceAsync"/>.</summary>
    string Silo { get; }

    /// <summary>Rings whose members live on that silo.</summary>
    IMulticast Multicast { get; }
}

/// <summary>What the members of a ring know.</summary>
/// <param name="Members">One status per member that answered, in no order.</param>
/// <param name="Silent">Silos that did not answer in time.</param>
internal sealed record RingView(ImmutableArray<MulticastStatus> Members, ImmutableArray<string> Silent);
