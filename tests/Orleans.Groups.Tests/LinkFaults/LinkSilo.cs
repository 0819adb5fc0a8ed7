using Microsoft.Extensions.DependencyInjection;
using Orleans.Groups.Checkers;
using Orleans.Groups.Engine;
using Orleans.TestingHost;

namespace Orleans.Groups.Tests;

/// <summary>One silo of a <see cref="LinkCluster"/>, with the recorder of its node.</summary>
internal sealed class LinkSilo(InProcessSiloHandle handle, Func<NodeId, NodeRecorder> recorderOf)
{
    internal InProcessSiloHandle Handle { get; } = handle;

    internal SiloAddress Address => Handle.SiloAddress;

    internal int Port => Address.Endpoint.Port;

    internal SiloGroups Groups { get; } = handle.ServiceProvider.GetRequiredService<SiloGroups>();

    internal NodeId Node => Groups.Node;

    /// <summary>What is under way on it.</summary>
    internal WorkCounter Work { get; } = handle.ServiceProvider.GetRequiredService<WorkCounter>();

    internal NodeRecorder Recorder { get; } =
        recorderOf(handle.ServiceProvider.GetRequiredService<SiloGroups>().Node);

    internal IClusterMembershipService Membership =>
        Handle.ServiceProvider.GetRequiredService<IClusterMembershipService>();

    /// <summary>The session with another silo; 0 when there is none.</summary>
    internal long SessionWith(LinkSilo other) => Groups.Host.Sessions.GetValueOrDefault(other.Node);

    /// <summary>Gives the session with another silo up, though nothing is wrong with it.</summary>
    internal void Suspect(LinkSilo other)
    {
        if (Groups.Network.CopyAllLinks().Find(link => link.Silo.Equals(other.Address)) is { Session: > 0 } link)
        {
            link.EndSession(link.Session);
        }
    }

    /// <summary>Whether this silo has handled that another is dead.</summary>
    internal bool HasBuried(LinkSilo other) => Groups.Network.IsDead(other.Node) && SessionWith(other) == 0;
}
