namespace Orleans.Groups.Samples.Relay;

/// <summary>Finds where two logs differ in what they have of a sender, when sums have told that they do.</summary>
internal static class StreamDifference
{
    /// <summary>The first message that differs, in words; nothing when all that both have is equal.</summary>
    internal static string? Describe(string path, string otherPath, IReadOnlyList<string> members, int sender)
    {
        using var log = new MemberLogReader(path, members);
        using var other = new MemberLogReader(otherPath, members);
        var otherHash = 0UL;
        var otherNumber = 0L;
        while (Next(log, sender, out var hash))
        {
            while (otherNumber < log.Number)
            {
                if (!Next(other, sender, out otherHash))
                {
                    return null;
                }

                otherNumber = other.Number;
            }

            if (otherNumber == log.Number && otherHash != hash)
            {
                return $"number {log.Number} of {members[sender]} (line {log.Line} here, line {other.Line} there) "
                    + "has another text";
            }
        }

        return null;
    }

    private static bool Next(MemberLogReader log, int sender, out ulong hash)
    {
        while (log.TryRead(out var text))
        {
            if (log.Problem is null && log.Sender == sender)
            {
                hash = LineHash.Of(text);
                return true;
            }
        }

        hash = 0;
        return false;
    }
}
