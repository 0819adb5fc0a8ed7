using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Orleans.Groups.Tests;

/// <summary>
/// The bytes between clients and silos. They are pinned: a change here breaks clients and silos of other versions.
/// </summary>
public sealed class ClientWireTests : IDisposable
{
    private static readonly NodeId Node =
        new("127.0.0.1:11111", new Incarnation(7, new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)));

    private static readonly MemberId Alice = new(Node, 5, "alice");
    private static readonly MemberId Bob = new(Node, 6, "bob");
    private static readonly SiloAddress Silo = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11111), 7);

    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    /// <summary>A message of each kind, by name.</summary>
    private static readonly Dictionary<string, object> Samples = new()
    {
        ["GatewayRequest"] = new GatewayRequest { AskedAfter = Silo },
        ["GatewayReply"] = new GatewayReply
        {
            Silo = Silo,
            IsStopping = true,
            IsDead = true,
            Error = GroupError.Argument("a"),
        },
        ["RingReply"] = new RingReply { Members = [Status()], Silent = ["s"] },
        ["SessionRequest"] = new SessionRequest(),
        ["SessionWelcome"] = new SessionWelcome
        {
            Version = 1,
            Node = Node,
            Lease = TimeSpan.FromSeconds(30),
            PollWait = TimeSpan.FromSeconds(5),
            MaxPayloadBytes = 9,
            Scopes = ["default"],
        },
        ["SessionCall"] = new SessionCall
        {
            Number = 3,
            SettledThrough = 2,
            Operation = new MakeMember { Handle = 1, Name = "m", HasHandler = true },
        },
        ["EndMember"] = Call(new EndMember { Handle = 1 }),
        ["ChangeMemberships"] = Call(new ChangeMemberships
        {
            Scope = "s",
            IsJoin = true,
            Groups = ["g", "h"],
            Members = [1, 2],
            MarkedMonitor = 3,
            Mark = 4,
        }),
        ["StartMonitor"] = Call(new StartMonitor
        {
            Handle = 2,
            Scope = "s",
            Group = "g",
            BufferChanges = 5,
            Owner = 1,
        }),
        ["StopMonitor"] = Call(new StopMonitor { Handle = 2 }),
        ["SendPayload"] = Call(new SendPayload { Scope = "s", To = Alice, From = 1, Payload = new byte[] { 1, 2 } }),
        ["Publish"] = Call(new SendPayload { Scope = "s", Group = "g", Payload = new byte[] { 1, 2 } }),
        ["ReplaceSession"] = Call(new ReplaceSession { Silo = Silo, Session = Node.Incarnation.Id }),
        ["ForgetRing"] = Call(new ForgetRing { Group = "g" }),
        ["Done"] = Reply(Done.Instance),
        ["Refused"] = Reply(new Refused { Error = GroupError.TooLarge(2, 1, "o") }),
        ["MemberMade"] = Reply(new MemberMade { Id = Alice }),
        ["MembershipsChanged"] = Reply(new MembershipsChanged
        {
            Left = LeaveStatus.NotJoined,
            Added = 2,
            RemovedGroups = ["g"],
            RemovedMembers = [1],
            IsMarked = true,
        }),
        ["Sent"] = Reply(new Sent { Outcome = SendOutcome.Overloaded, Members = 1, Nodes = 2, NotConnected = 3 }),
        ["RingForgotten"] = Reply(new RingForgotten { HasExisted = true }),
        ["SessionPoll"] = new SessionPoll
        {
            Number = 4,
            ReceivedThrough = 3,
            Handled = [new HandledThrough(1, 2)],
            IsHurried = true,
        },
        ["SessionEvents"] = new SessionEvents
        {
            First = 9,
            Events =
            [
                new PayloadArrived { Handle = 1, From = Bob, Group = "g", Payload = new byte[] { 7 }, Missed = 2 },
                new MonitorPart
                {
                    Handle = 2,
                    Kind = MonitorPartKind.Left,
                    Reason = ChangeReason.NodeDown,
                    Groups = [new GroupPart { Group = "g", Members = [Alice, Bob, Alice] }],
                    HasMore = true,
                },
                new MonitorMark { Handle = 2, Mark = 3 },
                new MonitorOver { Handle = 2, Reason = MonitorEndReason.OwnerEnded },
                new SiloStopping(),
            ],
        },
        ["RingJoinRequest"] = new RingJoinRequest { Group = "g", MemberName = "m", Timeout = TimeSpan.FromSeconds(1) },
        ["RingJoinReply"] = new RingJoinReply
        {
            Self = Alice,
            Version = 1,
            Lease = TimeSpan.FromSeconds(30),
            PollWait = TimeSpan.FromSeconds(5),
            MaxPayloadBytes = 9,
            ConfirmTimeout = TimeSpan.FromSeconds(3),
        },
        ["RingBroadcastRequest"] = new RingBroadcastRequest
        {
            Number = 2,
            SettledThrough = 1,
            Payloads = [new byte[] { 1 }, default],
        },
        ["RingConfirmRequest"] = new RingConfirmRequest
        {
            Number = 2,
            SettledThrough = 1,
            Payload = new byte[] { 1 },
            Level = ConfirmLevel.ProcessedByAll,
            Timeout = TimeSpan.FromSeconds(1),
        },
        ["RingBroadcastReply"] = new RingBroadcastReply
        {
            State = CallState.Pending,
            Accepted = 1,
            Outcome = new BroadcastOutcome(BroadcastStatus.Unknown, BroadcastReason.Timeout),
        },
        ["RingEndRequest"] = new RingEndRequest { Number = 2, How = RingEnding.Stop, Reason = "r", HasFailed = true },
        ["RingValidateRequest"] = new RingValidateRequest { Number = 2, Members = [Alice] },
        ["RingMemberReply"] = new RingMemberReply { State = CallState.Gone },
        ["RingPoll"] = new RingPoll { Number = 3, ReceivedThrough = 2, HandledThrough = 1, IsHurried = true },
        ["RingMemberEvents"] = new RingMemberEvents
        {
            First = 2,
            Events =
            [
                new RingMemberJoined { Members = [Alice], Bases = [new PublisherBase(Alice, 4)] },
                new RingMembersChanged { Births = [Bob], Deaths = [], Members = [Alice, Bob] },
                new RingMessageArrived { From = Alice, Number = 5, Payload = new byte[] { 1, 2 } },
                new RingMemberTerminated { Termination = new MulticastTermination(TerminationReason.TooSlow, "d", 3) },
            ],
            Status = Status(),
        },
    };

    public static TheoryData<string> Names => [.. Samples.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Bytes_OfEachMessage_AreTheApprovedOnes(string name)
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Clients", "client-wire.approved.txt");
        var approved = File.ReadLines(file)
            .Select(static line => line.Split(' '))
            .ToDictionary(static parts => parts[0], static parts => parts[1]);
        var bytes = Serialize(Samples[name]);
        Assert.True(
            approved.GetValueOrDefault(name) == Convert.ToHexStringLower(bytes),
            $"{name} {Convert.ToHexStringLower(bytes)}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Message_ThereAndBack_IsTheSame(string name)
    {
        var bytes = Serialize(Samples[name]);
        Assert.Equal(bytes, Serialize(_services.GetRequiredService<Serializer>().Deserialize<object>(bytes)));
    }

    [Fact]
    public void NewerMessage_WithFieldsThatNobodyKnows_IsUnderstood()
    {
        var newer = new NewerPoll
        {
            Number = 4,
            ReceivedThrough = 3,
            IsHurried = true,
            Priority = 9,
            Note = "x",
            Key = Alice,
        };
        var read = As<NewerPoll, SessionPoll>(newer);
        Assert.Equal((4, 3, true), (read.Number, read.ReceivedThrough, read.IsHurried));
        Assert.Empty(read.Handled);
    }

    [Fact]
    public void OlderMessage_WithoutFieldsThatCameLater_IsUnderstood()
    {
        var read = As<OlderWelcome, SessionWelcome>(new OlderWelcome { Version = 1, Node = Node });
        Assert.Equal((1, Node, TimeSpan.Zero), (read.Version, read.Node, read.Lease));
        Assert.Empty(read.Scopes);
        Assert.Null(read.Error);
    }

    [Fact]
    public void Errors_ThereAndBack_AreTheSameExceptions()
    {
        var error = GroupError.From(new GroupLimitException("L", 5, "s"))!;
        var limit = Assert.IsType<GroupLimitException>(error.ToException("I"));
        Assert.Equal(("L", 5, true), (limit.Limit, limit.Value, limit.IsTransient));
        var group = GroupError.From(new GroupException(GroupErrorCode.Overloaded, true, "m"))!.ToException("I");
        Assert.Equal(GroupErrorCode.Overloaded, Assert.IsType<GroupException>(group).Code);
        Assert.IsType<ArgumentException>(GroupError.From(new MemberNotLocalException(Alice, Node))!.ToException("I"));
        Assert.Null(GroupError.From(new InvalidOperationException("secret"))); // Nobody's business.
        var unknown = new GroupError { Kind = (GroupErrorKind)99, Code = GroupErrorCode.Timeout, Message = "later" };
        Assert.Equal(GroupErrorCode.Timeout, Assert.IsType<GroupException>(unknown.ToException("I")).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    public void Ids_ThatNobodyCouldHaveMade_AreRefusedWhenTheyAreRead(string name)
    {
        var forged = new ForgedMember { Member = new MemberIdSurrogate { Node = Node, Number = 1, Name = name } };
        var bytes = _services.GetRequiredService<Serializer<ForgedMember>>().SerializeToArray(forged);
        Assert.ThrowsAny<Exception>(() => _services.GetRequiredService<Serializer<GenuineMember>>().Deserialize(bytes));
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(0, 5, 1)]
    [InlineData(2, 5, 0)]
    [InlineData(-3, 0, 0)]
    public void Versions_AreTheNewestThatBothSpeak(int oldest, int newest, int expected) =>
        Assert.Equal(expected, ClientProtocol.Negotiate(oldest, newest));

    public void Dispose() => _services.Dispose();

    private static SessionCall Call(SessionOperation operation) => new() { Number = 1, Operation = operation };

    private static SessionReply Reply(SessionResult result) => new() { Result = result };

    private static MulticastStatus Status() => new(
        "g",
        Alice,
        MulticastPhase.Member,
        "epoch",
        3,
        [new MulticastMemberStatus(Alice, true, null, 0), new MulticastMemberStatus(Bob, false, Alice, 2)],
        Bob,
        Alice,
        4,
        5,
        Bob,
        6,
        7,
        8);

    private byte[] Serialize(object value) => _services.GetRequiredService<Serializer>().SerializeToArray(value);

    private TTo As<TFrom, TTo>(TFrom value) =>
        _services.GetRequiredService<Serializer<TTo>>()
            .Deserialize(_services.GetRequiredService<Serializer<TFrom>>().SerializeToArray(value))!;

    /// <summary>A poll of a version that knows more.</summary>
    [GenerateSerializer]
    [Alias("Orleans.Groups.Tests.NewerPoll")]
    internal sealed class NewerPoll
    {
        [Id(0)]
        public long Number { get; init; }

        [Id(1)]
        public long ReceivedThrough { get; init; }

        [Id(3)]
        public bool IsHurried { get; init; }

        [Id(20)]
        public int Priority { get; init; }

        [Id(21)]
        public string? Note { get; init; }

        [Id(22)]
        public MemberId? Key { get; init; }
    }

    /// <summary>A welcome of a version that knows less.</summary>
    [GenerateSerializer]
    [Alias("Orleans.Groups.Tests.OlderWelcome")]
    internal sealed class OlderWelcome
    {
        [Id(1)]
        public int Version { get; init; }

        [Id(2)]
        public NodeId? Node { get; init; }
    }

    /// <summary>A member that somebody made up.</summary>
    [GenerateSerializer]
    [Alias("Orleans.Groups.Tests.ForgedMember")]
    internal sealed class ForgedMember
    {
        [Id(0)]
        public MemberIdSurrogate Member { get; init; }
    }

    /// <summary>Where a member is expected.</summary>
    [GenerateSerializer]
    [Alias("Orleans.Groups.Tests.GenuineMember")]
    internal sealed class GenuineMember
    {
        [Id(0)]
        public MemberId? Member { get; init; }
    }
}
