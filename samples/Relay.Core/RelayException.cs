namespace Orleans.Groups.Samples.Relay;

/// <summary>What the person at the keyboard can repair: said in one line, exit code 2.</summary>
internal sealed class RelayException : Exception
{
    internal RelayException(string message)
        : base(message)
    {
    }

    internal RelayException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
