using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <content>Ring members, those that are joining included.</content>
internal sealed partial class SimNode
{
    private readonly List<SimJoin> _joins = [];
    private readonly List<(NodeId Node, NodeFrame.ToRing Frame)> _untold = [];
    private long _lastJoin;
    private bool _hasForgotten;
    private WatchTable? _watches;
    private SurveyTable? _surveys;

    internal List<SimRing> Rings { get; } = [];

    internal WatchTable Watches => _watches ??= new WatchTable(this);

    internal SurveyTable Surveys => _surveys ??= new SurveyTable(this);

    internal int JoinsOpen => _joins.Count + RejoinsOpen;

    /// <summary>Members that will come back.</summary>
    internal int RejoinsOpen { get; set; }

    /// <summary>Members that have ended, and whose handlers have not been told.</summary>
    internal int HandlersEnding { get; set; }

    private bool RingsAreOver => Rings.Count == 0 && _joins.Count == 0 && HandlersEnding == 0;

    internal SimRing? FindRing(MemberId id)
    {
        foreach (var ring in Rings)
        {
            if (ring.Self.Equals(id))
            {
                return ring;
            }
        }

        return null;
    }

    /// <summary>The highest record that a member here holds (rule R3).</summary>
    internal GroupRecord? HighestRecord(GroupName group)
    {
        GroupRecord? highest = null;
        foreach (var ring in Rings)
        {
            if (ring.Group.Equals(group))
            {
                highest = ViewSurvey.Higher(highest, ring.HeldRecord);
            }
        }

        return highest;
    }

    /// <summary>The application joins a ring.</summary>
    internal void JoinRing(GroupName group)
    {
        if (IsRunning && !IsStopping)
        {
            var join = new SimJoin(this, group, ++_lastJoin);
            _joins.Add(join);
            join.Begin();
        }
    }

    internal void Remove(SimJoin join) => _joins.Remove(join);

    internal bool IsUnderWay(SimJoin join) => _joins.Contains(join);

    /// <summary>Somebody ends a group for good, without being in it: one epoch of it, or whatever there is.</summary>
    internal void Forget(GroupName group, Guid epoch)
    {
        if (IsRunning && !IsStopping)
        {
            _hasForgotten = true;
            var edit = new RecordEdit.Close(
                new OperationId(NewMember("forget"), 1), epoch, 0, RecordStatus.Forgotten);
            World.Store.Edit(this, null, group, edit);
        }
    }

    private void TellOfUntoldEnds()
    {
        if (_hasForgotten)
        {
            World.NoteUntoldEnds();
        }
    }

    /// <summary>A forgetting was answered.</summary>
    internal void ForgetAnswered(RecordEdit edit, EditResult? result)
    {
        if (result is null)
        {
            World.NoteUntoldEnds(); // Whoever asked is told to ask again.
        }
        else if (result is { Current: { Status: not RecordStatus.Open } record })
        {
            World.Note(Mark.RingForgotten);
            TellMembers(edit.Operation.Author, record);
        }
    }

    /// <summary>Tells everybody in the record, so that nobody has to find out by reading it.</summary>
    internal void TellMembers(MemberId author, GroupRecord record)
    {
        foreach (var entry in record.Entries)
        {
            var view = new RingMessage.View(record);
            if (entry.Member.Node.Equals(Id))
            {
                FindRing(entry.Member)?.Receive(author, view);
            }
            else
            {
                TellFar(entry.Member.Node, new NodeFrame.ToRing(record.Group, author, entry.Member, view));
            }
        }
    }

    /// <summary>Tells a member of another node of a record, as soon as the two nodes are connected.</summary>
    internal void TellFar(NodeId node, NodeFrame.ToRing frame)
    {
        if (!IsDead(node) && Send(node, frame) == SendResult.NotConnected && !_hasLeftNetwork)
        {
            _untold.Add((node, frame));
            World.Note(Mark.RecordToldLater);
        }
    }

    /// <summary>Whoever could not be told the end of a ring is told when it is connected.</summary>
    private void TellUntold(NodeId peer)
    {
        foreach (var (node, frame) in _untold.ToList())
        {
            if (node.Equals(peer))
            {
                Answer(node, frame);
            }
        }

        _untold.RemoveAll(untold => untold.Node.Equals(peer));
    }

    /// <summary>The store may have lost its memory: an idle ring would not notice (rule R3).</summary>
    internal void TellStoreMayBeLost()
    {
        foreach (var ring in Rings)
        {
            ring.Tell(new RingInput.PeerUp(Id, IsFirst: false));
        }
    }

    private void CancelJoins()
    {
        foreach (var join in _joins.ToList())
        {
            join.GiveUp("ShuttingDown");
        }
    }
}
