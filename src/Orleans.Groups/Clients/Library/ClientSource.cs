namespace Orleans.Groups;

/// <summary>Something of a client that its silo tells events: a member or a monitor.</summary>
/// <remarks>
/// Events come with the life of the session in which they came: what was handled is only told in that life, because
/// another one counts anew.
/// </remarks>
internal abstract class ClientSource(long handle)
{
    /// <summary>So many handled events are told at once, although others wait.</summary>
    private const int ToldAtOnce = 16;

    private readonly Lock _gate = new();
    private SessionLife? _life;
    private long _handled;
    private long _told;

    /// <summary>Its name towards the silo.</summary>
    internal long Handle { get; } = handle;

    /// <summary>A session begins, in which nothing has been handled.</summary>
    internal void Rebind(SessionLife life)
    {
        lock (_gate)
        {
            _life = life;
            _handled = 0;
            _told = 0;
        }

        OnRebound();
    }

    /// <summary>A session begins: what was begun in the one before is not finished.</summary>
    protected virtual void OnRebound()
    {
    }

    /// <summary>Whether events of that life count.</summary>
    internal bool IsOf(SessionLife life)
    {
        lock (_gate)
        {
            return ReferenceEquals(_life, life);
        }
    }

    /// <summary>An event of a life has been handled.</summary>
    /// <param name="life">The life in which it came.</param>
    /// <param name="isIdle">Whether no other waits.</param>
    internal void NoteHandled(SessionLife life, bool isIdle)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_life, life))
            {
                return;
            }

            _handled++;
            if (!isIdle && _handled - _told < ToldAtOnce)
            {
                return;
            }

            _told = _handled;
        }

        life.NoteHandled(Handle, Volatile.Read(ref _told));
    }
}
