using System.Collections.Immutable;

namespace Orleans.Groups.Protocol.Tests.Wire;

/// <summary>Random values of every kind that is encoded on its own.</summary>
internal sealed class WireGenerator(ulong seed)
{
    private static readonly string[] Alphabet = ["a", "b", "z", "0", "-", "/", " ", "é", "ß", "雪", "𝄞", "\u202e"];

    private readonly DeterministicRandom _random = new(seed);
    private readonly List<MemberId> _members = [];

    public DeterministicRandom Random => _random;

    public object Next(WireFamily family) => family switch
    {
        WireFamily.Frame => NextFrame(),
        WireFamily.Record => NextRecord(),
        WireFamily.Edit => NextEdit(),
        WireFamily.Link => NextLinkMessage(),
        _ => new EditResult(NextEnum<EditVerdict>(), Flip() ? NextRecord() : null),
    };

    public NodeFrame NextFrame() => _random.Next(12) switch
    {
        0 => new NodeFrame.Payload(NextName(), NextNumber(), NextMember(), Nobody(), NextBytes()),
        1 => new NodeFrame.PayloadAnswer(NextNumber(), NextEnum<SendOutcome>()),
        2 => new NodeFrame.Publication(NextName(), NextName(), Nobody(), NextBytes()),
        3 => new NodeFrame.WatchMember(NextMember()),
        4 => new NodeFrame.MemberEnded(NextMember()),
        5 => new NodeFrame.SurveyRequest(NextNumber(), NextName()),
        6 => new NodeFrame.SurveyAnswer(NextNumber(), Flip() ? NextRecord() : null),
        < 9 => new NodeFrame.ToScope(NextName(), NextScopeMessage()),
        _ => new NodeFrame.ToRing(NextName(), NextMember(), NextMember(), NextRingMessage()),
    };

    public byte[] NextBytes()
    {
        var bytes = new byte[Flip() ? _random.Next(8) : _random.Next(300)];
        for (var index = 0; index < bytes.Length; index++)
        {
            bytes[index] = (byte)_random.NextUInt64();
        }

        return bytes;
    }

    private ScopeMessage NextScopeMessage()
    {
        var from = new ScopeId(NextMember().Node, NextNumber(1));
        var (part, parts) = NextParts();
        var version = NextNumber() / 2;
        return _random.Next(6) switch
        {
            0 => new ScopeMessage.Discover(from, version),
            1 => new ScopeMessage.SnapshotRequest(from),
            2 => new ScopeMessage.Digest(from, version, _random.NextUInt64()),
            3 => new ScopeMessage.ScopeDown(from),
            4 => new ScopeMessage.Snapshot(from, version, part, parts, Many(() =>
                new GroupEntry(NextName(), Many(() => new MemberCount(NextMember(), (int)NextNumber(1, 31)), 1)))),
            _ => new ScopeMessage.Update(from, version, version + (NextNumber(2) / 2), part, parts, Many(() =>
                new GroupDelta(NextName(), (ChangeReason)_random.Next(6), Many(NextDifference, 1)))),
        };
    }

    private RingMessage NextRingMessage()
    {
        var (part, parts) = NextParts();
        return _random.Next(9) switch
        {
            0 => new RingMessage.View(NextRecord()),
            1 => RingMessage.AddOnRight.Instance,
            2 => new RingMessage.JoinRefused(NextEnum<JoinRefusal>()),
            3 => new RingMessage.JoinReply(NextRecord(), part, parts, Many(NextProgress)),
            4 => new RingMessage.Catchup(NextLink(), part, parts, Many(NextProgress)),
            5 => new RingMessage.Processed(_random.NextGuid(), NextNumber()),
            _ => new RingMessage.Activity(NextLink(), Many(() =>
                new ActivityEntry(NextMember(), Many(NextBatch), NextNumber(), NextNumber()))),
        };
    }

    private RecordEdit NextEdit()
    {
        var operation = new OperationId(NextMember(), NextNumber());
        var (epoch, version) = (_random.NextGuid(), NextNumber());
        return _random.Next(7) switch
        {
            0 => new RecordEdit.Create(operation, NextName(), NextMember(), epoch),
            1 => new RecordEdit.Recreate(operation, NextRecord(), epoch),
            2 => new RecordEdit.InsertRight(
                operation,
                epoch,
                version,
                NextMember(),
                NextMember(),
                (int)NextNumber(1, 31)),
            3 => new RecordEdit.MarkDead(operation, epoch, version, Many(NextMember), Flip()),
            4 => new RecordEdit.Erase(operation, epoch, version, Many(NextMember)),
            5 => new RecordEdit.Remove(operation, epoch, version),
            _ => new RecordEdit.Close(operation, epoch, version, NextEnum<RecordStatus>()),
        };
    }

