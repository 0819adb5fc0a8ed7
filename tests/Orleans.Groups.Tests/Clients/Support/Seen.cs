using System.Text;

namespace Orleans.Groups.Tests;

/// <summary>A list that a test waits on: every addition lets the waiters look again.</summary>
internal sealed class Seen<T>
{
    private readonly Lock _gate = new();
    private readonly List<T> _items = [];
    private readonly List<(Func<List<T>, bool> Condition, TaskCompletionSource Met)> _waiters = [];

    internal List<T> Items
    {
        get
        {
            lock (_gate)
            {
                return [.. _items];
            }
        }
    }

    internal void Add(T item)
    {
        lock (_gate)
        {
            _items.Add(item);
            foreach (var (condition, met) in _waiters)
            {
                if (condition(_items))
                {
                    met.TrySetResult();
                }
            }
        }
    }

    /// <summary>Completes as soon as the condition holds.</summary>
    internal async Task UntilAsync(string what, Func<List<T>, bool> condition)
    {
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (condition(_items))
            {
                return;
            }

            _waiters.Add((condition, met));
        }

        try
        {
            await met.Task.WaitAsync(Within.Limit);
        }
        catch (TimeoutException)
        {
            var items = Items;
            Assert.Fail($"It did not happen that {what}. {items.Count} were seen, in the end: "
                + string.Join("; ", items.TakeLast(12)));
        }
    }

    /// <summary>Completes when there are so many.</summary>
    internal Task CountAsync(int count) => UntilAsync($"{count} are seen", items => items.Count >= count);
}

/// <summary>Payloads for people.</summary>
internal static class Text
{
    internal static byte[] Of(string text) => Encoding.UTF8.GetBytes(text);

    internal static string From(ReadOnlyMemory<byte> payload) => Encoding.UTF8.GetString(payload.Span);
}
