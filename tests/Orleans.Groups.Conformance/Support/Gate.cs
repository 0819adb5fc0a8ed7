namespace Orleans.Groups.Conformance;

/// <summary>Holds callbacks up until the test opens it.</summary>
internal sealed class Gate : IDisposable
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Opens it for good.</summary>
    internal void Open() => _opened.TrySetResult();

    /// <summary>In a callback: says that somebody has come, and waits until it is open.</summary>
    internal async Task PassAsync()
    {
        _reached.TrySetResult();
        await _opened.Task;
    }

    /// <summary>In the test: waits until somebody stands before it.</summary>
    internal Task ReachedAsync() => _reached.Task.WithinAsync("a callback reaches the gate");

    /// <summary>Opens it, so that a failed test leaves no callback behind.</summary>
    public void Dispose() => Open();
}
