using System.Collections.Immutable;

namespace Orleans.Groups.Protocol.Tests.Links;

/// <summary>A peer that says anything at all: nothing throws, and nothing grows without bound.</summary>
public sealed class LinkRobustnessTests
{
    private const int Steps = 400;

    private static readonly LinkSettings Settings = new()
    {
        MaxBatchesInFlight = 6,
        MaxBatchBytes = 100,
        MaxFrameBytes = 300,
        ChannelCreditBytes = 60,
        MaxBufferBytes = 3000,
        KeepAliveInterval = TimeSpan.FromSeconds(1),
    };

    [Fact]
    public void ForgedMessages_NeverThrow_AndHoldLittle()
    {
        var seen = new HashSet<string>();
        for (var seed = 1UL; seed <= 300; seed++)
        {
            var random = new DeterministicRandom(seed);
            var probe = new LinkProbe(LinkPair.NodeA, LinkPair.NodeB, Settings with { Verify = true });
            probe.Step(LinkInput.PeerAlive.Instance);
            for (var step = 0; step < Steps; step++)
            {
                Act(probe, random);
                var status = probe.Status;
                Assert.InRange(status.Data.HeldBatches, 0, 6);
                Assert.InRange(status.Control.HeldBatches, 0, 6);
                Assert.InRange(status.Data.PartBytes, 0, 300);
                Assert.InRange(status.Data.GatheredBytes + status.Data.UnackedBytes, 0, 3300);
                seen.UnionWith(probe.Log);
                probe.Log.Clear();
                probe.Box.Clear();
            }
        }

        var traces = Enum.GetValues<LinkTrace>().Where(trace => trace != LinkTrace.NotAlive);
        Assert.Empty(traces.Select(trace => $"trace {trace}").Except(seen));
        Assert.Contains("DeclaredDead", seen);
    }

    [Theory]
    [InlineData("06")] // A channel and no length.
    [InlineData("0605")] // A length and no bytes.
    [InlineData("06036f6e")] // A byte short.
    [InlineData("0601780600ff")] // Bytes behind.
    [InlineData("060179860001")] // A number longer than need be.
    [InlineData("ffffffffffffffffff010178")] // A tag beyond all channels.
    [InlineData("06ffffffffffffffffff01")] // A length beyond all memory.
    public void BatchesOfDamagedFrames_AreNotAccepted(string body)
    {
        var pair = LinkPair.InSession(Settings);
        var header = new LinkHeader(LinkPair.NodeA, LinkPair.NodeB, 1, 1, 1);
        var batch = LinkSessionTests.Batch(header, 1, "one") with { Body = Convert.FromHexString(body) };

        pair.B.Receive(batch);

        Assert.Equal("trace Malformed", pair.B.TakeLog());
        Assert.Equal(0, Assert.IsType<LinkMessage.Ack>(Assert.Single(pair.B.Box)).Acks.DataThrough);
        pair.B.Receive(LinkSessionTests.Batch(header, 1, "one"));
        Assert.Equal("free 3 one", pair.B.TakeLog());
    }

    [Fact]
    public void PartsThatDoNotFit_AreNotAccepted_AndNotKept()
    {
        var pair = LinkPair.InSession(Settings);
        var header = new LinkHeader(LinkPair.NodeA, LinkPair.NodeB, 1, 1, 1);
        var part = LinkSessionTests.Batch(header, 1, "") with
        {
            Part = LinkPart.More,
            Channel = LinkProbe.Ring,
            Body = new byte[100],
        };
        pair.B.Receive(part);
        pair.B.Receive(part with { Number = 2, Channel = LinkChannel.Free(4) }); // Of another frame.
        pair.B.Receive(LinkSessionTests.Batch(header, 2, "between"));
        pair.B.Receive(part with { Number = 2, Body = new byte[10] }); // Smaller than any sender cuts.
        Assert.Equal("trace Malformed, trace Malformed, trace Malformed", pair.B.TakeLog());
        pair.B.Receive(part with { Number = 2 }, part with { Number = 3 }, part with { Number = 4 });

        Assert.Equal("trace Malformed", pair.B.TakeLog()); // 400 bytes of at most 300.
        Assert.Equal(300, pair.B.Status.Data.PartBytes);
        Assert.Equal(3, pair.B.Status.Data.AcceptedThrough);
        Assert.Equal(0, pair.B.Status.Data.HeldBatches);
    }

