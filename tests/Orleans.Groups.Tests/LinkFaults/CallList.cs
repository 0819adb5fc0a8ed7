namespace Orleans.Groups.Tests;

/// <summary>Calls that were begun and not awaited. Any thread.</summary>
internal sealed class CallList
{
    private readonly Lock _gate = new();
    private readonly List<Task> _running = [];

    /// <summary>Begins a call. That it is refused, or gives up, is an outcome that the checkers judge.</summary>
    internal void Start(Func<Task> call)
    {
        var running = RunAsync(call);
        lock (_gate)
        {
            _running.RemoveAll(static task => task.IsCompletedSuccessfully);
            _running.Add(running);
        }
    }

    /// <summary>The calls that have not returned; those that have failed, too.</summary>
    internal List<Task> Copy()
    {
        lock (_gate)
        {
            return _running.FindAll(static task => !task.IsCompletedSuccessfully);
        }
    }

    private static async Task RunAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (GroupException)
        {
        }
    }
}
