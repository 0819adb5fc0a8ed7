using Microsoft.Extensions.Logging;

namespace Orleans.Groups;

/// <summary>
/// Lets calls through that a silo makes itself, and refuses those of clients, of an application's grains, and of silos
/// that are not known to live. For grains and grain services that speak the protocol between silos. Any thread.
/// </summary>
/// <remarks>
/// <para>
/// A silo calls from outside a grain, as the client that Orleans hosts in each silo, or from one of its system targets,
/// grain services included; both ids hold the silo's address with its incarnation, which membership must list as
/// alive. So it also fences a silo that was declared dead and lives on.
/// </para>
/// <para>
/// What it cannot stop: the id of the caller is in the message as its sender wrote it, and neither a gateway nor a silo
/// proves it. An unchanged Orleans client cannot say that it is a silo; one that was built to lie can, and whoever
/// reaches the ports of the silos can do as a silo does. It also cannot tell what else runs inside a silo: an
/// application's code outside of grains calls in the silo's name. Against those stand TLS with certificates on both
/// sides, and a network in which clients are trusted.
/// </para>
/// <para>
/// Use it from <see cref="IIncomingGrainCallFilter.Invoke"/> of the grain or grain service itself, so that no method
/// and no extension is forgotten.
/// </para>
/// </remarks>
internal sealed class SiloCallGuard(
    ILocalSiloDetails local,
    IClusterMembershipService membership,
    ILogger<SiloCallGuard> logger)
{
    private const string HostedClientPrefix = "hosted-";

    private readonly GrainId _own = GrainId.Create(
        GrainTypePrefix.ClientGrainType,
        IdSpan.Create(HostedClientPrefix + local.SiloAddress.ToParsableString()));

    /// <summary>Does nothing when a living silo calls.</summary>
    /// <exception cref="UnauthorizedAccessException">Somebody else does.</exception>
    internal void Require(IIncomingGrainCallContext call)
    {
        if (!IsLivingSilo(call.SourceId))
        {
            logger.SiloCallRefused(call.MethodName, LogText.Clean(call.SourceId?.ToString()));
            throw new UnauthorizedAccessException($"{call.MethodName} is for living silos of this cluster only.");
        }
    }

    /// <summary>Whether the id is that of a silo which membership, as known here, lists as alive.</summary>
    internal bool IsLivingSilo(GrainId? source)
    {
        if (source == _own)
        {
            return true;
        }

        return source is { } id
            && FindSilo(id) is { } silo
            && membership.CurrentSnapshot.GetSiloStatus(silo)
                is SiloStatus.Joining or SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Stopping;
    }

    /// <summary>The silo in whose name a call comes; <see langword="null"/> when it comes in no silo's name.</summary>
    internal static SiloAddress? FindSilo(GrainId source)
    {
        try
        {
            if (SystemTargetGrainId.TryParse(source, out var target))
            {
                return target.GetSiloAddress();
            }

            return source.Type == GrainTypePrefix.ClientGrainType
                && source.Key.ToString() is { } key
                && key.StartsWith(HostedClientPrefix, StringComparison.Ordinal)
                    ? SiloAddress.FromParsableString(key[HostedClientPrefix.Length..])
                    : null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return null; // An id that somebody made up: Orleans has many exceptions for an address that is none.
        }
    }
}
