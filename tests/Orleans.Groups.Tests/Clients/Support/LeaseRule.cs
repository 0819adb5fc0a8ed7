namespace Orleans.Groups.Tests;

/// <summary>What rule P6 consists of: each part can be taken away, to see what breaks then.</summary>
public enum LeaseRule
{
    /// <summary>Nothing is taken away.</summary>
    None,

    /// <summary>A client that changes its silo joins there before it leaves here.</summary>
    JoinsBeforeItLeaves,

    /// <summary>A session that another has replaced is ended, and not left to its lease.</summary>
    EndsTheSessionBefore,

    /// <summary>What a client registers has a number, and is done once under it, in its order.</summary>
    RegistersByNumber,
}

/// <summary>An unreliable network under which clients and silos do not keep a part of rule P6.</summary>
internal sealed class RulelessTransport(Loopback loopback, int seed, LeaseRule missing)
    : UnreliableTransport(loopback, seed, 0.25)
{
    private readonly Loopback _loopback = loopback;
    private readonly Lock _gate = new();
    private readonly Dictionary<PinnedKey, long> _arrived = [];

    /// <summary>Each try to open a session.</summary>
    internal Seen<PinnedKey> Opened { get; } = new();

    public override async Task<SessionWelcome> OpenAsync(PinnedKey session, SessionRequest request)
    {
        if (missing == LeaseRule.JoinsBeforeItLeaves)
        {
            foreach (var before in Opened.Items)
            {
                _loopback.Find(before.Silo).FindSession(before.Id)?.Close();
            }

            await _loopback.DrainAsync();
        }

        Opened.Add(session);
        return await base.OpenAsync(session, request);
    }

    protected override SessionCall OnArrival(PinnedKey session, SessionCall call) => missing switch
    {
        LeaseRule.EndsTheSessionBefore when call.Operation is ReplaceSession => new SessionCall
        {
            Number = call.Number,
            SettledThrough = call.SettledThrough,
            Operation = new ReplaceSession(),
        },
        LeaseRule.RegistersByNumber => new SessionCall { Number = CountArrival(session), Operation = call.Operation },
        _ => call,
    };

    private long CountArrival(PinnedKey session)
    {
        lock (_gate)
        {
            return _arrived[session] = _arrived.GetValueOrDefault(session) + 1;
        }
    }
}