    [Fact]
    public void AcksOfWhatWasNeverSent_AreIgnored()
    {
        var pair = LinkPair.InSession(Settings);
        pair.A.SendAndTake(LinkProbe.Ring, "one");
        var header = new LinkHeader(LinkPair.NodeB, LinkPair.NodeA, 1, 1, 1);

        pair.A.Receive(new LinkMessage.Ack(header, new LinkAcks(2, 0, 0, 0)));
        pair.A.Receive(new LinkMessage.Ack(header, new LinkAcks(0, (1UL << 63) - 1 - 1, 0, 0)));

        Assert.Equal("flush, trace Malformed", pair.A.TakeLog());
        Assert.Equal(1, pair.A.Status.Data.UnackedBatches);
    }

    private static void Act(LinkProbe probe, DeterministicRandom random)
    {
        switch (random.Next(12))
        {
            case 0:
                probe.Send(random.Next(2) == 0 ? LinkProbe.Ring : LinkProbe.Scope, new string('x', random.Next(200)));
                break;
            case 1:
                probe.Flush();
                break;
            case 2 when probe.Timers.Count > 0:
                probe.Fire(probe.Timers.Keys.Order().First());
                break;
            case 3 when random.Next(20) == 0:
                probe.Step(random.Next(4) switch
                {
                    0 => LinkInput.PeerDead.Instance,
                    1 => new LinkInput.Close(random.Next(2) == 0),
                    _ => new LinkInput.EndSession(probe.Status.Session),
                });
                break;
            default:
                var message = Forge(probe.Status, random);
                probe.Step(random.Next(10) == 0 ? new LinkInput.SendFailed(message) : new LinkInput.Received(message));
                break;
        }
    }

    private static LinkMessage Forge(LinkStatus status, DeterministicRandom random)
    {
        var from = random.Next(50) == 0 ? LinkPair.NodeA : LinkPair.NodeB;
        var near = Math.Max(0, status.Session + (random.Next(8) / 6) - (random.Next(8) / 7));
        var session = random.Next(20) == 0 ? (long)random.NextUInt64() : near;
        var header = new LinkHeader(from, LinkPair.NodeA, 1, 1 + random.Next(2), session);
        var acks = new LinkAcks(Near(status.Data), random.NextUInt64() >> random.Next(64), Near(status.Control), 0);
        switch (random.Next(16))
        {
            case 0 or 1 or 2:
                var limits = new LinkLimits(random.Next(70), random.Next(200), random.Next(400), random.Next(400));
                return new LinkMessage.Open(header, random.Next(2) == 0, limits);
            case 3:
                return new LinkMessage.Ack(header, acks);
            case 4 when random.Next(20) == 0:
                return new LinkMessage.Over(header, random.Next(2) == 0);
            case 5 when random.Next(60) == 0:
                return new LinkMessage.Refused(header, LinkRefusal.Dead);
            default:
                var lane = (LinkLane)(1 + random.Next(random.Next(20) == 0 ? 3 : 2));
                var accepted = (lane == LinkLane.Control ? status.Control : status.Data).AcceptedThrough;
                return new LinkMessage.Batch(
                    header,
                    acks,
                    lane,
                    accepted + random.Next(9) - 1,
                    Credits(random),
                    (LinkPart)(1 + random.Next(3)),
                    lane == LinkLane.Control ? default : new LinkChannel(3 * (ulong)random.Next(3)),
                    Body(random));
        }

        long Near(LinkLaneStatus lane) => lane.SentThrough - random.Next(5) + random.Next(3);
    }

    private static ImmutableArray<LinkCredit> Credits(DeterministicRandom random) => random.Next(4) switch
    {
        0 => [new LinkCredit(LinkProbe.Scope, random.Next(100))],
        1 => [new LinkCredit(LinkProbe.Scope, long.MaxValue), new LinkCredit(LinkProbe.Ring, 1)],
        2 => default,
        _ => [],
    };

    private static byte[] Body(DeterministicRandom random)
    {
        var length = random.Next(120);
        if (length > 4 && random.Next(2) == 0)
        {
            // One frame that is right, of a free or a credited channel.
            return [(byte)random.Next(4), (byte)(length - 2), .. new byte[length - 2]];
        }

        return [.. Enumerable.Range(0, length).Select(_ => (byte)random.Next(256))];
    }
}
