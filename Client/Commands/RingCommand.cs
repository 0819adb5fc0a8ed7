namespace Orleans.Groups.ClientProgram;

/// <summary>Shows a ring as its members know it, without joining it.</summary>
internal static class RingCommand
{
    internal static async Task<int> RunAsync(
        CommandContext context,
        GroupName group,
        CancellationToken cancellationToken)
    {
        var view = await context.Cluster.GetRingAsync(group, cancellationToken);
        foreach (var silo in view.Silent)
        {
            context.Reporter.Note($"silo {silo} does not answer");
        }

        if (view.Members.IsEmpty)
        {
            throw new ClientException(ClientExitCode.Failed, $"nobody on the silos that answered is in a ring {group}");
        }

        // The members may be on different versions for a moment; the newest one says who is in the ring.
        var newest = view.Members.MaxBy(status => status.ViewVersion)!;
        var places = newest.Members
            .Select((member, index) => (
                Place: index + 1,
                Member: member,
                Status: view.Members.FirstOrDefault(status => status.Self == member.Id)))
            .ToList();
        Show(context.Reporter, newest, places);
        return ClientExitCode.Done;
    }

    private static void Show(
        Reporter reporter,
        MulticastStatus newest,
        IReadOnlyList<(int Place, MulticastMemberStatus Member, MulticastStatus? Status)> places)
    {
        var heldUpBy = places.Select(place => place.Status?.HeldUpBy).OfType<MemberId>().Distinct().ToList();
        if (!reporter.IsJson)
        {
            var dead = places.Count(place => !place.Member.IsAlive);
            reporter.Say(
                $"{newest.Group}: view {newest.ViewVersion} of {newest.Epoch}; {places.Count - dead} alive, {dead} "
                + $"dead and not yet settled; {(heldUpBy.Count == 0 ? "nobody holds it up"
                    : $"held up by {string.Join(", ", heldUpBy.Select(Describe.Short))}")}",
                newest);
            reporter.Show([Heading, .. places.Select(Row)], []);
            return;
        }

        reporter.Json(new
        {
            group = newest.Group.Value,
            epoch = newest.Epoch,
            viewVersion = newest.ViewVersion,
            heldUpBy = heldUpBy.Select(Describe.ForPrograms),
            members = places.Select(place => new
            {
                member = Describe.ForPrograms(place.Member.Id),
                isAlive = place.Member.IsAlive,
                inheritedBy = Describe.ForPrograms(place.Member.InheritedBy),
                hasAnswered = place.Status is not null,
                phase = place.Status?.Phase,
                viewVersion = place.Status?.ViewVersion,
                left = Describe.ForPrograms(place.Status?.LeftNeighbour),
                right = Describe.ForPrograms(place.Status?.RightNeighbour),
                published = place.Status?.Published,
                delivered = place.Status?.Delivered,
                pendingMessages = place.Status?.Members.Sum(member => member.PendingPublications),
                pendingBytes = place.Status?.PendingBytes,
                unprocessedBytes = place.Status?.UnprocessedBytes,
                queued = place.Status?.QueuedDeliveries,
                heldUpBy = Describe.ForPrograms(place.Status?.HeldUpBy),
            }),
        });
    }

    private static string[] Heading =>
    [
        "#", "member", "node", "state", "view", "left", "right", "published", "delivered", "pending", "bytes",
        "unprocessed", "queued", "held up by",
    ];

    private static string[] Row((int Place, MulticastMemberStatus Member, MulticastStatus? Status) place)
    {
        var (number, member, status) = place;
        string[] who = [$"{number}", Describe.Short(member.Id), member.Id.Node.Name];
        if (!member.IsAlive)
        {
            var heir = $"dead, inherited by {Describe.Short(member.InheritedBy)}";
            return [.. who, heir, "-", "-", "-", "-", "-", "-", "-", "-", "-", "-"];
        }

        return status is null
            ? [.. who, "no answer", "-", "-", "-", "-", "-", "-", "-", "-", "-", "-"]
            :
            [
                .. who,
                status.Phase.ToString().ToLowerInvariant(),
                $"{status.ViewVersion}",
                Describe.Short(status.LeftNeighbour),
                Describe.Short(status.RightNeighbour),
                Reporter.Text(status.Published),
                Reporter.Text(status.Delivered),
                Reporter.Text(status.Members.Sum(other => other.PendingPublications)),
                Reporter.Text(status.PendingBytes),
                Reporter.Text(status.UnprocessedBytes),
                Reporter.Text(status.QueuedDeliveries),
                Describe.Short(status.HeldUpBy),
            ];
    }
}
