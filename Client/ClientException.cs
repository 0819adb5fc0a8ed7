namespace Orleans.Groups.ClientProgram;

/// <summary>Something that whoever uses the program has to know, said in one line.</summary>
/// <param name="code">The exit code that says so.</param>
/// <param name="message">What is wrong, and what to do.</param>
/// <param name="innerException">Where it came from.</param>
internal sealed class ClientException(int code, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The exit code of the program; one of <see cref="ClientExitCode"/>.</summary>
    internal int Code { get; } = code;
}

/// <summary>How the program ends.</summary>
internal static class ClientExitCode
{
    /// <summary>Done; for commands that only end when interrupted, also that.</summary>
    internal const int Done = 0;

    /// <summary>Something went wrong; what is not known to have happened may have happened.</summary>
    internal const int Failed = 1;

    /// <summary>The arguments or the settings are wrong.</summary>
    internal const int Refused = 2;

    /// <summary>No cluster answers.</summary>
    internal const int Unavailable = 3;

    /// <summary>It was interrupted before it was done.</summary>
    internal const int Interrupted = 130;
}
