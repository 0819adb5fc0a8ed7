namespace Orleans.Groups;

/// <summary>
/// The activations of this silo whose ring has ended. They go when nobody has asked for
/// <see cref="GroupVersionGrain.EndedMinutes"/>; were there too many until then, the oldest go earlier. Any thread.
/// </summary>
internal sealed class EndedRecords(int most = EndedRecords.DefaultMost)
{
    /// <summary>As many as the in-memory engine keeps.</summary>
    internal const int DefaultMost = 10_000;

    private readonly Lock _gate = new();
    private readonly LinkedList<IGrainContext> _contexts = [];

    /// <summary>How many there are.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _contexts.Count;
            }
        }
    }

    /// <summary>Adds one; give the result to <see cref="Remove"/>.</summary>
    internal LinkedListNode<IGrainContext> Add(IGrainContext context)
    {
        LinkedListNode<IGrainContext> place;
        IGrainContext? oldest = null;
        lock (_gate)
        {
            place = _contexts.AddLast(context);
            if (_contexts.Count > most)
            {
                oldest = _contexts.First!.Value;
                _contexts.RemoveFirst();
            }
        }

        oldest?.Deactivate(new DeactivationReason(
            DeactivationReasonCode.ApplicationRequested,
            $"Its ring has ended, and there are more than {most} such records on this silo."));
        return place;
    }

    /// <summary>Takes one away; does nothing when it has gone already.</summary>
    internal void Remove(LinkedListNode<IGrainContext> place)
    {
        lock (_gate)
        {
            if (place.List is not null)
            {
                _contexts.Remove(place);
            }
        }
    }
}
