using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Channels;

namespace Orleans.Groups.ProcessTests;

/// <summary>A program of this repository in a process of its own, that never outlives its test.</summary>
internal partial class ChildProcess : IAsyncDisposable
{
    private const int Term = 15;
    private const int Stop = 19;
    private const int Continue = 18;
    private readonly Process _process;
    private readonly Channel<string> _output = Channel.CreateUnbounded<string>();
    private readonly StringBuilder _errors = new();
    private readonly Task _reading;

    /// <summary>Starts a program.</summary>
    /// <param name="project">Its folder, from the root of the repository.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="environment">Variables of its environment, besides those of the test.</param>
    internal ChildProcess(
        string project,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        Name = Path.GetFileName(project);
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var root = here.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        var program = Path.Combine(root, project, "bin", here.Parent!.Name, here.Name, $"{Name}.dll");
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && IsDotnet(path) ? path : "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments.Prepend(program))
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["DOTNET_TieredPGO"] = "0"; // It pays off in a long life only.
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _reading = Task.WhenAll(ReadOutputAsync(), ReadErrorsAsync());
    }

    /// <summary>Starts the program Client, with patience: many programs start at once here.</summary>
    internal static ChildProcess StartClient(IEnumerable<string> arguments, IEnumerable<string> cluster) =>
        new("Client", [.. arguments, "--connect-timeout", "60", .. cluster]);

    /// <summary>The program.</summary>
    internal string Name { get; }

    /// <summary>Where its input comes from.</summary>
    internal StreamWriter Input => _process.StandardInput;

    /// <summary>The latest of what it said on its standard error.</summary>
    internal string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }

    /// <summary>The end of that, for a message.</summary>
    internal string LastErrors => Errors is var errors ? errors[^Math.Min(errors.Length, 3_000)..] : "";

    /// <summary>The next line of its output.</summary>
    /// <returns>Nothing when it has ended.</returns>
    internal async Task<string?> ReadLineAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        return await _output.Reader.WaitToReadAsync(cancellation) && _output.Reader.TryRead(out var line) ? line : null;
    }

    /// <summary>All further lines of its output until it ends.</summary>
    internal async Task<List<string>> ReadToEndAsync()
    {
        var lines = new List<string>();
        while (await ReadLineAsync() is { } line)
        {
            lines.Add(line);
        }

        return lines;
    }

    /// <summary>Waits until a text has appeared on its standard error.</summary>
    internal async Task WaitForErrorAsync(string text)
    {
        while (!Errors.Contains(text, StringComparison.Ordinal))
        {
            await _errorCame.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Kills it as <c>kill -9</c> does, and waits until it is gone.</summary>
    internal async Task KillAsync()
    {
        _process.Kill();
        await WaitForExitAsync();
    }

    /// <summary>Freezes it.</summary>
    internal void Freeze() => Send(Stop);

    /// <summary>Lets a frozen one go on.</summary>
    internal void Thaw() => Send(Continue);

    /// <summary>Asks it to stop.</summary>
    internal void Terminate() => Send(Term);

    /// <summary>Completes with its exit code, when all it has written was read.</summary>
    internal async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _reading.WaitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _reading;
        _process.Dispose();
        _errorCame.Dispose();
    }

    private readonly SemaphoreSlim _errorCame = new(0);

    private static bool IsDotnet(string path) => Path.GetFileNameWithoutExtension(path) == "dotnet";

    private void Send(int signal)
    {
        if (Kill(_process.Id, signal) != 0)
        {
            throw new InvalidOperationException($"Signal {signal} cannot be sent to {Name} {_process.Id}.");
        }
    }

    private async Task ReadOutputAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            await _output.Writer.WriteAsync(line);
        }

        _output.Writer.Complete();
    }

    private async Task ReadErrorsAsync()
    {
        const int Most = 200_000;
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_errors)
            {
                _errors.AppendLine(line);
                if (_errors.Length > Most)
                {
                    _errors.Remove(0, Most / 2);
                }
            }

            _errorCame.Release();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
