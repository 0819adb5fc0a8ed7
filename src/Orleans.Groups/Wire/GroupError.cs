namespace Orleans.Groups;

/// <summary>Which exception stands for an error of the wire.</summary>
[GenerateSerializer]
[Alias("Orleans.Groups.GroupErrorKind")]
public enum GroupErrorKind
{
    /// <summary>A <see cref="GroupException"/>.</summary>
    Group,

    /// <summary>A <see cref="GroupLimitException"/>: the name is that of the limit, the first value its own.</summary>
    Limit,

    /// <summary>A <see cref="PayloadTooLargeException"/>: the values are the size and the limit.</summary>
    PayloadTooLarge,

    /// <summary>An <see cref="UnknownScopeException"/>: the names are those of the scopes that there are.</summary>
    UnknownScope,

    /// <summary>An <see cref="ArgumentException"/>: the request makes no sense.</summary>
    Argument,
}

/// <summary>An error as data: nothing of an exception crosses the wire but what the receiver may rely on.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Orleans.Groups.GroupError")]
public sealed class GroupError
{
    /// <summary>
    /// Which exception it stands for. One that the receiver does not know is a <see cref="GroupException"/>.
    /// </summary>
    [Id(0)]
    public GroupErrorKind Kind { get; init; }

    /// <summary>Which failure.</summary>
    [Id(1)]
    public GroupErrorCode Code { get; init; }

    /// <summary>Whether the same call may succeed later.</summary>
    [Id(2)]
    public bool IsTransient { get; init; }

    /// <summary>For people.</summary>
    [Id(3)]
    public string Message { get; init; } = string.Empty;

    /// <summary>What <see cref="Kind"/> says.</summary>
    [Id(4)]
    public string Name { get; init; } = string.Empty;

    /// <summary>What <see cref="Kind"/> says.</summary>
    [Id(5)]
    public long First { get; init; }

    /// <summary>What <see cref="Kind"/> says.</summary>
    [Id(6)]
    public long Second { get; init; }

    /// <summary>What <see cref="Kind"/> says; may be empty.</summary>
    [Id(7)]
    public string[] Names { get; init; } = [];

    /// <summary>The exception that this stands for.</summary>
    /// <param name="subject">What the caller did, for a limit that it has run into.</param>
    public Exception ToException(string subject) => Kind switch
    {
        GroupErrorKind.Limit => new GroupLimitException(Name, First, subject),
        GroupErrorKind.PayloadTooLarge => new PayloadTooLargeException(First, Second, Name),
        GroupErrorKind.UnknownScope when ScopeName.TryCreate(Name, out var scope) =>
            new UnknownScopeException(scope, Names),
        GroupErrorKind.Argument => new ArgumentException(Message),
        _ => new GroupException(Code, IsTransient, Message),
    };

    /// <summary>What an exception of a silo says; <see langword="null"/> for one that is nobody's business.</summary>
    internal static GroupError? From(Exception exception) => exception switch
    {
        GroupLimitException limit => new GroupError
        {
            Kind = GroupErrorKind.Limit,
            Code = limit.Code,
            IsTransient = true,
            Message = limit.Message,
            Name = limit.Limit,
            First = limit.Value,
        },
        GroupException group => new GroupError
        {
            Kind = GroupErrorKind.Group,
            Code = group.Code,
            IsTransient = group.IsTransient,
            Message = group.Message,
        },
        ArgumentException argument => Argument(argument.Message),
        _ => null,
    };

    internal static GroupError Argument(string message) => new()
    {
        Kind = GroupErrorKind.Argument,
        Code = GroupErrorCode.Faulted,
        Message = message,
    };

    internal static GroupError TooLarge(long bytes, long limit, string option) => new()
    {
        Kind = GroupErrorKind.PayloadTooLarge,
        Code = GroupErrorCode.PayloadTooLarge,
        Message = $"The payload has {bytes} bytes and {option} allows {limit}.",
        Name = option,
        First = bytes,
        Second = limit,
    };

    internal static GroupError Limit(string limit, long value, string message) => new()
    {
        Kind = GroupErrorKind.Limit,
        Code = GroupErrorCode.LimitExceeded,
        IsTransient = true,
        Message = message,
        Name = limit,
        First = value,
    };

    internal static GroupError UnknownScope(ScopeName scope, IEnumerable<string> known) => new()
    {
        Kind = GroupErrorKind.UnknownScope,
        Code = GroupErrorCode.UnknownScope,
        Message = $"There is no scope '{scope}'.",
        Name = scope.Value,
        Names = [.. known],
    };
}
