namespace Orleans.Groups.Tests;

/// <summary>Waiting for what a silo or a client sees, without asking again and again.</summary>
internal static class Views
{
    /// <summary>Waits until a silo's view of a group satisfies a condition.</summary>
    internal static async Task UntilAsync(
        this IProcessGroups groups,
        GroupName group,
        string what,
        Func<IReadOnlyCollection<MemberId>, bool> condition)
    {
        await using var monitor = await groups.MonitorGroupAsync(group).LimitAsync("the monitor starts");
        List<MemberId> members = [.. monitor.Snapshot.GetMembers(group)];
        using var limit = new CancellationTokenSource(Within.Limit);
        try
        {
            while (!condition(members))
            {
                Assert.True(await monitor.WaitToReadAsync(limit.Token), $"The monitor has ended before {what}.");
                while (monitor.TryRead(out var change))
                {
                    Fold(members, group, change!);
                }
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"It did not happen that {what}. It sees [{string.Join(", ", members)}].");
        }
    }

    /// <summary>Waits until a view shows exactly these members.</summary>
    internal static Task SeesAsync(this IProcessGroups groups, GroupName group, params IGroupMember[] members) =>
        groups.UntilAsync(
            group,
            $"{group} has [{string.Join(", ", members.Select(static member => member.Id))}]",
            seen => seen.Order().SequenceEqual(members.Select(static member => member.Id).Order()));

    private static void Fold(List<MemberId> members, GroupName group, MembershipChange change)
    {
        switch (change.Kind)
        {
            case MembershipChangeKind.Joined:
                members.AddRange(change.Members);
                break;
            case MembershipChangeKind.Left:
                foreach (var member in change.Members)
                {
                    Assert.True(members.Remove(member), $"{member} left and was not there.");
                }

                break;
            default:
                members.Clear();
                members.AddRange(change.Snapshot!.GetMembers(group));
                break;
        }
    }
}
