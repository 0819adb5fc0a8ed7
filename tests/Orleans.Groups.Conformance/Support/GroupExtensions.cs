namespace Orleans.Groups.Conformance;

/// <summary>Short forms for reading process groups in tests.</summary>
internal static class GroupExtensions
{
    /// <summary>The default scope on a node.</summary>
    internal static IProcessGroups Groups(this INodeFixture node) => node.GetProcessGroups();

    /// <summary>Joins and expects it to be done.</summary>
    internal static async Task JoinedAsync(this IProcessGroups groups, GroupName group, params IGroupMember[] members)
    {
        var result = await groups.JoinAsync([group], Ids(members));
        Assert.Equal(new JoinResult(JoinStatus.Joined, members.Length), result);
    }

    /// <summary>Leaves and expects every listed membership to be taken away.</summary>
    internal static async Task LeftAsync(this IProcessGroups groups, GroupName group, params IGroupMember[] members)
    {
        var result = await groups.LeaveAsync([group], Ids(members));
        Assert.Equal(LeaveStatus.Left, result.Status);
        Assert.Equal(Ids(members).Select(id => new Membership(group, id)), result.Removed);
    }

    /// <summary>Waits, by watching the group, until this node sees exactly these memberships.</summary>
    internal static Task SeesAsync(this IProcessGroups groups, GroupName group, params IGroupMember[] members) =>
        groups.SeesAsync(group, Ids(members));

    /// <inheritdoc cref="SeesAsync(IProcessGroups, GroupName, IGroupMember[])"/>
    internal static async Task SeesAsync(
        this IProcessGroups groups,
        GroupName group,
        IReadOnlyCollection<MemberId> members)
    {
        var expected = members.Order().ToArray();
        await using var monitor = await groups.MonitorGroupAsync(group);
        await Deadline.RunAsync(
            $"{groups.Node} sees [{string.Join(", ", expected.AsEnumerable())}] in {groups.Scope}/{group}",
            async limit =>
            {
                while (!groups.GetMembers(group).Order().SequenceEqual(expected))
                {
                    Assert.True(
                        await monitor.WaitToReadAsync(limit),
                        $"The monitor of {group} on {groups.Node} has ended.");
                    while (monitor.TryRead(out _))
                    {
                    }
                }
            },
            () => $"It sees [{string.Join(", ", groups.GetMembers(group).Order())}].");
        groups.AssertMembers(group, members);
    }

    /// <summary>Checks what a node sees of a group now, through every way of reading.</summary>
    internal static void AssertMembers(this IProcessGroups groups, GroupName group, params IGroupMember[] members) =>
        groups.AssertMembers(group, Ids(members));

    /// <inheritdoc cref="AssertMembers(IProcessGroups, GroupName, IGroupMember[])"/>
    internal static void AssertMembers(
        this IProcessGroups groups,
        GroupName group,
        IReadOnlyCollection<MemberId> members)
    {
        var all = members.Order().ToArray();
        var local = all.Where(member => member.Node == groups.Node).ToArray();
        Assert.Equal(all, groups.GetMembers(group).Order());
        Assert.Equal(local, groups.GetLocalMembers(group).Order());
        Assert.Equal(all, groups[group].Members.Order());
        Assert.Equal(local, groups[group].LocalMembers.Order());
        Assert.Equal((all.Length, local.Length), (groups.CountMembers(group), groups.CountLocalMembers(group)));
        Assert.Equal(all.Length > 0, groups.GetGroups().Contains(group));
        Assert.Equal(local.Length > 0, groups.GetLocalGroups().Contains(group));
        Assert.Equal(groups.GetGroups().Length, groups.GetGroups().Distinct().Count());
        Assert.Equal(groups.GetGroups().Length, groups.GroupCount);
    }

    /// <summary>Checks that there is nothing to read.</summary>
    internal static void AssertEmpty(this IProcessGroups groups)
    {
        Assert.Empty(groups.GetGroups());
        Assert.Empty(groups.GetLocalGroups());
        Assert.Equal(0, groups.GroupCount);
    }

    /// <summary>The ids, in order.</summary>
    internal static MemberId[] Ids(params IEnumerable<IGroupMember> members) =>
        [.. members.Select(static member => member.Id)];

    /// <summary>Makes several members.</summary>
    internal static IGroupMember[] CreateMembers(this INodeFixture node, int count, string prefix = "m") =>
        [.. Enumerable.Range(0, count).Select(index => node.CreateMember($"{prefix}{index}"))];
}
