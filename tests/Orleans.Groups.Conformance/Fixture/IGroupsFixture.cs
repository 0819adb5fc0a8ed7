namespace Orleans.Groups.Conformance;

/// <summary>A small cluster of an engine, driven by one test and thrown away with it.</summary>
/// <remarks>
/// Built from the engine's public API only. A verb whose capability the fixture does not list throws
/// <see cref="NotSupportedException"/>. Every task completes when the engine has done what was asked, not when all
/// nodes have noticed; <see cref="DrainAsync"/> is for that. Disposing ends all nodes, and lets go of what is held.
/// </remarks>
public interface IGroupsFixture : IAsyncDisposable
{
    /// <summary>Faults of the record store; needs <see cref="FixtureCapabilities.RecordFaults"/>.</summary>
    IRecordFaults Records { get; }

    /// <summary>
    /// Starts a node and connects it with all living ones. A name of a dead node gives its next incarnation.
    /// </summary>
    Task<INodeFixture> AddNodeAsync(string name);

    /// <summary>Stops a node in order: it says goodbye to its peers and its ring members leave.</summary>
    Task StopNodeAsync(INodeFixture node);

    /// <summary>
    /// Ends a node as if its process were killed: nothing more is sent, and all others are told that it is dead.
    /// </summary>
    Task KillNodeAsync(INodeFixture node);

    /// <summary>
    /// From now on frames from one node to another are held back, in order, and arrive after <see cref="HealAsync"/>.
    /// Nobody is told; frames of the other direction still arrive. Cutting again changes nothing.
    /// </summary>
    Task CutAsync(INodeFixture from, INodeFixture to);

    /// <summary>
    /// The observer gives the other node up: their session ends. The observer has learned it when this completes, the
    /// other end learns it as soon as a frame of the observer can reach it. Without a cut a new session begins by
    /// itself; without a session nothing happens.
    /// </summary>
    Task DeclareDownAsync(INodeFixture observer, INodeFixture node);

    /// <summary>
    /// Cuts both directions and ends the session at both ends: completes when both have processed the loss. Splitting
    /// again changes nothing.
    /// </summary>
    Task SplitAsync(INodeFixture left, INodeFixture right);

    /// <summary>
    /// Opens both directions; frames of a session that still lives arrive, and where it ended a new one begins.
    /// </summary>
    Task HealAsync(INodeFixture left, INodeFixture right);

    /// <summary>
    /// Completes when nothing is under way any more: no input waiting at a node, no frame on a link that is not cut, no
    /// callback waiting or running. Must not be called while a handler of the test blocks.
    /// </summary>
    Task DrainAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Completes when all connected nodes have equal registries, and all ring members hold the view of the record.
    /// </summary>
    Task WaitForConvergenceAsync(CancellationToken cancellationToken = default);
}

/// <summary>One life of a node.</summary>
public interface INodeFixture
{
    /// <summary>Name of the node; the same for all its lives.</summary>
    string Name { get; }

    /// <summary>This life of the node.</summary>
    NodeId Id { get; }

    /// <summary>Whether it has neither been stopped nor killed.</summary>
    bool IsAlive { get; }

    /// <summary>Multicast on this node.</summary>
    IMulticast Multicast { get; }

    /// <summary>
    /// The process groups of a scope as this node sees them; of the default scope when none is named.
    /// </summary>
    IProcessGroups GetProcessGroups(ScopeName? scope = null);

    /// <summary>Makes a member that lives on this node.</summary>
    IGroupMember CreateMember(string name, Func<MemberMessage, ValueTask>? onMessage = null);

    /// <summary>Stops a scope on this node alone; needs <see cref="FixtureCapabilities.StopScope"/>.</summary>
    Task StopScopeAsync(ScopeName scope);

    /// <summary>
    /// Starts a stopped scope again, as a new life of it; needs <see cref="FixtureCapabilities.StopScope"/>.
    /// </summary>
    Task StartScopeAsync(ScopeName scope);
}

/// <summary>Faults of the record store that all nodes share.</summary>
public interface IRecordFaults
{
    /// <summary>While on, every read and every edit fails, and nothing is applied.</summary>
    Task SetUnavailableAsync(bool isUnavailable);

    /// <summary>
    /// From now on reads and edits wait and are answered, in order, after <see cref="ReleaseAsync"/>.
    /// </summary>
    Task HoldAsync();

    /// <summary>Does what was held, and holds nothing more.</summary>
    Task ReleaseAsync();

    /// <summary>The next edits are applied and then answered as if nobody knew.</summary>
    /// <param name="count">How many edits; 1 or more.</param>
    Task LoseRepliesAsync(int count);

    /// <summary>The record of a group vanishes.</summary>
    Task LoseRecordAsync(GroupName group);

    /// <summary>Whether there is a record of the group.</summary>
    Task<bool> ExistsAsync(GroupName group);
}
