using Orleans.Groups.Checkers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <summary>A scope on one node: stays the same while lives of it come and go.</summary>
internal sealed class SimScope(SimNode node, ScopeName name)
{
    private long _lives;

    internal ScopeName Name { get; } = name;

    internal SimNode Node { get; } = node;

    /// <summary>The running life, if any.</summary>
    internal SimScopeLife? Life { get; private set; }

    internal bool IsLocal => Node.World.Settings.LocalScopes.Contains(Name.Value);

    /// <summary>Starts a life, unless one runs or the node stops.</summary>
    internal void Start()
    {
        if (Life is not null || Node.IsStopping)
        {
            return;
        }

        Life = new SimScopeLife(this, ++_lives);
        if (_lives > 1)
        {
            Node.Log(new LogEvent.ScopeStart(Name.Value, _lives));
            Node.World.Note(Mark.ScopeStartedAgain);
        }

        foreach (var (peer, session) in Node.Sessions)
        {
            Life.Tell(new ScopeInput.PeerUp(peer, session));
        }
    }

    /// <summary>Ends the running life, with a goodbye or without a word.</summary>
    internal void Stop(bool saysGoodbye)
    {
        var life = Life;
        Life = null;
        if (saysGoodbye)
        {
            life?.Stop();
        }
        else
        {
            life?.End();
        }
    }

    /// <summary>The application stops the scope on a node that goes on.</summary>
    internal void StopAlone()
    {
        if (Life is not null && !Node.IsStopping)
        {
            Node.Log(new LogEvent.ScopeStop(Name.Value, LogReasons.Stopping));
            Stop(saysGoodbye: true);
            Node.Log(new LogEvent.ScopeStop(Name.Value, LogReasons.Stopped));
        }
    }
}
