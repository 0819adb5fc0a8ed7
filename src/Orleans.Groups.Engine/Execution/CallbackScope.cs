namespace Orleans.Groups.Engine;

/// <summary>Tells code that runs inside a callback of the application from code that does not.</summary>
/// <remarks>
/// The mark flows with the execution context through the callback's awaits. It is set once per run of a queue's pump,
/// not per call. What a callback starts and does not wait for carries the mark, too, and counts as inside for as long
/// as the pump runs: refusing then is safe, waiting for oneself is not.
/// </remarks>
/// <param name="cluster">The cluster in which the callback is called.</param>
/// <param name="owner">The queue, monitor or member whose callback it is.</param>
internal sealed class CallbackScope(object cluster, object owner)
{
    private static readonly AsyncLocal<CallbackScope?> CurrentScope = new();

    private ExecutionContext? _context;
    private volatile bool _isRunning;

    /// <summary>Runs the pump of a queue; the pump says <see cref="Exit"/> when it has nothing more to call.</summary>
    /// <remarks>Called on a pool thread in its default context, which is why the context can be kept.</remarks>
    internal void Run(ContextCallback pump, object state)
    {
        if (_context is null)
        {
            CurrentScope.Value = this;
            _context = ExecutionContext.Capture();
        }

        if (_context is null)
        {
            pump(state); // The flow of contexts is suppressed on this thread: nothing can be marked.
            return;
        }

        ExecutionContext.Run(_context, pump, state);
    }

    /// <summary>From now on callbacks may run.</summary>
    internal void Enter() => _isRunning = true;

    /// <summary>No callback runs any more.</summary>
    internal void Exit() => _isRunning = false;

    /// <summary>Whether the caller is inside a callback of this owner.</summary>
    internal static bool IsInside(object owner) => Current is { } current && ReferenceEquals(current.Owner, owner);

    /// <summary>The owner of the callback that the caller is inside of, if it is of that type.</summary>
    internal static T? OwnerOf<T>()
        where T : class =>
        Current?.Owner as T;

    /// <summary>Whether the caller is inside any callback of this cluster.</summary>
    internal static bool IsInsideAnyOf(object cluster) =>
        Current is { } current && ReferenceEquals(current.Cluster, cluster);

    private object Owner { get; } = owner;

    private object Cluster { get; } = cluster;

    private static CallbackScope? Current => CurrentScope.Value is { _isRunning: true } scope ? scope : null;
}
