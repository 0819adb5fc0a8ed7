namespace Orleans.Groups;

/// <summary>Messages of any type to members of process groups.</summary>
public static class TypedProcessGroupsExtensions
{
    /// <summary>As <see cref="IProcessGroups.SendAsync"/>, with a message instead of bytes.</summary>
    /// <typeparam name="T">Type of the message.</typeparam>
    public static ValueTask<SendOutcome> SendAsync<T>(
        this IProcessGroups groups,
        MemberId member,
        T message,
        MemberId? from = null,
        PayloadCodec<T>? codec = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(groups);
        return groups.SendAsync(member, (codec ?? PayloadCodec.Default<T>()).Encode(message), from, cancellationToken);
    }

    /// <summary>As <see cref="IProcessGroups.PublishAsync"/>, with a message instead of bytes.</summary>
    /// <typeparam name="T">Type of the message.</typeparam>
    public static ValueTask<PublishResult> PublishAsync<T>(
        this IProcessGroups groups,
        GroupName group,
        T message,
        MemberId? from = null,
        PayloadCodec<T>? codec = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(groups);
        var payload = (codec ?? PayloadCodec.Default<T>()).Encode(message);
        return groups.PublishAsync(group, payload, from, cancellationToken);
    }

    /// <summary>The message in a payload.</summary>
    /// <param name="message">What arrived.</param>
    /// <param name="codec">
    /// How it became bytes; <see langword="null"/> for <see cref="PayloadCodec.Default{T}"/>.
    /// </param>
    /// <typeparam name="T">Type of the message.</typeparam>
    public static T Read<T>(this MemberMessage message, PayloadCodec<T>? codec = null) =>
        (codec ?? PayloadCodec.Default<T>()).Decode(message.Payload);
}
