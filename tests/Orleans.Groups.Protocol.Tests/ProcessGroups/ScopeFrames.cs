using static Orleans.Groups.Protocol.Tests.ScopeIds;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>Small frames of a peer, in which its member 1 is in one group or changes there.</summary>
internal static class ScopeFrames
{
    internal static ScopeMessage Snapshot(NodeId node, long version, long counter = 1, string group = "g") =>
        new ScopeMessage.Snapshot(new(node, counter), version, 0, 1, [new(group, [new(Member(node, 1), 1)])]);

    internal static ScopeMessage Delta(long from, long to, int count = 1, long counter = 1, string group = "g")
    {
        var cause = count > 0 ? ChangeReason.Joined : ChangeReason.Left;
        var delta = new GroupDelta(group, cause, [new(Member(B, 1), count)]);
        return new ScopeMessage.Update(new(B, counter), from, to, 0, 1, [delta]);
    }
}
