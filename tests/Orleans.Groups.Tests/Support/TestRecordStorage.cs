using System.Data.Common;
using Orleans.Groups.Protocol;
using Orleans.Storage;

namespace Orleans.Groups.Tests;

/// <summary>What happens to one write, or one read, of a <see cref="TestRecordStorage"/>.</summary>
public enum StorageFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It fails and has done nothing.</summary>
    Before,

    /// <summary>It fails and was done.</summary>
    AfterCommit,

    /// <summary>The ETag is said to be wrong.</summary>
    Conflict,

    /// <summary>As <see cref="Conflict"/>, in the words of a database with a unique index.</summary>
    UniqueViolation,
}

/// <summary>A grain storage in memory that all silos of a test share, with faults. Any thread.</summary>
internal sealed class TestRecordStorage : IGrainStorage
{
    private readonly Lock _gate = new();
    private readonly Dictionary<GroupName, Row> _rows = [];
    private readonly Queue<StorageFault> _writeFaults = new();
    private Func<Task>? _beforeNextWrite;
    private TaskCompletionSource? _hold;
    private TaskCompletionSource _heldSomething = NewSource();
    private bool _isUnavailable;
    private int _etags;
    private int _writes;

    /// <summary>How many writes and clears were done.</summary>
    internal int Writes => Volatile.Read(ref _writes);

    /// <summary>While on, everything fails.</summary>
    internal void SetUnavailable(bool isUnavailable)
    {
        lock (_gate)
        {
            _isUnavailable = isUnavailable;
        }
    }

    /// <summary>What happens to the next writes, one after the other.</summary>
    internal void FailWrites(params StorageFault[] faults)
    {
        lock (_gate)
        {
            Array.ForEach(faults, _writeFaults.Enqueue);
        }
    }

    /// <summary>Runs once, between the next reader's read and its write.</summary>
    internal void BeforeNextWrite(Func<Task> action) => _beforeNextWrite = action;

    /// <summary>Reads wait from now on; completes when the first one does.</summary>
    internal Task HoldReads()
    {
        lock (_gate)
        {
            _hold = NewSource();
            _heldSomething = NewSource();
            return _heldSomething.Task;
        }
    }

    /// <summary>Reads go on.</summary>
    internal void ReleaseReads()
    {
        lock (_gate)
        {
            _hold!.SetResult();
            _hold = null;
        }
    }

    /// <summary>Whether there is a record of the group.</summary>
    internal bool Exists(GroupName group) => BytesOf(group) is not null;

    /// <summary>The record of the group vanishes.</summary>
    internal void Lose(GroupName group)
    {
        lock (_gate)
        {
            _rows.Remove(group);
        }
    }

    /// <summary>All records.</summary>
    internal List<GroupRecord> CopyAll()
    {
        lock (_gate)
        {
            var rows = _rows.Values.Where(static row => row.Bytes is not null);
            return [.. rows.Select(static row => Decode(row.Bytes!))];
        }
    }

    /// <summary>What lies there.</summary>
    internal byte[]? BytesOf(GroupName group)
    {
        lock (_gate)
        {
            return _rows.GetValueOrDefault(group).Bytes;
        }
    }

    /// <summary>Puts other bytes there, without a sign that anything was changed.</summary>
    internal void Damage(GroupName group, byte[] bytes)
    {
        lock (_gate)
        {
            _rows[group] = _rows[group] with { Bytes = bytes };
        }
    }

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Task? hold;
        lock (_gate)
        {
            hold = _hold?.Task;
            _ = hold is null || _heldSomething.TrySetResult();
        }

        await (hold ?? Task.CompletedTask);
        lock (_gate)
        {
            ThrowIfUnavailable();
            var row = _rows.GetValueOrDefault(GroupOf(stateName, grainId));
            grainState.State = (T)(object)new StoredRecord { Bytes = row.Bytes };
            grainState.ETag = row.ETag;
            grainState.RecordExists = row.ETag is not null;
        }
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await (Interlocked.Exchange(ref _beforeNextWrite, null)?.Invoke() ?? Task.CompletedTask);
        Change(stateName, grainId, grainState, ((StoredRecord)(object)grainState.State!).Bytes);
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await (Interlocked.Exchange(ref _beforeNextWrite, null)?.Invoke() ?? Task.CompletedTask);
        Change(stateName, grainId, grainState, bytes: null);
        grainState.State = (T)(object)new StoredRecord();
        grainState.RecordExists = false;
    }

    private void Change<T>(string stateName, GrainId grainId, IGrainState<T> grainState, byte[]? bytes)
    {
        lock (_gate)
        {
            ThrowIfUnavailable();
            var fault = _writeFaults.Count > 0 ? _writeFaults.Dequeue() : StorageFault.None;
            var group = GroupOf(stateName, grainId);
            var row = _rows.GetValueOrDefault(group);
            if (fault == StorageFault.Before)
            {
                throw new IOException("The storage failed before it wrote.");
            }

            if (fault == StorageFault.UniqueViolation)
            {
                throw new UniqueViolationException();
            }

            if (fault == StorageFault.Conflict || row.ETag != grainState.ETag)
            {
                throw new InconsistentStateException("Somebody else has written.", row.ETag, grainState.ETag);
            }

            var etag = $"{++_etags}";
            _rows[group] = new Row(bytes, etag);
            _writes++;
            if (fault == StorageFault.AfterCommit)
            {
                throw new IOException("The storage failed after it wrote.");
            }

            grainState.ETag = etag;
            grainState.RecordExists = true;
        }
    }

    private static GroupRecord Decode(byte[] bytes)
    {
        Assert.True(WireCodec.TryDecodeRecord(bytes, out var record, out var error), error.ToString());
        return record;
    }

    private void ThrowIfUnavailable()
    {
        if (_isUnavailable)
        {
            throw new IOException("The storage is down.");
        }
    }

    private static GroupName GroupOf(string stateName, GrainId grainId)
    {
        Assert.Equal(RecordKey.StateName, stateName);
        Assert.True(RecordKey.TryParse(grainId.Key.ToString(), out var group));
        return group;
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly record struct Row(byte[]? Bytes, string? ETag);

    private sealed class UniqueViolationException() : DbException("duplicate key value violates unique constraint")
    {
        public override string SqlState => "23505";
    }
}
