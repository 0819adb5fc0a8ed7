using FsCheck;
using FsCheck.Fluent;

namespace Orleans.Groups.Protocol.Tests.Links;

/// <summary>What holds for every order of arrival and every sequence of frames.</summary>
public sealed class LinkPropertyTests
{
    /// <summary>
    /// Whatever comes how often in which order: delivered is a prefix, and all of it when all has come.
    /// </summary>
    [Fact]
    public void Arrivals_InAnyOrder_DeliverThePrefixThatIsComplete() => Prop.ForAll(
        Gen.Choose(0, 7).ListOf().Select(list => list.ToArray()).ToArbitrary(),
        arrivals =>
        {
            var settings = new LinkSettings { MaxBatchesInFlight = 8, EagerBatchesInFlight = 8 };
            var pair = LinkPair.InSession(settings);
            var batches = pair.A.SendAndTake(LinkProbe.Ring, "0", "1", "2", "3", "4", "5", "6", "7");
            foreach (var index in arrivals)
            {
                pair.B.Receive(batches[index]);
            }

            var complete = Enumerable.Range(0, 9).First(number => !arrivals.Contains(number));
            var expected = Enumerable.Range(0, complete).Select(number => $"free 3 {number}");
            var acks = pair.B.Take<LinkMessage.Ack>();
            Assert.Equal(expected, pair.B.Log.Where(line => !line.StartsWith("trace", StringComparison.Ordinal)));
            Assert.Equal(arrivals.Length, acks.Count);
            foreach (var ack in acks.Take(acks.Count - 1).Reverse())
            {
                pair.A.Receive(ack); // Acks in any order say the same in the end.
            }

            pair.A.Receive(acks.TakeLast(1));
            Assert.Equal(8 - complete, pair.A.Status.Data.UnackedBatches);
        }).QuickCheckThrowOnFailure();

    /// <summary>
    /// Frames of any lengths through any batch size come out as they went in, and what is counted fits.
    /// </summary>
    [Fact]
    public void Frames_ThroughAQueue_ComeOutAsTheyWentIn() => Prop.ForAll(
        Gen.Choose(0, 300).ListOf().Select(list => list.ToArray()).ToArbitrary(),
        Gen.Choose(64, 400).ToArbitrary(),
        (lengths, chunkBytes) =>
        {
            var queue = new LinkFrameQueue(firstBlockBytes: 100);
            queue.Reset(chunkBytes, maxFrameBytes: 290);
            var expected = new List<(ulong Tag, byte[] Bytes)>();
            for (var index = 0; index < lengths.Length; index++)
            {
                var frame = Enumerable.Range(index, lengths[index]).Select(n => (byte)n).ToArray();
                queue.Begin(LinkChannel.Free((ulong)index * 50));
                queue.Write(frame);
                Assert.Equal(frame.Length > 290 ? -1 : frame.Length, queue.LastLength);
                if (frame.Length <= 290)
                {
                    expected.Add((LinkChannel.Free((ulong)index * 50).Tag, frame));
                }
            }

            Assert.Equal(expected.Select(Text), TakeAll(queue, chunkBytes).Select(Text));
            Assert.Equal(0, queue.Bytes);
            Assert.True(queue.IsEmpty);
        }).QuickCheckThrowOnFailure();

    private static string Text((ulong Tag, byte[] Bytes) frame) => $"{frame.Tag} {Convert.ToHexString(frame.Bytes)}";

    private static List<(ulong Tag, byte[] Bytes)> TakeAll(LinkFrameQueue queue, int chunkBytes)
    {
        var frames = new List<(ulong, byte[])>();
        var parts = new List<byte>();
        while (queue.TryTake(out var chunk))
        {
            Assert.InRange(chunk.Body.Length, 1, chunkBytes);
            if (chunk.Part == LinkPart.None)
            {
                Assert.True(LinkFrames.AreWellFormed(chunk.Body.Span, LinkChannel.MaxTag, 290));
                foreach (var frame in new LinkFrames(chunk.Body))
                {
                    frames.Add((frame.Channel.Tag, frame.Bytes.ToArray()));
                }

                continue;
            }

            parts.AddRange(chunk.Body.Span);
            if (chunk.Part == LinkPart.Last)
            {
                frames.Add((chunk.Channel.Tag, [.. parts]));
                parts.Clear();
            }
        }

        return frames;
    }
}
