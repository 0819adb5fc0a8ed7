namespace Orleans.Groups;

/// <summary>
/// A grain class that implements this gets what is sent to its activations, and published to their groups.
/// </summary>
/// <remarks>
/// <para>
/// Messages come one after the other, as calls do: in the grain's own turns, after its activation, and behind a call
/// that runs when the grain is not reentrant. They count as activity, so a grain that gets some is not idle. They are
/// never handled by another activation than the one that was the member, and never activate a grain.
/// </para>
/// <para>
/// An exception is logged, and the next message follows. A grain that does not implement this takes messages and
/// drops them.
/// </para>
/// </remarks>
public interface IGroupMessageHandler
{
    /// <summary>A message has come.</summary>
    ValueTask OnGroupMessageAsync(MemberMessage message);
}
