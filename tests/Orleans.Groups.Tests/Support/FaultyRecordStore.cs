using Orleans.Groups.Conformance;
using Orleans.Groups.Engine;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Tests;

/// <summary>
/// The faults of a record store that all silos of a cluster share. Put one <see cref="Around"/> the store of each silo.
/// </summary>
/// <param name="lose">Makes the record of a group vanish where it is kept.</param>
/// <param name="exists">Whether it is kept.</param>
internal sealed class RecordFaults(Func<GroupName, Task> lose, Func<GroupName, Task<bool>> exists) : IRecordFaults
{
    private readonly Lock _gate = new();
    private readonly Queue<Func<Task>> _held = new();
    private bool _isUnavailable;
    private bool _isHolding;
    private int _repliesToLose;

    /// <summary>The store of one silo, with these faults.</summary>
    internal IRecordStore Around(IRecordStore store) => new Store(this, store);

    public Task SetUnavailableAsync(bool isUnavailable)
    {
        lock (_gate)
        {
            _isUnavailable = isUnavailable;
        }

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

    public async Task ReleaseAsync()
    {
        while (TakeHeld() is { } request)
        {
            await request();
        }
    }

    public Task LoseRepliesAsync(int count)
    {
        lock (_gate)
        {
            _repliesToLose = count;
        }

        return Task.CompletedTask;
    }

    public Task LoseRecordAsync(GroupName group) => lose(group);

    public Task<bool> ExistsAsync(GroupName group) => exists(group);

    private void HoldOrServe(Func<Task> serve)
    {
        lock (_gate)
        {
            if (_isHolding)
            {
                _held.Enqueue(serve);
                return;
            }
        }

        _ = serve();
    }

    private Func<Task>? TakeHeld()
    {
        lock (_gate)
        {
            // A request that comes while others are being done must not overtake them.
            _isHolding = _held.TryDequeue(out var request);
            return request;
        }
    }

    private bool IsUnavailable()
    {
        lock (_gate)
        {
            return _isUnavailable;
        }
    }

    private bool LosesReply()
    {
        lock (_gate)
        {
            return _repliesToLose > 0 && _repliesToLose-- > 0;
        }
    }

    private sealed class Store(RecordFaults faults, IRecordStore inner) : IRecordStore
    {
        public void Read(GroupName group, Action<bool, GroupRecord?> answer) => faults.HoldOrServe(() =>
        {
            if (faults.IsUnavailable())
            {
                answer(false, null);
                return Task.CompletedTask;
            }

            var done = new TaskCompletionSource();
            inner.Read(group, (succeeded, record) =>
            {
                answer(succeeded, record);
                done.SetResult();
            });
            return done.Task;
        });

        public void Edit(GroupName group, RecordEdit edit, Action<EditResult?> answer) => faults.HoldOrServe(() =>
        {
            if (faults.IsUnavailable())
            {
                answer(null);
                return Task.CompletedTask;
            }

            var done = new TaskCompletionSource();
            inner.Edit(group, edit, result =>
            {
                answer(result is not null && faults.LosesReply() ? null : result);
                done.SetResult();
            });
            return done.Task;
        });
    }
}
