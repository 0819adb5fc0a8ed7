using System.Buffers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <summary>
/// The record store: a compare-and-swap cell per group behind one or more front-ends, and everything that can go wrong
/// on the way there and back (faults F14 to F16).
/// </summary>
internal sealed class RecordStore(World world)
{
    private const int KeptVersions = 8;
    private const long LatestWrite = 3_000_000;

    private readonly Dictionary<GroupName, List<GroupRecord>> _cells = [];
    private readonly List<StoreRequest> _open = [];

    /// <summary>So many faults hold it down: nothing is applied.</summary>
    internal int Down { get; set; }

    /// <summary>In a thousand answers, how many are lost, so that nobody knows.</summary>
    internal int LosesAnswers { get; set; }

    /// <summary>In a thousand edits, how many are applied only after nobody knew.</summary>
    internal int WritesLate { get; set; }

    /// <summary>How much longer it takes at most, in microseconds.</summary>
    internal long Delay { get; set; }

    /// <summary>Requests that have not been answered.</summary>
    internal int OpenRequests => _open.Count;

    internal IEnumerable<GroupRecord> Records => _cells.Values.Select(static versions => versions[^1]);

    internal GroupRecord? Find(GroupName group) => _cells.GetValueOrDefault(group)?[^1];

    internal void Heal() => (Down, LosesAnswers, WritesLate, Delay) = (0, 0, 0, 0);

    internal void Read(SimNode node, SimRing ring, long request) =>
        Begin(new StoreRequest(node, ring, ring.Group, null, request));

    internal void Edit(SimNode node, SimRing? ring, GroupName group, RecordEdit edit)
    {
        var bytes = new ArrayBufferWriter<byte>(128);
        WireCodec.EncodeEdit(edit, bytes);
        Begin(new StoreRequest(node, ring, group, bytes.WrittenSpan.ToArray(), 0));
    }

    /// <summary>The record vanishes, and with it what is under way to it; idle rings may be told.</summary>
    internal void Lose(GroupName group)
    {
        if (!_cells.Remove(group))
        {
            return;
        }

        world.Watcher?.RecordLost(group);
        world.Note(Mark.RecordLost);
        ForgetRequests(group);
        foreach (var node in world.Running)
        {
            world.Schedule(World.Draw(node.Random, 1_000, 500_000), new StoreNoticed(node));
        }
    }

    /// <summary>The record is an earlier version of itself again.</summary>
    internal bool RollBack(GroupName group, int versions)
    {
        if (!_cells.TryGetValue(group, out var cell) || cell.Count < 2)
        {
            return false;
        }

        var kept = Math.Max(1, cell.Count - versions);
        world.Watcher?.RecordLost(group);
        world.Note(Mark.RecordRolledBack);
        cell.RemoveRange(kept, cell.Count - kept);
        return true;
    }

    /// <summary>A request has come to its front-end.</summary>
    internal void Arrive(StoreRequest request)
    {
        if (request.IsOver)
        {
            return;
        }

        if (Down > 0)
        {
            world.Note(Mark.StoreUnavailable);
            Answer(request, null);
        }
        else if (request.Edit is null)
        {
            var read = Find(request.Group);
            Answer(request, read is null ? [] : Encode(read));
        }
        else if (WritesLate > 0 && world.Random.Next(1000) < WritesLate)
        {
            request.IsLate = true;
            world.Schedule(DrawWay(), new StoreAnswers(request, null));
            world.Schedule(World.Draw(world.Random, 1_000, LatestWrite), new StoreWrites(request));
        }
        else if (world.Settings.StoreFronts > 1)
        {
            request.Seen = Find(request.Group);
            world.Schedule(DrawWay(), new StoreWrites(request));
        }
        else
        {
            request.Seen = Find(request.Group);
            Write(request);
        }
    }

    /// <summary>A front-end writes what it made of what it had read, unless somebody else has written.</summary>
    internal void Write(StoreRequest request)
    {
        if (request.IsOver)
        {
            return;
        }

        var current = Find(request.Group);
        if (!request.IsLate && !ReferenceEquals(current, request.Seen))
        {
            world.Note(Mark.StoreWritesCollided);
            request.Seen = current;
            world.Schedule(DrawWay(), new StoreWrites(request));
            return;
        }

        if (!WireCodec.TryDecodeEdit(request.Edit, out var edit, out var error))
        {
            world.Watcher?.Violated("WIRE", $"the store cannot read an edit: {error}");
            return;
        }

        var result = GroupRecordEditor.Apply(current, edit);
        if (result.Verdict == EditVerdict.Applied && !ReferenceEquals(result.Current, current))
        {
            Keep(request.Group, result.Current!);
            world.Watcher?.RecordWritten(edit, result.Current!);
            if (request.IsLate)
            {
                world.Note(Mark.EditLandedLate);
                Announce();
            }
        }
        else if (result.Verdict == EditVerdict.Applied)
        {
            world.Note(Mark.EditRemembered);
        }
        else
        {
            Note(result.Verdict);
        }

        if (request.IsLate)
        {
            End(request);
            return;
        }

        var bytes = new ArrayBufferWriter<byte>(256);
        WireCodec.EncodeEditResult(result, bytes);
        var isLost = LosesAnswers > 0 && world.Random.Next(1000) < LosesAnswers;
        if (isLost && result.Verdict == EditVerdict.Applied)
        {
            world.Note(Mark.OutcomeUnknownAfterCommit);
        }

        Answer(request, isLost ? null : bytes.WrittenSpan.ToArray());
    }

