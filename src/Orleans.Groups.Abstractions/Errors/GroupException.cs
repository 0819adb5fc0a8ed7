namespace Orleans.Groups;

/// <summary>A failure of Orleans.Groups that the caller can see: what happened, to whom, and what to do.</summary>
public class GroupException : Exception
{
    /// <summary>Describes a failure.</summary>
    public GroupException(GroupErrorCode code, bool isTransient, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Code = code;
        IsTransient = isTransient;
    }

    /// <summary>Which failure.</summary>
    public GroupErrorCode Code { get; }

    /// <summary>Whether the same call may succeed later.</summary>
    public bool IsTransient { get; }
}
