namespace Orleans.Groups.Protocol.Tests;

/// <summary>
/// Threads that read the same thing again and again while a test writes; the first failure is the test's.
/// </summary>
internal sealed class ReaderThreads : IDisposable
{
    private readonly List<Thread> _threads = [];
    private readonly CountdownEvent _started;
    private volatile Exception? _failure;
    private volatile bool _isOver;

    /// <summary>Returns when every thread has read once.</summary>
    internal ReaderThreads(int count, Action read)
    {
        _started = new CountdownEvent(count);
        for (var i = 0; i < count; i++)
        {
            var thread = new Thread(() => Run(read)) { IsBackground = true };
            _threads.Add(thread);
            thread.Start();
        }

        _started.Wait();
    }

    internal void Finish()
    {
        Dispose();
        Assert.Null(_failure);
    }

    public void Dispose()
    {
        _isOver = true;
        _threads.ForEach(t => t.Join());
        _started.Dispose();
        _threads.Clear();
    }

    private void Run(Action read)
    {
        try
        {
            read();
            _started.Signal();
            while (!_isOver)
            {
                read();
            }
        }
        catch (Exception failure)
        {
            _failure ??= failure; // For the test's own thread, whatever it is.
            if (!_started.IsSet)
            {
                _started.Signal();
            }
        }
    }
}
