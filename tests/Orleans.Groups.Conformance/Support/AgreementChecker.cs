namespace Orleans.Groups.Conformance;

/// <summary>What all survivors of a run must have in common: agreement, validity, and that proofs were true.</summary>
internal static class AgreementChecker
{
    /// <summary>
    /// Waits until the survivors have everything of those that did not crash, and then compares them all.
    /// </summary>
    internal static async Task CheckAsync(IReadOnlyCollection<ChurnMember> everybody)
    {
        var survivors = everybody.Where(static member => member.IsSurvivor).ToArray();
        foreach (var publisher in everybody)
        {
            var knowing =
                survivors.Where(survivor => survivor.Member.Handler.Last.ContainsKey(publisher.Member.Id)).ToArray();
            if (publisher.IsSurvivor || await HasDrainedAsync(publisher))
            {
                // Validity: what is accepted from somebody who does not crash arrives.
                foreach (var survivor in knowing)
                {
                    await survivor.Member.Handler.ReceivesAsync(publisher.Member.Id, publisher.LastAccepted);
                }
            }

            var last = knowing.ToDictionary(
                survivor => survivor,
                survivor => survivor.Member.Handler.Last[publisher.Member.Id]);
            var most = last.Values.DefaultIfEmpty().Max();
            foreach (var (survivor, number) in last)
            {
                Assert.True(
                    number == most,
                    $"{survivor.Member.Id} has {number} messages of {publisher.Member.Id}, another {most}.");
                Assert.True(
                    number >= publisher.LastProved,
                    $"{publisher.LastProved} of {publisher.Member.Id} was proved, {survivor.Member.Id} has {number}.");
            }
        }
    }

    private static async Task<bool> HasDrainedAsync(ChurnMember member) =>
        !member.IsKilled && member.Leaving is { } leaving && (await leaving).Reason == TerminationReason.Left;
}
