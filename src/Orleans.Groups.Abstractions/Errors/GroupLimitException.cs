namespace Orleans.Groups;

/// <summary>A limit of the options is reached. Nothing was changed.</summary>
public sealed class GroupLimitException : GroupException
{
    /// <summary>Describes the limit.</summary>
    /// <param name="limit">Name of the option.</param>
    /// <param name="value">Its value.</param>
    /// <param name="subject">Who ran into it.</param>
    public GroupLimitException(string limit, long value, string subject)
        : base(
            GroupErrorCode.LimitExceeded,
            isTransient: true,
            $"{subject}: the limit {limit} = {value} is reached, so nothing was changed. "
                + $"Give something up first, or raise {limit}.")
    {
        Limit = limit;
        Value = value;
    }

    /// <summary>Name of the option.</summary>
    public string Limit { get; }

    /// <summary>Its value.</summary>
    public long Value { get; }
}
