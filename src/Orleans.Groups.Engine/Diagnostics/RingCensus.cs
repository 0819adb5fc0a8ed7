namespace Orleans.Groups.Engine;

/// <summary>
/// The ring members of one node until their last callback has returned, and what all that are gone have done. Any
/// thread.
/// </summary>
/// <remarks>
/// Messages are counted by their member, where no other thread counts; whoever wants to know adds up. Nothing here is
/// called per message.
/// </remarks>
internal sealed class RingCensus
{
    private readonly Lock _gate = new();
    private readonly HashSet<RingHost> _hosts = [];
    private long _published;
    private long _delivered;

    /// <summary>A member begins to join.</summary>
    internal void Add(RingHost host)
    {
        lock (_gate)
        {
            _hosts.Add(host);
        }
    }

    /// <summary>A member publishes and is told nothing more; again, nothing happens.</summary>
    internal void Retire(RingHost host, long published, long delivered)
    {
        lock (_gate)
        {
            if (_hosts.Remove(host))
            {
                _published += published;
                _delivered += delivered;
            }
        }
    }

    /// <summary>All members as they are now, and the sums over them and all that are gone.</summary>
    internal RingSurvey Take()
    {
        RingHost[] hosts;
        long published;
        long delivered;
        lock (_gate)
        {
            hosts = [.. _hosts];
            (published, delivered) = (_published, _delivered);
        }

        // A member that retires meanwhile is counted as it is in the end, and not among those that are gone.
        var samples = new List<RingSample>(hosts.Length);
        foreach (var host in hosts)
        {
            var sample = host.Sample();
            published += sample.Published;
            delivered += sample.Delivered;
            samples.Add(sample);
        }

        return new RingSurvey(samples, published, delivered);
    }
}

/// <summary>What the ring members of a node do.</summary>
/// <param name="Members">Those that are there, in no order.</param>
/// <param name="Published">Messages published by these and all before them.</param>
/// <param name="Delivered">Messages processed by the handlers of these and all before them.</param>
internal sealed record RingSurvey(IReadOnlyList<RingSample> Members, long Published, long Delivered);

/// <summary>What is known of one ring member.</summary>
/// <param name="Group">The group.</param>
/// <param name="Self">The member.</param>
/// <param name="Phase">Where it is in its life.</param>
/// <param name="ViewVersion">The version of the record that it goes by; 0 before the first.</param>
/// <param name="Alive">Living members of the ring, as it knows.</param>
/// <param name="PendingBytes">Payload bytes kept until all have them.</param>
/// <param name="UnprocessedBytes">Bytes of its own messages that not every member has processed.</param>
/// <param name="HeldUpBy">Who is furthest behind on them; the member itself when it is its own handler.</param>
/// <param name="HeldUpAt">How far that one has come.</param>
/// <param name="QueuedCalls">Calls that wait for its handler.</param>
/// <param name="QueuedBytes">What these keep in memory.</param>
/// <param name="Published">Messages it has published.</param>
/// <param name="Delivered">Messages its handler has processed.</param>
/// <param name="IsStoreFailing">Whether its last request to the record store failed.</param>
internal sealed record RingSample(
    GroupName Group,
    MemberId Self,
    MulticastPhase Phase,
    long ViewVersion,
    int Alive,
    long PendingBytes,
    long UnprocessedBytes,
    MemberId? HeldUpBy,
    long HeldUpAt,
    long QueuedCalls,
    long QueuedBytes,
    long Published,
    long Delivered,
    bool IsStoreFailing);
