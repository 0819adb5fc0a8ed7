using System.Collections.Concurrent;

namespace Orleans.Groups.Tests;

/// <summary>
/// What the grains of one cluster do, said by the test: its delegates run inside the grains, in their turns.
/// </summary>
internal sealed class Script
{
    private readonly ConcurrentDictionary<Guid, Func<ScriptedGrain, Task>> _steps = new();

    internal ConcurrentDictionary<string, Role> Roles { get; } = new();

    /// <summary>What has been noted, by grains and tests.</summary>
    internal Notes Notes { get; } = new();

    /// <summary>What the grain of that key does.</summary>
    internal Role this[string key] => Roles.GetOrAdd(key, static _ => new Role());

    internal Guid Add(Func<ScriptedGrain, Task> step)
    {
        var id = Guid.NewGuid();
        _steps[id] = step;
        return id;
    }

    internal Func<ScriptedGrain, Task> Take(Guid id) =>
        _steps.TryRemove(id, out var step) ? step : throw new InvalidOperationException("no such step");

    /// <summary>What one grain does when something happens to it.</summary>
    internal sealed class Role
    {
        internal Func<ScriptedGrain, Task>? OnActivate { get; set; }

        internal Func<ScriptedGrain, DeactivationReason, Task>? OnDeactivate { get; set; }

        internal Func<ScriptedGrain, MemberMessage, ValueTask>? OnMessage { get; set; }

        internal Func<ScriptedGrain, MulticastMessage, ValueTask<HandlerReply>>? OnRing { get; set; }
    }
}
