using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Orleans.Groups.Tests;

/// <summary>Keeps everything that Orleans.Groups logs, of every level.</summary>
internal sealed class CollectedLogs : ILoggerProvider
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _seen = new();

    internal ConcurrentQueue<(EventId Id, LogLevel Level, string Text)> Entries { get; } = [];

    /// <summary>Completes when an event was logged, before or from now on.</summary>
    internal Task SeesAsync(int eventId) => SourceOf(eventId).Task.WaitAsync(TestContext.Current.CancellationToken);

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void Dispose()
    {
    }

    private TaskCompletionSource SourceOf(int eventId) =>
        _seen.GetOrAdd(eventId, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private sealed class Logger(CollectedLogs logs) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            var values = state as IEnumerable<KeyValuePair<string, object?>> ?? [];
            var parts = values.Select(static value => $"{value.Key}={value.Value}");
            logs.Entries.Enqueue(
                (eventId, logLevel, $"{formatter(state, exception)} [{string.Join(' ', parts)}] {exception}"));
            logs.SourceOf(eventId.Id).TrySetResult();
        }
    }
}
