namespace Orleans.Groups.Engine;

/// <summary>The living nodes with which a node has had a session, be it over or not.</summary>
/// <remarks>
/// <para>
/// A node that has just started is not connected with all others yet, or does not even know who they are. A ring member
/// that appeared there next to a neighbour that it cannot reach would take it for lost, and write that into the record,
/// although both are well. So who is about to join waits until its node has met everybody.
/// </para>
/// <para>
/// A node that cannot be met must not keep others from joining: there is a limit for each stranger, not for each join.
/// A session begins at one end before the other; so a newcomer may still be met late, and be put out itself.
/// </para>
/// </remarks>
internal sealed class Acquaintances(NodeHost node)
{
    private readonly HashSet<NodeId> _met = [];
    private Dictionary<NodeId, long> _strangers = []; // Since when they are known to live.
    private TaskCompletionSource? _allMet;

    /// <summary>A session has begun. Called under the network's lock.</summary>
    internal void Add(NodeId peer)
    {
        _met.Add(peer);
        Look();
    }

    /// <summary>A node is dead. Called under the network's lock.</summary>
    internal void Remove(NodeId peer)
    {
        _met.Remove(peer);
        Look();
    }

    /// <summary>Who lives has changed. Called under the network's lock.</summary>
    internal void Look()
    {
        if (_allMet is not null && FindStrangers().Count == 0)
        {
            _allMet.TrySetResult();
            _allMet = null;
        }
    }

    /// <summary>Completes when the node has met all that live, or was given the time for it.</summary>
    /// <param name="each">How long a stranger is waited for, by all who wait together.</param>
    /// <param name="most">How long this call takes at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task WaitForAllAsync(TimeSpan each, TimeSpan most, CancellationToken cancellationToken)
    {
        var time = node.Core.Time;
        var start = time.GetTimestamp();
        while (Begin(each, most - time.GetElapsedTime(start)) is { } wait)
        {
            try
            {
                await wait.AllMet.WaitAsync(wait.Limit, time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // Whoever is still a stranger has had its time; others may have come.
            }
        }
    }

    /// <summary>What to wait for, and how long; <see langword="null"/> when there is nothing to wait for.</summary>
    private (Task AllMet, TimeSpan Limit)? Begin(TimeSpan each, TimeSpan most)
    {
        lock (node.Core.Nodes.Gate)
        {
            var limit = TimeSpan.Zero;
            foreach (var since in FindStrangers().Values)
            {
                var left = each - node.Core.Time.GetElapsedTime(since);
                limit = left > limit ? left : limit;
            }

            limit = limit < most ? limit : most;
            if (limit <= TimeSpan.Zero)
            {
                return null;
            }

            _allMet ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return (_allMet.Task, limit);
        }
    }

    /// <summary>The living that were never met. Who does not know who lives is a stranger to itself.</summary>
    private Dictionary<NodeId, long> FindStrangers()
    {
        var now = node.Core.Time.GetTimestamp();
        var strangers = new Dictionary<NodeId, long>();
        foreach (var other in node.Core.Nodes.CopyLiving())
        {
            if (other.Equals(node.Id) ? !node.Core.Nodes.KnowsWhoLives : !_met.Contains(other))
            {
                strangers.Add(other, _strangers.GetValueOrDefault(other, now));
            }
        }

        return _strangers = strangers;
    }
}
