using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Orleans.Groups.ClientProgram;

/// <summary>What comes out of a <see cref="RingFeed"/>: a message, or how many are missing here.</summary>
/// <param name="From">Who published.</param>
/// <param name="Payload">The message; empty for what is missing.</param>
/// <param name="Lost">How many messages are missing; 0 for a message.</param>
internal readonly record struct FeedItem(MemberId From, ReadOnlyMemory<byte> Payload, long Lost);

/// <summary>
/// Makes one stream out of what several members of one ring receive, so that it goes on when a silo dies: the oldest
/// member leads, what the others get is kept until it has come from the leader, and when the leader ends, the next one
/// leads with what it has kept. Any thread.
/// </summary>
/// <remarks>
/// The ring numbers the messages of each publisher without a gap and gives all members the same, so number and
/// publisher tell what has been seen; and the bases of a member say exactly what was before its time.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without wait handle has nothing to dispose of.")]
internal sealed class RingFeed
{
    private const long MaxKeptBytes = 16 * 1024 * 1024;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly List<FeedMember> _members = [];
    private readonly Dictionary<MemberId, long> _seen = [];
    private readonly Channel<FeedItem> _output = Channel.CreateBounded<FeedItem>(256);
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _hasBegun;

    /// <summary>Messages in the order of their publishers.</summary>
    internal ChannelReader<FeedItem> Output => _output.Reader;

    /// <summary>A member that joins the ring now; hand it over as the handler.</summary>
    internal FeedMember Add() => new(this);

    /// <summary>Nothing more comes.</summary>
    internal void Complete(Exception? error = null) => _output.Writer.TryComplete(error);

    private async Task JoinAsync(FeedMember member, ImmutableArray<PublisherBase> bases)
    {
        await _turn.WaitAsync();
        try
        {
            member.Bases = bases;
            _members.Add(member);
            if (_members.Count == 1)
            {
                await LeadAsync(member);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task ReceiveAsync(FeedMember member, MulticastMessage message)
    {
        while (true)
        {
            Task room;
            await _turn.WaitAsync();
            try
            {
                if (_members.FirstOrDefault() == member)
                {
                    await PassAsync(message);
                    return;
                }

                member.Forget(_seen);
                if (member.KeptBytes < MaxKeptBytes)
                {
                    member.Keep(message);
                    return;
                }

                room = _moved.Task;
            }
            finally
            {
                _turn.Release();
            }

            await room;
        }
    }

    private async Task EndAsync(FeedMember member)
    {
        await _turn.WaitAsync();
        try
        {
            var hasLed = _members.FirstOrDefault() == member;
            if (_members.Remove(member) && hasLed && _members.Count > 0)
            {
                await LeadAsync(_members[0]);
            }

            Move();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task LeadAsync(FeedMember member)
    {
        foreach (var (publisher, number) in member.Bases)
        {
            // What the first member of all did not get was before the feed began.
            var lost = _hasBegun ? number - _seen.GetValueOrDefault(publisher) : 0;
            if (lost > 0)
            {
                await WriteAsync(new FeedItem(publisher, default, lost));
            }

            _seen[publisher] = Math.Max(number, _seen.GetValueOrDefault(publisher));
        }

        _hasBegun = true;
        while (member.Kept.TryDequeue(out var message))
        {
            await PassAsync(message);
        }
    }

    private async Task PassAsync(MulticastMessage message)
    {
        var seen = _seen.GetValueOrDefault(message.From);
        if (message.Number <= seen)
        {
            return;
        }

        _seen[message.From] = message.Number;
        await WriteAsync(new FeedItem(message.From, message.Payload, 0));
        Move();
    }

    private async Task WriteAsync(FeedItem item)
    {
        try
        {
            await _output.Writer.WriteAsync(item);
        }
        catch (ChannelClosedException)
        {
            // Nobody reads any more.
        }
    }

    private void Move() => Interlocked.Exchange(
        ref _moved,
        new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>One member of the ring, as its handler.</summary>
    internal sealed class FeedMember(RingFeed feed) : IMulticastHandler
    {
        /// <summary>From where on this member gets messages.</summary>
        internal ImmutableArray<PublisherBase> Bases { get; set; } = [];

        /// <summary>What it has got and the leader has not passed on.</summary>
        internal Queue<MulticastMessage> Kept { get; } = new();

        /// <summary>Bytes of that.</summary>
        internal long KeptBytes { get; private set; }

        /// <summary>Keeps a message.</summary>
        internal void Keep(MulticastMessage message)
        {
            Kept.Enqueue(message);
            KeptBytes += SizeOf(message);
        }

        /// <summary>Drops what has been passed on meanwhile.</summary>
        internal void Forget(Dictionary<MemberId, long> seen)
        {
            while (Kept.TryPeek(out var oldest) && oldest.Number <= seen.GetValueOrDefault(oldest.From))
            {
                KeptBytes -= SizeOf(Kept.Dequeue());
            }
        }

        /// <summary>The member is gone, whether or not the ring has said so; twice is fine.</summary>
        internal Task EndAsync() => feed.EndAsync(this);

        async ValueTask<HandlerReply> IMulticastHandler.OnJoinedAsync(MulticastJoined joined)
        {
            await feed.JoinAsync(this, joined.Bases);
            return HandlerReply.Ok;
        }

        ValueTask<HandlerReply> IMulticastHandler.OnMembersChangedAsync(MembersChanged change) => default;

        async ValueTask<HandlerReply> IMulticastHandler.OnMessageAsync(MulticastMessage message)
        {
            await feed.ReceiveAsync(this, message);
            return HandlerReply.Ok;
        }

        async ValueTask IMulticastHandler.OnTerminatedAsync(MulticastTermination termination) => await EndAsync();

        private static long SizeOf(MulticastMessage message) => 64 + message.Payload.Length;
    }
}
