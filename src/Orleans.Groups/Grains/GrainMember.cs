using Orleans.Groups.Engine;

namespace Orleans.Groups;

/// <summary>The member that one activation is.</summary>
internal sealed class GrainMember(LocalMember member, GrainPayloads? payloads, GrainMemberships memberships)
    : IGroupMember
{
    /// <inheritdoc/>
    public MemberId Id => member.Id;

    /// <inheritdoc/>
    public bool HasEnded => member.HasEnded;

    /// <inheritdoc/>
    /// <remarks>By hand it is the same as leaving all groups: the grain is neither kept nor brought back.</remarks>
    public void End()
    {
        member.End();
        payloads?.End();
        memberships.Clear();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        End();
        return ValueTask.CompletedTask;
    }
}