    private GroupRecord NextRecord()
    {
        var members = Many(NextMember).Distinct();
        return new GroupRecord(
            NextName(),
            _random.NextGuid(),
            Flip() ? Guid.Empty : _random.NextGuid(),
            NextNumber(1),
            NextEnum<RecordStatus>(),
            [.. members.Select(m => new RecordEntry(m, Flip(), NextNumber(), NextNumber()))],
            Many(() => new RecordOperation(NextNumber(1), new OperationId(NextMember(), NextNumber()))));
    }

    private LinkMessage NextLinkMessage()
    {
        var oldest = (int)NextNumber(1, 31);
        var newest = Math.Max(oldest, (int)NextNumber(1, 31));
        var header = new LinkHeader(NextMember().Node, NextMember().Node, oldest, newest, NextNumber());
        return _random.Next(8) switch
        {
            0 => new LinkMessage.Open(
                header,
                Flip(),
                new LinkLimits((int)NextNumber(1, 31), (int)NextNumber(1, 31), (int)NextNumber(1, 31), NextNumber(1))),
            1 => new LinkMessage.Ack(header, NextAcks()),
            2 => new LinkMessage.Over(header, Flip()),
            3 => new LinkMessage.Refused(header, NextEnum<LinkRefusal>()),
            _ => new LinkMessage.Batch(
                header,
                NextAcks(),
                NextEnum<LinkLane>(),
                NextNumber(1),
                Many(() => new LinkCredit(NextChannel(), NextNumber(1))),
                NextEnum<LinkPart>(),
                NextChannel(),
                NextBytes()),
        };
    }

    private LinkAcks NextAcks() => new(NextNumber(), (ulong)NextNumber(), NextNumber(), (ulong)NextNumber());

    private LinkChannel NextChannel() => new((ulong)NextNumber());

    private LinkStamp NextLink() => new(_random.NextGuid(), NextNumber(), NextNumber());

    private ProgressEntry NextProgress() => new(NextMember(), NextNumber(), NextNumber(), Many(NextBatch));

    private PublicationBatch NextBatch() =>
        new((NextNumber() / 2) + 1, Many(() => (ReadOnlyMemory<byte>)NextBytes(), 1).ToArray());

    private MemberCount NextDifference()
    {
        var count = (int)NextNumber(1, 31);
        return new MemberCount(NextMember(), Flip() ? count : -count);
    }

    private (int Part, int Parts) NextParts()
    {
        var parts = (int)NextNumber(1, 31);
        return (_random.Next(parts), parts);
    }

    private MemberId? Nobody() => Flip() ? null : NextMember();

    // Some members come back, as in real frames; now and then one has the id of another and another name.
    private MemberId NextMember()
    {
        if (_members.Count > 0 && _random.Next(3) > 0)
        {
            return _members[_random.Next(_members.Count)];
        }

        var known = _members.Count == 0 || Flip() ? null : _members[_random.Next(_members.Count)];
        var node = known?.Node ?? new NodeId(NextName(), new Incarnation(NextNumber(), _random.NextGuid()));
        var number = known is not null && _random.Next(8) == 0 ? known.Number : NextNumber(1);
        var member = new MemberId(node, number, NextName());
        if (_members.Count < 64)
        {
            _members.Add(member);
        }

        return member;
    }

    private string NextName()
    {
        var length = _random.Next(20) == 0 ? 64 : 1 + _random.Next(6);
        return string.Concat(Enumerable.Range(0, length).Select(_ => Alphabet[_random.Next(Alphabet.Length)]));
    }

    /// <summary>A number of any magnitude.</summary>
    private long NextNumber(long atLeast = 0, int bits = 63) =>
        Math.Max(atLeast, (long)(_random.NextUInt64() >> (64 - bits) >> _random.Next(bits)));

    private T NextEnum<T>()
        where T : struct, Enum => Enum.GetValues<T>()[_random.Next(Enum.GetValues<T>().Length)];

    private ImmutableArray<T> Many<T>(Func<T> next, int atLeast = 0)
    {
        var count = _random.Next(10) == 0 ? 40 : atLeast + _random.Next(4);
        return [.. Enumerable.Range(0, count).Select(_ => next())];
    }

    private bool Flip() => _random.Next(2) == 0;
}
