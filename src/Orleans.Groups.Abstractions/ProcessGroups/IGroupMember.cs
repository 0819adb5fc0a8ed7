namespace Orleans.Groups;

/// <summary>
/// A participant that lives in this process: it can join groups, and payloads sent to it arrive at its handler.
/// </summary>
/// <remarks>Disposing it is the same as <see cref="End"/>.</remarks>
public interface IGroupMember : IAsyncDisposable
{
    /// <summary>Who it is.</summary>
    MemberId Id { get; }

    /// <summary>Whether it has ended.</summary>
    bool HasEnded { get; }

    /// <summary>
    /// Ends it: it leaves all groups of all scopes everywhere, and its handler is not called again. Any thread; twice
    /// is fine.
    /// </summary>
    void End();
}

/// <summary>A payload that arrived at a member.</summary>
/// <param name="From">Who sent it, if the sender said so.</param>
/// <param name="Group">
/// The group to which it was published; <see langword="null"/> when it was sent to this member alone.
/// </param>
/// <param name="Payload">The bytes; valid for as long as you keep them.</param>
/// <param name="Missed">
/// How many publications to groups were dropped for this member since the message before this one because its queue
/// was full; normally 0.
/// </param>
public readonly record struct MemberMessage(
    MemberId? From,
    GroupName? Group,
    ReadOnlyMemory<byte> Payload,
    long Missed);
