using System.Linq.Expressions;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>What is in a queue of frames, without the memory around it.</summary>
/// <remarks>
/// How much of a block is free decides where a chunk ends; no world writes as much as a block, so that it never does.
/// </remarks>
internal static class LinkFrameQueueContent
{
    private static readonly Func<LinkFrameQueue, Queue<LinkChunk>> Chunks = Field<Queue<LinkChunk>>("_chunks");
    private static readonly Func<LinkFrameQueue, byte[]> Block = Field<byte[]>("_block");
    private static readonly Func<LinkFrameQueue, int> Start = Field<int>("_start");
    private static readonly Func<LinkFrameQueue, int> End = Field<int>("_end");

    internal static void Write(StateHasher hasher, LinkFrameQueue queue)
    {
        hasher.Write(Chunks(queue));
        hasher.WriteList<byte>(Block(queue).AsSpan(Start(queue)..End(queue)));
        hasher.Write((ulong)queue.MaxChunkBytes);
        hasher.Write((ulong)queue.MaxFrameBytes);
    }

    private static Func<LinkFrameQueue, T> Field<T>(string name)
    {
        var queue = Expression.Parameter(typeof(LinkFrameQueue));
        return Expression.Lambda<Func<LinkFrameQueue, T>>(Expression.Field(queue, name), queue).Compile();
    }
}
