using System.Buffers;
using System.Text;

namespace Orleans.Groups.Protocol.Tests.Links;

/// <summary>One machine under the hands of a test: what it sends lies in a box until the test takes it out.</summary>
/// <remarks>Frames are texts. Nothing is flushed, consumed or fired unless a test does so.</remarks>
internal sealed class LinkProbe(NodeId self, NodeId peer, LinkSettings settings)
{
    private readonly EffectList<LinkEffect> _effects = new();

    public LinkMachine Machine { get; } = new(self, peer, settings, 1);

    public LinkStatus Status => Machine.GetStatus();

    /// <summary>What was sent and not taken.</summary>
    public List<LinkMessage> Box { get; } = [];

    /// <summary>
    /// What else was done, in order: <c>up 1</c>, <c>free 3 "text"</c>, <c>down 1 GivenUp</c> and so on.
    /// </summary>
    public List<string> Log { get; } = [];

    /// <summary>Timers that are set.</summary>
    public Dictionary<LinkTimer, (long Generation, TimeSpan After)> Timers { get; } = [];

    public IEnumerable<LinkMessage.Batch> Batches => Box.OfType<LinkMessage.Batch>();

    public static LinkChannel Ring { get; } = LinkChannel.Free(3);

    public static LinkChannel Scope { get; } = LinkChannel.Credited(5);

    public void Step(LinkInput input)
    {
        Machine.Step(input, _effects);
        Run();
    }

    public void Flush() => Step(LinkInput.Flush.Instance);

    public void Receive(params IEnumerable<LinkMessage> messages)
    {
        foreach (var message in messages.ToList())
        {
            Step(new LinkInput.Received(Encoded(message)));
        }
    }

    public LinkSendOutcome Send(LinkChannel channel, string text)
    {
        var outcome = Machine.Send(Status.Session, channel, Encoding.UTF8.GetBytes(text), _effects);
        Run();
        return outcome;
    }

    /// <summary>Sends, flushes, and takes the batches out of the box.</summary>
    public List<LinkMessage.Batch> SendAndTake(LinkChannel channel, params string[] texts)
    {
        foreach (var text in texts)
        {
            Assert.Equal(LinkSendOutcome.Accepted, Send(channel, text));
            Flush();
        }

        return Take<LinkMessage.Batch>();
    }

    public LinkSendOutcome SendControl(string text)
    {
        var outcome = Machine.SendControl(Status.Session, Encoding.UTF8.GetBytes(text), _effects);
        Run();
        return outcome;
    }

    public void Consume(LinkChannel channel, params string[] texts) => Consume(Status.Session, channel, texts);

    public void Consume(long session, LinkChannel channel, params string[] texts)
    {
        Machine.Consume(session, channel, texts.Length, texts.Sum(text => (long)text.Length), _effects);
        Run();
    }

    /// <summary>Lets a timer fire, which must be set; or flushes, if that is what was wanted instead.</summary>
    public void Fire(LinkTimer timer, bool orFlush = false)
    {
        if (orFlush && !Timers.ContainsKey(timer))
        {
            Flush();
            return;
        }

        Assert.True(Timers.Remove(timer, out var slot), $"{timer} is not set");
        Step(new LinkInput.TimerFired(timer, slot.Generation));
    }

    /// <summary>Takes all messages of a kind out of the box.</summary>
    public List<T> Take<T>()
        where T : LinkMessage
    {
        var taken = Box.OfType<T>().ToList();
        Box.RemoveAll(message => message is T);
        return taken;
    }

    /// <summary>What was noted since the last time.</summary>
    public string TakeLog()
    {
        var log = string.Join(", ", Log);
        Log.Clear();
        return log;
    }

    /// <summary>A message as it comes out of its bytes.</summary>
    private static LinkMessage Encoded(LinkMessage message)
    {
        var writer = new ArrayBufferWriter<byte>();
        WireCodec.EncodeLink(message, writer);
        writer.Write(message.Tail.Span);
        Assert.True(WireCodec.TryDecodeLink(writer.WrittenMemory, null, out var decoded, out var error), $"{error}");
        return decoded!;
    }

    private void Run()
    {
        for (var index = 0; index < _effects.Count; index++)
        {
            switch (_effects[index])
            {
                case LinkEffect.Send send:
                    Box.Add(send.Message);
                    break;
                case LinkEffect.SetTimer set:
                    Timers[set.Timer] = (set.Generation, set.After);
                    break;
                case LinkEffect.CancelTimer cancel:
                    Timers.Remove(cancel.Timer);
                    break;
                case LinkEffect.Deliver deliver:
                    Note(deliver);
                    break;
                case var other:
                    Log.Add(TextOf(other));
                    break;
            }
        }

        _effects.Clear();
    }

    private void Note(LinkEffect.Deliver deliver)
    {
        foreach (var frame in deliver.Frames)
        {
            var where = deliver.Lane == LinkLane.Control ? "control" : frame.Channel.ToString();
            Log.Add($"{where} {Encoding.UTF8.GetString(frame.Bytes.Span)}");
        }
    }

    private static string TextOf(LinkEffect effect) => effect switch
    {
        LinkEffect.PeerUp up => $"up {up.Session}",
        LinkEffect.PeerDown down => $"down {down.Session} {down.Reason}",
        LinkEffect.Writable writable => $"{writable.Channel} {(writable.HasRoom ? "has room" : "is full")}",
        LinkEffect.FlushWanted => "flush",
        LinkEffect.Unanswered unanswered => $"unanswered {unanswered.Retries}",
        LinkEffect.Trace trace => $"trace {trace.Kind}",
        LinkEffect.Incompatible other => $"incompatible {other.OldestVersion}-{other.NewestVersion}",
        _ => effect.GetType().Name,
    };
}

/// <summary>Two probes, and the way between them.</summary>
internal sealed class LinkPair
{
    public LinkPair(LinkSettings? settings = null, LinkSettings? settingsOfB = null)
    {
        var some = (settings ?? new LinkSettings()) with { Verify = true };
        A = new LinkProbe(NodeA, NodeB, some);
        B = new LinkProbe(NodeB, NodeA, settingsOfB is null ? some : settingsOfB with { Verify = true });
    }

    public static NodeId NodeA { get; } = Node("a", 1, 1);

    public static NodeId NodeB { get; } = Node("b", 1, 2);

    public LinkProbe A { get; }

    public LinkProbe B { get; }

    public static NodeId Node(string name, long ordinal, byte id) =>
        new(name, new Incarnation(ordinal, new Guid(id, 0, 0, new byte[8])));

    /// <summary>A pair in session 1, with empty boxes and logs.</summary>
    public static LinkPair InSession(LinkSettings? settings = null, LinkSettings? settingsOfB = null)
    {
        var pair = new LinkPair(settings, settingsOfB);
        pair.A.Step(LinkInput.PeerAlive.Instance);
        pair.B.Step(LinkInput.PeerAlive.Instance);
        pair.Flow();
        Assert.Equal("up 1", pair.A.TakeLog());
        Assert.Equal("up 1", pair.B.TakeLog());
        return pair;
    }

    /// <summary>Everything in the boxes arrives, in order, until nothing is left.</summary>
    public void Flow()
    {
        while (A.Box.Count + B.Box.Count > 0)
        {
            B.Receive(A.Take<LinkMessage>());
            A.Receive(B.Take<LinkMessage>());
        }
    }
}
