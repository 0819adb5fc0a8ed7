using static Orleans.Groups.Protocol.Tests.Wire.WireShape;

namespace Orleans.Groups.Protocol.Tests.Wire;

/// <summary>Version 1 of the wire form as data (docs/wire-format.md).</summary>
internal static class WireSchema
{
    public static readonly WireShape Ids = Composite(
        "ids",
        Many("nodes", Composite("node", Text("name"), Varint("ordinal"), Guid("incarnation"))),
        Many("members", Composite("member", Varint("node"), Varint("number"), Text("name"))));

    private static readonly WireShape Epoch = Guid("epoch");
    private static readonly WireShape Member = Varint("member");

    private static readonly WireShape ScopeIdentity = Composite("from", Varint("node"), Varint("counter"));
    private static readonly WireShape MemberCounts = Many("members", Composite("membership", Member, Varint("count")));
    private static readonly WireShape Groups = Many("groups", Composite("group entry", Text("group"), MemberCounts));

    private static readonly WireShape Changes =
        Many("changes", Composite("group delta", Text("group"), Varint("cause"), MemberCounts));

    private static readonly WireShape ScopeMessages = Union(
        "scope message",
        Composite("Discover", ScopeIdentity, Varint("version")),
        Composite("SnapshotRequest", ScopeIdentity),
        Composite("Snapshot", ScopeIdentity, Varint("version"), Varint("part"), Varint("parts"), Groups),
        Composite(
            "Update",
            ScopeIdentity,
            Varint("from version"),
            Varint("steps"),
            Varint("part"),
            Varint("parts"),
            Changes),
        Composite("Digest", ScopeIdentity, Varint("version"), Hash("hash")),
        Composite("ScopeDown", ScopeIdentity));

    private static readonly WireShape Operation = Composite("operation", Varint("author"), Varint("number"));

    private static readonly WireShape Record = Composite(
        "record",
        Text("group"),
        Epoch,
        Guid("parent"),
        Varint("version"),
        Varint("status"),
        Many("entries", Composite("entry", Member, Varint("alive"), Varint("link version"), Varint("joined at"))),
        Many("operations", Composite("remembered", Varint("version"), Operation)));

    private static readonly WireShape Link = Composite("link", Epoch, Varint("stamp"), Varint("version"));
    private static readonly WireShape Batch = Composite("batch", Varint("first"), Many("payloads", Bytes("payload")));

    private static readonly WireShape Progress = Many(
        "progress",
        Composite(
            "progress entry",
            Varint("publisher"),
            Varint("last published"),
            Varint("last acked"),
            Many("pending", Batch)));

    private static readonly WireShape ActivityEntries = Many(
        "entries",
        Composite(
            "activity entry",
            Varint("publisher"),
            Many("publications", Batch),
            Varint("published through"),
            Varint("acked through")));

    private static readonly WireShape RingMessages = Union(
        "ring message",
        Composite("View", Record),
        Composite("AddOnRight"),
        Composite("JoinRefused", Varint("reason")),
        Composite("JoinReply", Record, Varint("part"), Varint("parts"), Progress),
        Composite("Catchup", Link, Varint("part"), Varint("parts"), Progress),
        Composite("Activity", Link, ActivityEntries),
        Composite("Processed", Epoch, Varint("through")));

    private static readonly WireShape IssuedAt = Varint("issued at");

    private static readonly WireShape Edits = Union(
        "edit",
        Composite("Create", Operation, Text("group"), Varint("founder"), Guid("new epoch")),
        Composite("Recreate", Operation, Record.As("held"), Guid("new epoch")),
        Composite("InsertRight", Operation, Epoch, IssuedAt, Varint("left"), Varint("joiner"), Varint("most members")),
        Composite("MarkDead", Operation, Epoch, IssuedAt, Many("members", Member), Varint("certain")),
        Composite("Erase", Operation, Epoch, IssuedAt, Many("members", Member)),
        Composite("Remove", Operation, Epoch, IssuedAt),
        Composite("Close", Operation, Epoch, IssuedAt, Varint("status")));

    private static readonly WireShape[] LinkHeader =
    [
        Varint("from"), Varint("to"), Varint("oldest version"), Varint("newest version"), Varint("session"),
    ];

    private static readonly WireShape LinkAcks = Composite(
        "acks",
        Varint("data through"),
        Varint("data held"),
        Varint("control through"),
        Varint("control held"));

    private static readonly WireShape LinkLimits = Composite(
        "limits",
        Varint("batches in flight"),
        Varint("batch bytes"),
        Varint("frame bytes"),
        Varint("channel credit"));

    private static readonly Dictionary<ulong, WireShape> Bodies = new()
    {
        [1] = Composite("ToScope", Text("scope"), ScopeMessages),
        [2] = Composite("ToRing", Text("group"), Varint("from"), Varint("to"), RingMessages),
        [3] = Composite(
            "Payload",
            Text("scope"),
            Varint("request"),
            Varint("to"),
            Varint("from"),
            Bytes("bytes")),
        [4] = Composite("PayloadAnswer", Varint("request"), Varint("outcome")),
        [5] = Composite("Publication", Text("scope"), Text("group"), Varint("from"), Bytes("bytes")),
        [6] = Composite("WatchMember", Member),
        [7] = Composite("MemberEnded", Member),
        [8] = Composite("SurveyRequest", Varint("request"), Text("group")),
        [9] = Composite("SurveyAnswer", Varint("request"), Record.As("highest").Optional()),
        [32] = Composite("stored record", Record),
        [33] = Composite("Edit", Edits),
        [34] = Composite("EditResult", Composite("result", Varint("verdict"), Record.As("current").Optional())),
        [64] = Composite("Open", Parts(LinkHeader, Varint("heard"), LinkLimits)),
        [65] = Composite(
            "Batch",
            Parts(
                LinkHeader,
                LinkAcks,
                Varint("lane"),
                Varint("batch number"),
                Many("credits", Composite("credit", Varint("channel"), Varint("credit bytes"))),
                Varint("part"),
                Varint("channel"),
                Varint("tail bytes"))),
        [66] = Composite("Ack", Parts(LinkHeader, LinkAcks)),
        [67] = Composite("Over", Parts(LinkHeader, Varint("answer"))),
        [68] = Composite("Refused", Parts(LinkHeader, Varint("refusal"))),
    };

    /// <summary>The body of a kind.</summary>
    public static WireShape BodyOf(ulong kind) => Bodies[kind];

    private static WireShape[] Parts(WireShape[] first, params WireShape[] then) => [.. first, .. then];
}
