using System.Collections.Immutable;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Checkers.Tests;

/// <summary>What machines and the store do becomes events, and the checkers understand them.</summary>
public sealed class ProtocolRecorderTests
{
    private static readonly NodeId NodeA = new("a", new Incarnation(1, new Guid(1, 0, 0, new byte[8])));
    private static readonly NodeId NodeB = new("b", new Incarnation(1, new Guid(2, 0, 0, new byte[8])));
    private static readonly GroupName Group = "ring";
    private static readonly MemberId A = new(NodeA, 1, "a");
    private static readonly MemberId B = new(NodeB, 1, "b");
    private static readonly Guid Epoch = new(7, 0, 0, new byte[8]);

    private readonly MemoryEventLog _log = new();

    /// <summary>
    /// Two scopes exchange frames, lose and renew their session; one is forged a change that was never made.
    /// </summary>
    [Fact]
    public void Scopes_TablesAndCopies_AreRecordedAtEveryVersion()
    {
        var recorder = new EventRecorder(_log);
        var (left, right) = (new Scope(recorder, NodeA), new Scope(recorder, NodeB));
        Connect(1);
        left.Step(new ScopeInput.Join(["g", "k"], [A, A]));
        left.Step(new ScopeInput.LeaveOne("k", A));
        right.Step(new ScopeInput.JoinOne("g", B));
        Exchange();
        left.Step(new ScopeInput.PeerDown(NodeB, 1));
        right.Step(new ScopeInput.PeerDown(NodeA, 1));
        left.Step(new ScopeInput.LeaveOne("g", A));
        Connect(2);
        right.Step(new ScopeInput.MembersEnded([B]));
        Exchange();
        _log.Append(new LogEvent.Quiesced(1));

        var events = _log.Copy();
        Assert.Equal(3, events.OfType<LogEvent.LocalVer>().Count(e => e.Node == LogIds.Of(NodeA)));
        Assert.Equal(2, events.OfType<LogEvent.LocalVer>().Count(e => e.Node == LogIds.Of(NodeB)));
        Assert.Contains(events.OfType<LogEvent.Applied>(), static e => e is { Snap: false, Added.Length: > 0 });
        Assert.Equal(2, events.OfType<LogEvent.Dropped>().Count());
        var tables = CheckTables(events);
        Assert.True(tables.Count == 0, string.Join('\n', tables));

        var update = new ScopeMessage.Update(
            left.Id, 3, 4, 0, 1, [new GroupDelta("g", ChangeReason.Joined, [new MemberCount(A, 1)])]);
        right.Step(new ScopeInput.Received(NodeA, 2, update));
        Assert.Equal("P-S1", Assert.Single(CheckTables(_log.Copy())).Property);

        void Connect(long session)
        {
            left.Step(new ScopeInput.PeerUp(NodeB, session));
            right.Step(new ScopeInput.PeerUp(NodeA, session));
            Exchange();
        }

        void Exchange()
        {
            while (left.Send(right) | right.Send(left))
            {
            }
        }
    }

    /// <summary>Lives of two scopes of a node may have the same number.</summary>
    [Fact]
    public void Scopes_TwoOfOneNode_HaveTheirOwnTables()
    {
        var recorder = new ProtocolRecorder(new EventRecorder(_log).StartNode(NodeA, ProtocolRecorder.Hooks));
        var (first, second) = (new Scope(recorder, NodeA, "s"), new Scope(recorder, NodeA, "t"));
        first.Step(new ScopeInput.JoinOne("g", A));
        second.Step(new ScopeInput.JoinOne("g", A));
        second.Step(new ScopeInput.JoinOne("k", A));
        first.Step(new ScopeInput.LeaveOne("g", A));

        var events = _log.Copy();
        var versions = events.OfType<LogEvent.LocalVer>().Select(static e => $"{e.Scope}{e.Ver}");
        Assert.Equal(["s1", "t1", "t2", "s2"], versions);
        Assert.Empty(CheckTables(events));
    }

