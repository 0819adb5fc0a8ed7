using Orleans.Groups.Checkers;

namespace Orleans.Groups.Tests;

/// <summary>A run over silos with one planted fault is never clean, or the other tests would show nothing.</summary>
public sealed class CanaryTests
{
    private const int Steps = 200;

    [Theory]
    [InlineData(0, "G-S3 G-S4 G-S5 G-S6 G-S7")]
    [InlineData(2, "G-S2")]
    public async Task Delivery_OfOneMessageAnotherNumberOfTimes_IsFound(int times, string oneOf)
    {
        var canary = new Canary(times);
        var run = new FaultRun($"{nameof(CanaryTests)}-{times}");
        var cluster = await LinkCluster.StartAsync(seed: 1);
        await using (cluster)
        {
            var work = new Workload(cluster, multicast => new BrokenMulticast(multicast, canary));
            await work.BeginAsync(seed: 1);
            await work.StepAsync(Steps, canary.Sung);
            await work.SettleAsync();
        }

        var path = run.Keep(cluster.Log);
        var report = FaultRun.Check(path, new CheckSettings());
        File.Delete(path);
        Assert.Contains(report.ViolationCounts.Keys, property => oneOf.Split(' ').Contains(property));
        Assert.All(report.ViolationCounts.Keys, static key => Assert.StartsWith("G-", key, StringComparison.Ordinal));
    }

    /// <summary>Sings once: at the tenth message that a member gets from another.</summary>
    private sealed class Canary(int times)
    {
        private readonly TaskCompletionSource _sung = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _messages;

        internal Task Sung => _sung.Task;

        /// <summary>How often the handler is to be called for the next message.</summary>
        internal int Times()
        {
            if (Interlocked.Increment(ref _messages) != 10)
            {
                return 1;
            }

            _sung.SetResult();
            return times;
        }
    }

    private sealed class BrokenMulticast(IMulticast inner, Canary canary) : IMulticast
    {
        public NodeId Node => inner.Node;

        public Task<IMulticastGroup> JoinAsync(
            GroupName group,
            IMulticastHandler handler,
            MulticastJoinOptions? options = null,
            CancellationToken cancellationToken = default) =>
            inner.JoinAsync(group, new BrokenHandler(handler, canary), options, cancellationToken);

        public Task<bool> ForgetAsync(GroupName group, CancellationToken cancellationToken = default) =>
            inner.ForgetAsync(group, cancellationToken);
    }

    private sealed class BrokenHandler(IMulticastHandler inner, Canary canary) : IMulticastHandler
    {
        private MemberId? _self;

        public ValueTask<HandlerReply> OnJoinedAsync(MulticastJoined joined)
        {
            _self = joined.Group.Self;
            return inner.OnJoinedAsync(joined);
        }

        public ValueTask<HandlerReply> OnMembersChangedAsync(MembersChanged change) =>
            inner.OnMembersChangedAsync(change);

        public async ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message)
        {
            var reply = HandlerReply.Ok;
            for (var times = message.From.Equals(_self) ? 1 : canary.Times(); times > 0; times--)
            {
                reply = await inner.OnMessageAsync(message);
            }

            return reply;
        }

        public ValueTask OnTerminatedAsync(MulticastTermination termination) => inner.OnTerminatedAsync(termination);
    }
}