    /// <summary>
    /// An edit that lands late may have been given up by its author: no machine knows of it, so somebody has to look.
    /// </summary>
    private void Announce()
    {
        foreach (var node in world.Running)
        {
            world.Schedule(World.Draw(node.Random, 1_000, 100_000), new StoreNoticed(node));
        }
    }

    private void Begin(StoreRequest request)
    {
        _open.Add(request);
        world.Schedule(DrawWay(), new StoreArrives(request));
    }

    private void Answer(StoreRequest request, byte[]? answer)
    {
        End(request);
        world.Schedule(DrawWay(), new StoreAnswers(request, answer));
    }

    private void End(StoreRequest request)
    {
        _open.Remove(request);
        request.IsOver = true;
    }

    private void ForgetRequests(GroupName group)
    {
        foreach (var request in _open.Where(open => open.Group.Equals(group)).ToList())
        {
            if (request.IsLate)
            {
                End(request);
            }
            else
            {
                Answer(request, null);
            }
        }
    }

    private void Keep(GroupName group, GroupRecord record)
    {
        if (!_cells.TryGetValue(group, out var cell))
        {
            _cells.Add(group, cell = []);
        }

        cell.Add(record);
        if (cell.Count > KeptVersions)
        {
            cell.RemoveAt(0);
        }
    }

    private void Note(EditVerdict verdict)
    {
        Mark? mark = verdict switch
        {
            EditVerdict.NothingToDo => Mark.EditNothingToDo,
            EditVerdict.AuthorNotAlive => Mark.EditOfTheDead,
            EditVerdict.WrongEpoch => Mark.EditOfAnotherEpoch,
            EditVerdict.Missing => Mark.EditWithoutRecord,
            EditVerdict.Refused => Mark.EditRefused,
            EditVerdict.Full => Mark.RingFull,
            _ => null,
        };
        if (mark is { } seen)
        {
            world.Note(seen);
        }
    }

    private long DrawWay() =>
        World.Draw(world.Random, world.Settings.StoreMinimum, world.Settings.StoreMaximum)
        + World.Draw(world.Random, 0, Delay);

    private static byte[] Encode(GroupRecord record)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        WireCodec.EncodeRecord(record, bytes);
        return bytes.WrittenSpan.ToArray();
    }
}

/// <summary>A request to the record store.</summary>
internal sealed class StoreRequest(SimNode node, SimRing? ring, GroupName group, byte[]? edit, long read)
{
    internal SimNode Node { get; } = node;

    /// <summary>Who asks; nobody for whoever forgets a group.</summary>
    internal SimRing? Ring { get; } = ring;

    internal GroupName Group { get; } = group;

    /// <summary>The encoded edit; nothing for a read.</summary>
    internal byte[]? Edit { get; } = edit;

    /// <summary>Number of the read.</summary>
    internal long Read { get; } = read;

    /// <summary>What the front-end had read when it began.</summary>
    internal GroupRecord? Seen { get; set; }

    /// <summary>Whether it is answered already and not applied yet.</summary>
    internal bool IsLate { get; set; }

    /// <summary>Whether nothing more will become of it.</summary>
    internal bool IsOver { get; set; }

    /// <summary>The answer has come back.</summary>
    internal void Answered(byte[]? bytes)
    {
        if (Edit is null)
        {
            GroupRecord? record = null;
            var isRead = bytes is { Length: 0 }
                || (bytes is not null && WireCodec.TryDecodeRecord(bytes, out record, out _));
            Ring!.Tell(new RingInput.RecordRead(Read, isRead, record));
            return;
        }

        EditResult? result = bytes is not null && WireCodec.TryDecodeEditResult(bytes, out var answer, out _)
            ? answer
            : null;
        if (!WireCodec.TryDecodeEdit(Edit, out var edit, out _))
        {
            return;
        }

        if (Ring is null)
        {
            Node.ForgetAnswered(edit, result);
        }
        else
        {
            Ring.EditAnswered(edit, result);
        }
    }
}

/// <summary>A request comes to the store.</summary>
internal sealed class StoreArrives(StoreRequest request) : SimEvent(null)
{
    internal override void Fire(World world) => world.Store.Arrive(request);
}

/// <summary>A front-end of the store writes.</summary>
internal sealed class StoreWrites(StoreRequest request) : SimEvent(null)
{
    internal override void Fire(World world) => world.Store.Write(request);
}

/// <summary>An answer of the store comes back; nothing when nobody knows.</summary>
internal sealed class StoreAnswers(StoreRequest request, byte[]? answer) : SimEvent(request.Node)
{
    internal override void Fire(World world) => request.Answered(answer);
}

/// <summary>A node notices that the store may have lost its memory.</summary>
internal sealed class StoreNoticed(SimNode node) : SimEvent(node)
{
    internal override void Fire(World world) => Node!.TellStoreMayBeLost();
}
