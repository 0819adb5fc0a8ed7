namespace Orleans.Groups.Simulator.Exploration;

/// <summary>The hashes of all states that were seen; 16 bytes each.</summary>
internal sealed class StateSet
{
    private StateHash[] _slots = new StateHash[1 << 12];

    internal int Count { get; private set; }

    /// <summary>Adds a state; whether it is new.</summary>
    internal bool Add(StateHash state)
    {
        if (state == default)
        {
            state = new StateHash(1, 0); // All zero marks a free slot.
        }

        if (Count * 10L > _slots.Length * 7L)
        {
            Grow();
        }

        var slot = SlotOf(state);
        if (_slots[slot] == state)
        {
            return false;
        }

        _slots[slot] = state;
        Count++;
        return true;
    }

    private int SlotOf(StateHash state)
    {
        var slot = (int)(state.High & (ulong)(_slots.Length - 1));
        while (_slots[slot] != default && _slots[slot] != state)
        {
            slot = (slot + 1) & (_slots.Length - 1);
        }

        return slot;
    }

    private void Grow()
    {
        var old = _slots;
        _slots = new StateHash[old.Length * 2];
        foreach (var state in old)
        {
            if (state != default)
            {
                _slots[SlotOf(state)] = state;
            }
        }
    }
}
