using System.Collections.Concurrent;

namespace Orleans.Groups.Conformance;

/// <summary>
/// Base of the multicast classes. Whatever a fact is about, every member that it made must have been told nothing that
/// the contract forbids: the base looks at the end.
/// </summary>
public abstract class MulticastTest<TEngine> : ConformanceTest<TEngine>
    where TEngine : IGroupsEngine, new()
{
    /// <summary>The group of most facts.</summary>
    private protected static readonly GroupName Ring = "ring";

    private readonly ConcurrentQueue<RecordingHandler> _handlers = [];

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        var violations = _handlers.SelectMany(
            static handler => handler.Violations.Select(violation => $"{handler.Name}: {violation}"));
        Assert.Empty(violations);
    }

    /// <summary>A handler whose violations fail the test.</summary>
    private protected RecordingHandler NewHandler(string name, RecordingHandler? predecessor = null)
    {
        var handler = new RecordingHandler(name, predecessor);
        _handlers.Enqueue(handler);
        return handler;
    }

    /// <summary>Joins the ring with a new handler.</summary>
    private protected Task<RingMember> JoinAsync(
        INodeFixture node,
        string name,
        Action<RecordingHandler>? configure = null) =>
        JoinAsync(node, Ring, name, configure);

    /// <summary>Joins a ring with a new handler, and waits until the handler has been told.</summary>
    private protected async Task<RingMember> JoinAsync(
        INodeFixture node,
        GroupName group,
        string name,
        Action<RecordingHandler>? configure = null)
    {
        var handler = NewHandler(name);
        configure?.Invoke(handler);
        var options = new MulticastJoinOptions { MemberName = name };
        var place = await node.Multicast.JoinAsync(group, handler, options)
            .WithinAsync($"{name} joins {group} on {node.Name}");
        await Task.WhenAny(handler.IsJoinedAsync(), place.Completion).Unwrap();
        return new RingMember(node, place, handler);
    }

    /// <summary>Starts nodes, joins one member on each, and waits until all know all.</summary>
    private protected Task<RingMember[]> StartRingAsync(params string[] nodes) =>
        StartRingAsync(static _ => { }, nodes);

    /// <inheritdoc cref="StartRingAsync(string[])"/>
    private protected async Task<RingMember[]> StartRingAsync(Action<FixtureOptions> configure, params string[] nodes)
    {
        var started = await StartAsync(configure, nodes);
        var members = new RingMember[nodes.Length];
        for (var index = 0; index < nodes.Length; index++)
        {
            members[index] = await JoinAsync(started[index], nodes[index]);
        }

        await AllKnowAsync(members);
        return members;
    }

    /// <summary>Waits until every member knows exactly these members.</summary>
    private protected static async Task AllKnowAsync(params RingMember[] members)
    {
        foreach (var member in members)
        {
            await member.Handler.KnowsAsync(members.Select(static other => other.Id));
        }
    }

    /// <summary>Waits until every member has received everything that every member has published.</summary>
    private protected static async Task AllReceiveAllAsync(params RingMember[] members)
    {
        foreach (var receiver in members)
        {
            foreach (var sender in members)
            {
                await receiver.Handler.ReceivesAsync(sender.Id, sender.Published);
            }
        }
    }

    /// <summary>Waits until every member has received message <paramref name="number"/> of one sender.</summary>
    private protected static async Task AllReceiveAsync(RingMember sender, long number, params RingMember[] members)
    {
        foreach (var member in members)
        {
            await member.Handler.ReceivesAsync(sender.Id, number);
        }
    }

    /// <summary>
    /// Publishes until it is told to stop. Every 16th message waits for its proof, later every one, so that nobody is
    /// flooded however long it takes.
    /// </summary>
    private protected static async Task PublishUntilAsync(RingMember member, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (member.Published % 16 == 15 || member.Published > 2_000)
            {
                await member.ConfirmAsync();
            }
            else
            {
                await member.PublishAsync();
            }
        }
    }

    /// <summary>A call on a killed node may end in any way; it must not wait for ever.</summary>
    private protected static async Task IgnoreEndAsync(Task task)
    {
        await Task.WhenAny(task).WithinAsync("a call on a dead node ends");
        _ = task.Exception;
    }

    /// <summary>
    /// Checks that the members hold one view, that it lists exactly them, and that no dead member is left in it.
    /// </summary>
    private protected async Task AssertSettledAsync(params RingMember[] members)
    {
        await AllKnowAsync(members);
        await ConvergeAsync();
        var expected = members.Select(static member => member.Id).Order().ToArray();
        foreach (var member in members)
        {
            var status = member.Status;
            Assert.Equal(MulticastPhase.Member, status.Phase);
            Assert.All(
                status.Members,
                static other => Assert.True(other.IsAlive, $"{other.Id} is dead and still listed"));
            Assert.Equal(expected, status.Members.Select(static other => other.Id).Order());
            Assert.Equal((members[0].Status.Epoch, members[0].Status.ViewVersion), (status.Epoch, status.ViewVersion));
        }
    }
}
