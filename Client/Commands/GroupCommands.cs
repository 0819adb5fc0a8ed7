using System.Text;

namespace Orleans.Groups.ClientProgram;

/// <summary>What a command works with.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Reporter">Where results go.</param>
/// <param name="Console">The surroundings.</param>
/// <param name="Scope">The scope that was asked for; nothing: the default one.</param>
internal sealed record CommandContext(ICluster Cluster, Reporter Reporter, ClientConsole Console, ScopeName? Scope);

/// <summary>The commands about process groups.</summary>
internal static class GroupCommands
{
    /// <summary>Lists the scopes.</summary>
    internal static async Task<int> ListScopesAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var scopes = (await context.Cluster.GetScopesAsync(cancellationToken)).Order().ToList();
        context.Reporter.Show(
            [["scope"], .. scopes.Select(scope => new[] { scope.Value })],
            scopes.Select(scope => new { scope = scope.Value }));
        return ClientExitCode.Done;
    }

    /// <summary>Lists the groups of a scope.</summary>
    internal static async Task<int> ListGroupsAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var scope = await context.Cluster.OpenScopeAsync(context.Scope, cancellationToken);
        var groups = scope.GetGroups().Order().Select(group => (Name: group.Value, Members: scope.GetMembers(group)))
            .Where(group => !group.Members.IsEmpty).ToList();
        context.Reporter.Show(
            [
                ["group", "members", "nodes"],
                .. groups.Select(group => new[]
                {
                    group.Name,
                    Reporter.Text(group.Members.Length),
                    Reporter.Text(group.Members.DistinctBy(member => member.Node).Count()),
                }),
            ],
            groups.Select(group => new
            {
                group = group.Name,
                members = group.Members.Length,
                nodes = group.Members.DistinctBy(member => member.Node).Count(),
            }));
        return ClientExitCode.Done;
    }

    /// <summary>Lists the members of a group.</summary>
    internal static async Task<int> ListMembersAsync(
        CommandContext context,
        GroupName group,
        CancellationToken cancellationToken)
    {
        var scope = await context.Cluster.OpenScopeAsync(context.Scope, cancellationToken);
        var members = scope.GetMembers(group).Order().ToList();
        context.Reporter.Show(
            [
                ["member", "number", "node", "incarnation"],
                .. members.Select(member => new[]
                {
                    member.Name, $"{member.Number}", member.Node.Name, $"{member.Node.Incarnation}",
                }),
            ],
            members.Select(member => Describe.ForPrograms(member)!));
        return ClientExitCode.Done;
    }

    /// <summary>Joins a group and shows what is sent to it, until it is interrupted.</summary>
    internal static async Task<int> JoinAsync(
        CommandContext context,
        GroupName group,
        string name,
        CancellationToken cancellationToken)
    {
        var reporter = context.Reporter;
        var scope = await context.Cluster.OpenScopeAsync(context.Scope, cancellationToken);
        var member = await context.Cluster.Groups.CreateMemberAsync(
            name,
            message =>
            {
                var text = Encoding.UTF8.GetString(message.Payload.Span);
                reporter.Say(
                    message.From is null ? text : $"{Describe.Short(message.From)}: {text}",
                    new
                    {
                        @event = "message",
                        from = Describe.ForPrograms(message.From),
                        group = message.Group?.Value,
                        text,
                        missed = message.Missed,
                    });
                return default;
            },
            cancellationToken);
        await using (member)
        {
            var result = await scope.JoinAsync(group, member.Id, cancellationToken);
            if (!result.IsJoined)
            {
                throw new ClientException(ClientExitCode.Failed, $"{group} cannot be joined: {result.Status}");
            }

            reporter.Say(
                $"joined {group} as {member.Id}; Ctrl-C leaves",
                new { @event = "joined", group = group.Value, member = Describe.ForPrograms(member.Id) });
            await Task.Delay(Timeout.Infinite, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await scope.LeaveAsync(group, member.Id, CancellationToken.None)
                .AsTask().WaitAsync(TimeSpan.FromSeconds(5), CancellationToken.None);
        }

        reporter.Say($"left {group}", new { @event = "left", group = group.Value });
        return ClientExitCode.Done;
    }
}
