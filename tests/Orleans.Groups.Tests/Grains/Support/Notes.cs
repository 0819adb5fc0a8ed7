namespace Orleans.Groups.Tests;

/// <summary>A list that can be waited on.</summary>
internal sealed class Notes
{
    private readonly Lock _gate = new();
    private readonly List<string> _notes = [];
    private readonly List<(Func<IReadOnlyList<string>, bool> IsWanted, TaskCompletionSource Seen)> _waiters = [];

    internal IReadOnlyList<string> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _notes];
            }
        }
    }

    internal void Add(string note)
    {
        lock (_gate)
        {
            _notes.Add(note);
            foreach (var (isWanted, seen) in _waiters)
            {
                if (isWanted(_notes))
                {
                    seen.TrySetResult();
                }
            }
        }
    }

    internal Task WaitForAsync(string note) => WaitForAsync(notes => notes.Contains(note));

    internal Task WaitForCountAsync(int count) => WaitForAsync(notes => notes.Count >= count);

    private async Task WaitForAsync(Func<IReadOnlyList<string>, bool> isWanted)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (isWanted(_notes))
            {
                return;
            }

            _waiters.Add((isWanted, seen));
        }

        await seen.Task.WaitAsync(GrainCluster.Limit);
    }
}
