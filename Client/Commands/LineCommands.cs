using System.Diagnostics;
using System.Text;

namespace Orleans.Groups.ClientProgram;

/// <summary>Lines through a ring: from the standard input of one program to the standard output of others.</summary>
internal static class LineCommands
{
    /// <summary>Broadcasts the lines of the standard input.</summary>
    internal static async Task<int> BroadcastAsync(
        CommandContext context,
        GroupName group,
        BroadcastSettings settings,
        CancellationToken cancellationToken)
    {
        var reporter = context.Reporter;
        await using var sender = new LineSender(
            context.Cluster, group, settings.Level, TimeSpan.FromSeconds(settings.Patience), reporter.Note);
        await sender.JoinAsync(cancellationToken);
        await using var input = context.Console.OpenInput();
        var maxLine = settings.MaxPayload - LineBatch.HeaderBytes - LineBatch.LineBytes;
        var lines = new LineInput(input, maxLine, cancellationToken);
        var watch = Stopwatch.StartNew();
        var sent = 0L;
        var shownAt = TimeSpan.Zero;
        while (await lines.ReadAsync(cancellationToken) is { } batch)
        {
            await sender.SendAsync(batch, cancellationToken);
            sent = batch.Last;
            if (settings.Confirm && reporter.IsJson)
            {
                reporter.Json(new { @event = "confirmed", first = batch.First, last = batch.Last });
            }

            if (watch.Elapsed - shownAt > TimeSpan.FromMilliseconds(200))
            {
                shownAt = watch.Elapsed;
                reporter.Progress($"{Reporter.Text(sent)} lines have arrived everywhere");
            }
        }

        var proof = settings.Confirm ? "processed by every member" : "received by every member";
        reporter.Progress("");
        if (reporter.IsJson)
        {
            reporter.Json(new
            {
                @event = "done", lines = sent, rejoined = sender.Rejoined, members = sender.Members,
                seconds = Math.Round(watch.Elapsed.TotalSeconds, 3),
            });
        }
        else
        {
            reporter.Note(
                $"{Reporter.Text(sent)} lines {proof}; the ring has {sender.Members} members now, this one included");
        }

        return ClientExitCode.Done;
    }

    /// <summary>Prints the lines that come through a ring.</summary>
    internal static async Task<int> TailAsync(
        CommandContext context,
        GroupName group,
        TailSettings settings,
        CancellationToken cancellationToken)
    {
        var reporter = context.Reporter;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reader = new RingReader(
            context.Cluster, group, settings.Places, TimeSpan.FromSeconds(settings.Patience), reporter.Note);
        var running = reader.RunAsync(stop.Token);
        var announcing = AnnounceAsync(reader, reporter, group);
        var lost = 0L;
        var printer = new LinePrinter(reporter, settings.MaxLines);
        try
        {
            while (!printer.IsDone && await reader.Feed.Output.WaitToReadAsync(CancellationToken.None))
            {
                while (!printer.IsDone && reader.Feed.Output.TryRead(out var item))
                {
                    if (item.Lost > 0)
                    {
                        lost += item.Lost;
                        reporter.Note(
                            $"{item.Lost} messages of {Describe.Short(item.From)} are lost: all silos through which "
                            + "this program listened died at once");
                    }
                    else
                    {
                        printer.Print(item);
                    }
                }

                reporter.Flush();
            }
        }
        finally
        {
            await stop.CancelAsync();
            reader.Feed.Complete();
            await running;
            await announcing;
        }

        if (printer.Missing > 0)
        {
            reporter.Note($"{printer.Missing} lines are missing between others");
        }

        return lost + printer.Missing > 0 ? ClientExitCode.Failed : ClientExitCode.Done;
    }

    private static async Task AnnounceAsync(RingReader reader, Reporter reporter, GroupName group)
    {
        await reader.Joined.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (reader.Joined.IsCompletedSuccessfully)
        {
            reporter.Note($"listening to {group}: everything sent from now on is shown");
        }
    }

    /// <summary>Prints messages, each line once.</summary>
    private sealed class LinePrinter(Reporter reporter, long? maxLines)
    {
        private readonly LineFilter _filter = new();
        private long _printed;

        internal bool IsDone => _printed >= maxLines;

        internal long Missing => _filter.Missing;

        internal void Print(FeedItem item)
        {
            if (LineBatch.TryRead(item.Payload.Span) is not { } batch)
            {
                Print(item, null, 0, item.Payload.ToArray());
                return;
            }

            foreach (var (number, line) in _filter.TakeNew(batch))
            {
                if (!IsDone)
                {
                    Print(item, batch, number, line);
                }
            }
        }

        private void Print(FeedItem item, LineBatch? batch, long number, byte[] line)
        {
            _printed++;
            if (!reporter.IsJson)
            {
                reporter.WriteLine(line);
                return;
            }

            reporter.Json(new
            {
                from = Describe.ForPrograms(item.From),
                stream = batch?.Stream,
                line = batch is null ? (long?)null : number,
                text = Encoding.UTF8.GetString(line),
            });
        }
    }
}

/// <summary>How lines are sent.</summary>
/// <param name="Confirm">Whether every member's handler must have processed them.</param>
/// <param name="Patience">Seconds that a line may take.</param>
/// <param name="MaxPayload">The cluster's largest message in bytes.</param>
internal sealed record BroadcastSettings(bool Confirm, double Patience, int MaxPayload)
{
    /// <summary>When lines have arrived.</summary>
    internal ConfirmLevel Level => Confirm ? ConfirmLevel.ProcessedByAll : ConfirmLevel.ReceivedByAll;
}

/// <summary>How lines are shown.</summary>
/// <param name="Places">Through how many silos.</param>
/// <param name="Patience">Seconds without any silo after which it gives up.</param>
/// <param name="MaxLines">After how many lines it ends; nothing: never.</param>
internal sealed record TailSettings(int Places, double Patience, long? MaxLines);
