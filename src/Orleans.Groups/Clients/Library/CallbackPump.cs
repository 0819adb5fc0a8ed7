using Orleans.Groups.Engine;

namespace Orleans.Groups;

/// <summary>Runs callbacks of the application on the thread pool, marked as what they are.</summary>
internal sealed class CallbackPump : IThreadPoolWorkItem
{
    private readonly CallbackScope _scope;
    private readonly Func<Task> _pump;

    private CallbackPump(CallbackScope scope, Func<Task> pump)
    {
        _scope = scope;
        _pump = pump;
    }

    /// <summary>Starts a pump that never throws, and leaves the scope when it has nothing more to call.</summary>
    internal static void Start(CallbackScope scope, Func<Task> pump) =>
        ThreadPool.UnsafeQueueUserWorkItem(new CallbackPump(scope, pump), preferLocal: true);

    void IThreadPoolWorkItem.Execute()
    {
        _scope.Enter();
        _scope.Run(static state => _ = ((CallbackPump)state!)._pump(), this);
    }
}
