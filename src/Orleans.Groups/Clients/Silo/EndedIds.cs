namespace Orleans.Groups;

/// <summary>
/// Ids of sessions and ring members that have ended lately, so that a late or doubled call does not begin them again.
/// Any thread.
/// </summary>
internal sealed class EndedIds
{
    /// <summary>So many are remembered; longer than any call is under way.</summary>
    private const int MaxRemembered = 16_384;

    private readonly Lock _gate = new();
    private readonly HashSet<Guid> _ids = [];
    private readonly Queue<Guid> _order = new();

    internal bool Contains(Guid id)
    {
        lock (_gate)
        {
            return _ids.Contains(id);
        }
    }

    internal void Add(Guid id)
    {
        lock (_gate)
        {
            if (_ids.Add(id))
            {
                _order.Enqueue(id);
                if (_order.Count > MaxRemembered)
                {
                    _ids.Remove(_order.Dequeue());
                }
            }
        }
    }
}
