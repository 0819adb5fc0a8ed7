namespace Orleans.Groups;

/// <summary>A payload is larger than the options allow. Nothing was sent.</summary>
public sealed class PayloadTooLargeException : GroupException
{
    /// <summary>Describes the payload.</summary>
    /// <param name="bytes">Its size.</param>
    /// <param name="limit">The largest size allowed.</param>
    /// <param name="option">Name of the option that says so.</param>
    public PayloadTooLargeException(long bytes, long limit, string option)
        : base(
            GroupErrorCode.PayloadTooLarge,
            isTransient: false,
            $"The payload has {bytes} bytes and {option} allows {limit}. Nothing was sent. "
                + $"Send less, or raise {option} on every node.")
    {
        Bytes = bytes;
        Limit = limit;
    }

    /// <summary>Size of the payload.</summary>
    public long Bytes { get; }

    /// <summary>The largest size allowed.</summary>
    public long Limit { get; }
}
