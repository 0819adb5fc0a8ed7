using System.Collections.Immutable;

namespace Orleans.Groups.ClientProgram;

/// <summary>Shows a group, or all groups of a scope, and every change of it until it is interrupted.</summary>
internal static class WatchCommand
{
    internal static async Task<int> RunAsync(
        CommandContext context,
        GroupName? group,
        CancellationToken cancellationToken)
    {
        var scope = await context.Cluster.OpenScopeAsync(context.Scope, cancellationToken);
        var monitor = group is { } one
            ? await scope.MonitorGroupAsync(one, cancellationToken: cancellationToken)
            : await scope.MonitorScopeAsync(cancellationToken: cancellationToken);
        await using (monitor)
        {
            ShowSnapshot(context.Reporter, monitor.Snapshot);
            try
            {
                await foreach (var change in monitor.ReadAllAsync(cancellationToken))
                {
                    ShowChange(context.Reporter, change);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return ClientExitCode.Done;
            }

            var reason = await monitor.Completion;
            throw new ClientException(ClientExitCode.Failed, $"the watch has ended: {reason}");
        }
    }

    private static void ShowSnapshot(Reporter reporter, MembershipSnapshot snapshot)
    {
        if (reporter.IsJson)
        {
            reporter.Json(new
            {
                @event = "snapshot",
                groups = snapshot.Groups.OrderBy(group => group.Group)
                    .Select(group => new { group = group.Group.Value, members = ForPrograms(group.Members) }),
            });
            return;
        }

        reporter.Show(
            [
                ["group", "members"],
                .. snapshot.Groups.OrderBy(group => group.Group)
                    .Select(group => new[] { group.Group.Value, Names(group.Members) }),
            ],
            []);
    }

    private static void ShowChange(Reporter reporter, MembershipChange change)
    {
        if (change.Kind == MembershipChangeKind.Restarted)
        {
            reporter.Note("some changes were too many at once; this is how it stands now:");
            ShowSnapshot(reporter, change.Snapshot!);
            return;
        }

        var sign = change.Kind == MembershipChangeKind.Joined ? '+' : '-';
        reporter.Say(
            $"{sign} {change.Group}: {Names(change.Members)} ({change.Reason})",
            new
            {
                @event = change.Kind,
                number = change.Number,
                group = change.Group.Value,
                members = ForPrograms(change.Members),
                reason = change.Reason,
            });
    }

    private static string Names(ImmutableArray<MemberId> members) =>
        string.Join(", ", members.Order().Select(member => member.ToString()));

    private static IEnumerable<object?> ForPrograms(ImmutableArray<MemberId> members) =>
        members.Order().Select(Describe.ForPrograms);
}
