namespace Orleans.Groups;

/// <summary>From a grain to its member, and from a member that was found to its grain.</summary>
public static class GrainMemberExtensions
{
    /// <summary>
    /// The member that a grain is in process groups: one for each activation, which ends with the activation.
    /// </summary>
    /// <param name="grain">The grain: <c>this</c>.</param>
    /// <returns>
    /// The same for as long as the activation lives, unless it is ended by hand; then a new one. Its id is what others
    /// find in groups, and what to give as the sender of payloads.
    /// </returns>
    /// <exception cref="GroupLimitException">There are too many members on this silo.</exception>
    /// <exception cref="GroupException">
    /// <see cref="GroupErrorCode.Terminated"/>: the activation has ended. <see cref="GroupErrorCode.ShuttingDown"/>:
    /// the silo is stopping.
    /// </exception>
    /// <exception cref="UnsuitableGrainIdException">The grain's id does not fit into a name.</exception>
    public static IGroupMember GetGroupMember(this IGrainBase grain) => GrainHost.Of(grain).GetMember();

    /// <summary>The grain in whose activation a member lives, or lived.</summary>
    /// <param name="member">A member of a process group or of a ring.</param>
    /// <param name="grain">The grain.</param>
    /// <returns><see langword="false"/> when the member is no grain's.</returns>
    public static bool TryGetGrainId(this MemberId member, out GrainId grain)
    {
        ArgumentNullException.ThrowIfNull(member);
        return GrainNames.TryParse(member.Name, out grain);
    }

    /// <summary>
    /// A reference to the grain of a member: calls to it reach whatever activation the grain has by then, and activate
    /// it when it has none. To reach this member or nobody, use <see cref="IProcessGroups.SendAsync"/>.
    /// </summary>
    /// <param name="member">A member of a process group or of a ring.</param>
    /// <param name="grains">Makes the reference.</param>
    /// <typeparam name="TGrain">
    /// An interface of the grain. That the grain has it is found out by the first call.
    /// </typeparam>
    /// <exception cref="ArgumentException">
    /// The member is no grain's: see <see cref="TryGetGrainId"/>.
    /// </exception>
    public static TGrain AsGrain<TGrain>(this MemberId member, IGrainFactory grains)
        where TGrain : IAddressable
    {
        ArgumentNullException.ThrowIfNull(grains);
        return member.TryGetGrainId(out var grain)
            ? grains.GetGrain<TGrain>(grain)
            : throw new ArgumentException($"Member {member} does not live in a grain.", nameof(member));
    }
}