    [Fact]
    public void Ring_RecordsPublicationsReceiptsAndAcks_AreRecorded()
    {
        var node = new EventRecorder(_log).StartNode(NodeA, LogHooks.Store);
        var recorder = new ProtocolRecorder(node);
        var founded = Write(null, new RecordEdit.Create(new OperationId(A, 1), Group, A, Epoch));
        recorder.RingStepped(Group, A, RingInput.Start.Instance, [], null, founded);
        var both = Write(founded, new RecordEdit.InsertRight(new OperationId(A, 2), Epoch, 1, A, B, 10));
        recorder.RingStepped(Group, A, RingInput.Flush.Instance, [], founded, both);

        var own = new PublicationBatch(1, new ReadOnlyMemory<byte>[] { CallEnvelope.Wrap(9, "x"u8) });
        var broadcast = new RingInput.Broadcast(own.Payloads, []);
        recorder.RingStepped(Group, A, broadcast, [new RingEffect.Deliver(A, own)], both, both);
        var stamp = new LinkStamp(Epoch, 2, 2);
        var activity = new RingMessage.Activity(stamp, []);
        var received = new RingInput.Received(B, activity);
        recorder.RingStepped(Group, A, received, [new RingEffect.Deliver(B, own)], both, both);
        var acks = new RingMessage.Activity(stamp, [new ActivityEntry(A, [], 0, 1), new ActivityEntry(B, [], 0, 1)]);
        recorder.RingStepped(Group, A, RingInput.Flush.Instance, [new RingEffect.Send(B, acks)], both, both);

        var mark = new RecordEdit.MarkDead(new OperationId(A, 3), Epoch, 2, [B], Certain: false);
        var alone = Write(both, mark);
        recorder.RingStepped(Group, A, RingInput.Flush.Instance, [], both, alone);
        var erase = new RecordEdit.Erase(new OperationId(A, 4), Epoch, 3, [B]);
        recorder.RingStepped(Group, A, RingInput.Flush.Instance, [new RingEffect.SubmitEdit(erase)], alone, alone);
        Write(alone, erase);
        recorder.RecordLost(Group);

        var events = _log.Copy();
        Assert.Equal(
            "NodeStart RegWrite Adopt RegWrite Adopt Publish Receive AckOrig "
            + "RegWrite Adopt Inherit Erase RegWrite RegLost",
            string.Join(' ', events.Select(static e => e.Kind)));
        var (a, b) = (LogIds.Of(A), LogIds.Of(B));
        var text = Epoch.ToString("N");
        Assert.Equivalent(
            new LogEvent.Publish("ring", a, 1, CallEnvelope.HashOf("x"u8), 9, text, 2),
            Plain<LogEvent.Publish>(events));
        Assert.Equivalent(new LogEvent.Receive("ring", a, b, 1, 1, b, text), Plain<LogEvent.Receive>(events));
        Assert.Equivalent(new LogEvent.AckOrig("ring", a, a, 1, text, 2), Plain<LogEvent.AckOrig>(events));
        Assert.Equivalent(new LogEvent.Inherit("ring", a, b, text, 3), Plain<LogEvent.Inherit>(events));
        Assert.Equivalent(new LogEvent.Erase("ring", a, b, text, 3), Plain<LogEvent.Erase>(events));
        var report = CheckerSuite.Check(events);
        Assert.True(report.IsClean, report.ToString());

        GroupRecord Write(GroupRecord? before, RecordEdit edit)
        {
            var result = GroupRecordEditor.Apply(before, edit);
            Assert.Equal(EditVerdict.Applied, result.Verdict);
            recorder.RecordWritten(edit, result.Current!);
            return result.Current!;
        }
    }

    private static List<Violation> CheckTables(IReadOnlyList<LogEvent> events) =>
    [
        .. CheckerSuite.Check(events).Violations.Where(static violation =>
            violation.Property is "P-S1" or "P-S2" or "P-S10" or "P-L1"),
    ];

    private static T Plain<T>(IEnumerable<LogEvent> events)
        where T : LogEvent
    {
        var found = Assert.Single(events.OfType<T>()) with { };
        (found.Seq, found.T, found.Node) = (0, 0, "");
        (found.Order, found.Log) = (0, 0);
        return found;
    }

    /// <summary>A scope machine as a host would run it.</summary>
    private sealed class Scope
    {
        private readonly ScopeMachine _machine;
        private readonly ProtocolRecorder _recorder;
        private readonly EffectList<ScopeEffect> _effects = new();
        private readonly Queue<ScopeEffect.Send> _sends = new();

        internal Scope(EventRecorder recorder, NodeId node)
            : this(new ProtocolRecorder(recorder.StartNode(node, ProtocolRecorder.Hooks)), node, "s")
        {
        }

        internal Scope(ProtocolRecorder recorder, NodeId node, ScopeName name)
        {
            Id = new ScopeId(node, 1);
            _recorder = recorder;
            _machine = new ScopeMachine(name, Id, ScopeSettings.From(new ProcessGroupsOptions(), isLocal: false));
            Step(new ScopeInput.StartMonitor(ProtocolRecorder.OwnMonitor, null, null));
        }

        internal ScopeId Id { get; }

        internal void Step(ScopeInput input)
        {
            _effects.Clear();
            _machine.Step(input, _effects);
            _recorder.ScopeStepped(input, _effects.Effects, _machine.GetStatus());
            var isFlushWanted = false;
            foreach (var effect in _effects.Effects.ToImmutableArray())
            {
                isFlushWanted |= effect is ScopeEffect.FlushWanted;
                if (effect is ScopeEffect.Send send)
                {
                    _sends.Enqueue(send);
                }
            }

            if (isFlushWanted)
            {
                Step(ScopeInput.Flush.Instance);
            }
        }

        internal bool Send(Scope other)
        {
            var hasSent = false;
            while (_sends.TryDequeue(out var send))
            {
                other.Step(new ScopeInput.Received(Id.Node, send.Session, send.Message));
                hasSent = true;
            }

            return hasSent;
        }
    }
}
