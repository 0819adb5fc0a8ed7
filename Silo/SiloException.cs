namespace Orleans.Groups.SiloProgram;

/// <summary>Something that whoever starts the silo has to repair, said in one line.</summary>
/// <param name="code">The exit code that says so.</param>
/// <param name="message">What is wrong, and what to do.</param>
/// <param name="innerException">Where it came from.</param>
internal sealed class SiloException(int code, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The exit code of the program; one of <see cref="SiloExitCode"/>.</summary>
    internal int Code { get; } = code;
}

/// <summary>How the program ends.</summary>
internal static class SiloExitCode
{
    /// <summary>It was asked to stop, and has said goodbye.</summary>
    internal const int Stopped = 0;

    /// <summary>The silo failed.</summary>
    internal const int Failed = 1;

    /// <summary>The arguments or the settings are wrong.</summary>
    internal const int Refused = 2;

    /// <summary>It cannot start here and now: a port is taken, the database or the first silo silent.</summary>
    internal const int Unavailable = 3;

    /// <summary>It was interrupted before it had started or stopped.</summary>
    internal const int Interrupted = 130;
}
