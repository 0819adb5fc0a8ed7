using Orleans.Groups.Conformance;
using Orleans.Groups.Engine;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Tests;

/// <summary>Faults of the record store that all silos of a test share.</summary>
internal sealed class FaultyRecords(WorkCounter work, IRecordAccess access) : IRecordFaults
{
    private readonly Lock _gate = new();
    private readonly Queue<Action> _held = new();
    private bool _isFailing;
    private bool _isHolding;
    private int _repliesToLose;

    public Task SetUnavailableAsync(bool isUnavailable)
    {
        lock (_gate)
        {
            _isFailing = isUnavailable;
        }

        work.Pulse();
        return Task.CompletedTask;
    }

    public Task HoldAsync()
    {
        lock (_gate)
        {
            _isHolding = true;
        }

        return Task.CompletedTask;
    }

    public Task ReleaseAsync()
    {
        while (true)
        {
            Action? request;
            lock (_gate)
            {
                if (!_held.TryDequeue(out request))
                {
                    _isHolding = false;
                    break;
                }
            }

            request();
        }

        work.Pulse();
        return Task.CompletedTask;
    }

    public Task LoseRepliesAsync(int count)
    {
        lock (_gate)
        {
            _repliesToLose = count;
        }

        return Task.CompletedTask;
    }

    public async Task LoseRecordAsync(GroupName group)
    {
        await access.LoseAsync(group);
        work.Pulse();
    }

    public Task<bool> ExistsAsync(GroupName group) => access.ExistsAsync(group);

    /// <summary>The store of one silo, with these faults in front of it.</summary>
    internal IRecordStore Of(IRecordStore inner) => new Store(this, inner);

    private void Read(IRecordStore inner, GroupName group, Action<bool, GroupRecord?> answer) => Serve(() =>
    {
        if (IsFailing())
        {
            answer(false, null);
        }
        else
        {
            inner.Read(group, answer);
        }
    });

    private void Edit(IRecordStore inner, GroupName group, RecordEdit edit, Action<EditResult?> answer) => Serve(() =>
    {
        if (IsFailing())
        {
            answer(null);
        }
        else
        {
            inner.Edit(group, edit, result => answer(result is not null && LosesReply() ? null : result));
        }
    });

    private bool IsFailing()
    {
        lock (_gate)
        {
            return _isFailing;
        }
    }

    private bool LosesReply()
    {
        lock (_gate)
        {
            return _repliesToLose > 0 && _repliesToLose-- > 0;
        }
    }

    private void Serve(Action serve)
    {
        lock (_gate)
        {
            if (_isHolding)
            {
                _held.Enqueue(serve);
                return;
            }
        }

        serve();
    }

    private sealed class Store(FaultyRecords faults, IRecordStore inner) : IRecordStore
    {
        public void Read(GroupName group, Action<bool, GroupRecord?> answer) => faults.Read(inner, group, answer);

        public void Edit(GroupName group, RecordEdit edit, Action<EditResult?> answer) =>
            faults.Edit(inner, group, edit, answer);
    }
}

/// <summary>What is behind the record store, for tests that look at it or take it away.</summary>
internal interface IRecordAccess
{
    Task LoseAsync(GroupName group);

    Task<bool> ExistsAsync(GroupName group);

    IReadOnlyList<GroupRecord> CopyAll();
}
