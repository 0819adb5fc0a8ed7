using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <summary>Draws a plan from a seed: a topology, work, and a random subset of faults (swarm).</summary>
internal sealed partial class PlanDrawer
{
    private readonly WorldKind _kind;
    private readonly ulong _seed;
    private readonly int _work;
    private readonly DeterministicRandom _random;
    private readonly HashSet<FaultKind> _faults = [];
    private readonly List<PlanItem> _items = [];
    private readonly List<string> _groups = [];
    private long _length;
    private int _nodes;

    private PlanDrawer(WorldKind kind, ulong seed, int work)
    {
        _kind = kind;
        _seed = seed;
        _work = work;
        _random = new DeterministicRandom(StableHash.Combine(seed, (ulong)kind + 17));
    }

    /// <summary>The plan of a seed.</summary>
    /// <param name="kind">Which protocol.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="allowed">Faults that may be drawn; nothing for all.</param>
    /// <param name="work">How many times the usual work is drawn, in the same time.</param>
    internal static WorldPlan Draw(
        WorldKind kind,
        ulong seed,
        IReadOnlySet<FaultKind>? allowed = null,
        int work = 1)
    {
        var drawer = new PlanDrawer(kind, seed, work);
        drawer.DrawFaults(allowed);
        return drawer.Draw();
    }

    private WorldPlan Draw()
    {
        _nodes = Chance(12) ? Between(5, 8) : Between(2, 4);
        _length = Between(400, 3_000) * 1_000L;
        var count = Chance(3) ? 2 : 1;
        for (var index = 0; index < count + (_kind == WorldKind.Pg ? 2 : 0); index++)
        {
            _groups.Add($"g{index}");
        }

        var settings = DrawSettings();
        DrawWork();
        DrawFaultItems();
        var items = _items.OrderBy(static item => item.At).ThenBy(static item => item.Id);
        var faults = _faults.Order().ToList();
        return new WorldPlan(_kind, _seed, settings, [.. items], _length, faults, [.. _groups])
        {
            Work = _work,
        };
    }

    private void DrawFaults(IReadOnlySet<FaultKind>? allowed)
    {
        var candidates = FaultNames.All.Where(fault => allowed?.Contains(fault) != false && IsOfUse(fault)).ToList();
        var profile = _random.Next(20);
        if (candidates.Count == 0 || profile == 0)
        {
            return;
        }

        if (profile <= 4)
        {
            _faults.Add(candidates[_random.Next(candidates.Count)]);
        }
        else
        {
            var percent = profile <= 11 ? 20 : 50;
            _faults.UnionWith(candidates.Where(_ => _random.Next(100) < percent));
        }
    }

    private bool IsOfUse(FaultKind fault) =>
        _kind == WorldKind.Gm || fault is not (FaultKind.F14 or FaultKind.F15 or FaultKind.F16);

    private WorldSettings DrawSettings()
    {
        var isTiny = _faults.Contains(FaultKind.F20);
        var isSlowNet = Chance(3);
        var jitter = _faults.Contains(FaultKind.F13)
            ? Enumerable.Range(0, 10).Select(_ => Between(500, 2_000)).ToArray()
            : [];
        var (ring, link) = (DrawRing(isTiny), DrawLink(isTiny));
        if (link.MaxBatchBytes < 1_000)
        {
            ring = ring with { JoinAttemptTimeout = TimeSpan.FromSeconds(5) }; // A state takes many round trips.
        }

        var settings = new WorldSettings
        {
            Nodes = _nodes,
            Ring = ring,
            Link = link,
            Scope = DrawScope(isTiny),
            Scopes = _kind == WorldKind.Pg ? DrawScopes() : [],
            LocalScopes = ["local"],
            MonitorChanges = isTiny ? Between(1, 6) : 4_096,
            DigestInterval = Between(1_500, 6_000) * 1_000L,
            WindowBytes = isTiny && Chance(2) ? Between(300, 1_200) : 64 * 1024,
            ConfirmTimeout = Chance(5) ? Between(50, 800) * 1_000L : 30_000_000,
            JoinTimeout = Chance(5) ? Between(300, 3_000) * 1_000L : 30_000_000,
            OnHandlerFailure = Chance(3) ? HandlerFailurePolicy.Stop : HandlerFailurePolicy.Skip,
            LatencyMinimum = isSlowNet ? Between(1_000, 10_000) : Between(50, 500),
            LatencyMaximum = isSlowNet ? Between(10_000, 40_000) : Between(500, 4_000),
            IsFifo = !_faults.Contains(FaultKind.F6) && Chance(2),
            TellsLosses = Chance(2) ? Between(1, 1_000) : 0,
            TurnMaximum = Chance(4) ? Between(500, 5_000) : Between(10, 300),
            StoreMinimum = Between(100, 3_000),
            StoreMaximum = Between(3_000, 20_000),
            StoreFronts = _faults.Contains(FaultKind.F16) ? 2 : 1,
            DetectionMinimum = Between(50, 300) * 1_000L,
            DetectionMaximum = Between(300, 1_500) * 1_000L,
            GossipMaximum = Chance(4) ? Between(300, 1_500) * 1_000L : Between(1, 100) * 1_000L,
            ClockRates = jitter,
            FiresStaleTimers = Chance(4),
            InspectInterval = Between(50, 400) * 1_000L,
        };
        var delay = TimeSpan.FromMilliseconds(settings.InspectInterval / 1_000 % 3); // No draw of its own: seeds stay.
        return settings with { Ring = ring with { WindowBytes = settings.WindowBytes, ReportDelay = delay } };
    }

    private RingSettings DrawRing(bool isTiny) => WorldSettings.DefaultRing with
    {
        MaxFrameBytes = isTiny || Chance(3) ? Between(100, 600) : 64 * 1024,
        MaxHeldBytes = isTiny && Chance(2) ? Between(300, 1_500) : 1024 * 1024,
        MaxWaitingJoiners = isTiny ? Between(1, 2) : 64,
        MaxMembers = isTiny && Chance(2) ? Between(2, 5) : 64,
        JoinAttemptTimeout = TimeSpan.FromMilliseconds(Chance(3) ? Between(150, 800) : 5_000),
        LeaveTimeout = TimeSpan.FromMilliseconds(Chance(6) ? Between(100, 600) : 30_000),
        EjectSlowMembers = Chance(4),
        EjectAfter = TimeSpan.FromMilliseconds(Between(200, 2_000)),
        RetryMinimum = TimeSpan.FromMilliseconds(Between(2, 40)),
        RetryMaximum = TimeSpan.FromMilliseconds(Between(300, 2_000)),
    };

    private LinkSettings DrawLink(bool isTiny)
    {
        var window = Chance(3) ? Between(1, 3) : 16;
        var link = new LinkSettings
        {
            MaxBatchesInFlight = window,
            EagerBatchesInFlight = Between(1, Math.Min(window, 3)),
            MaxBatchBytes = Chance(3) ? Between(64, 600) : 64 * 1024,
            CreditDelay = TimeSpan.FromMilliseconds(Between(2, 50)),
            RetryMinimum = TimeSpan.FromMilliseconds(Between(20, 250)),
            RetryMaximum = TimeSpan.FromMilliseconds(Between(300, 2_000)),
            KeepAliveInterval = Chance(5) ? TimeSpan.FromMilliseconds(Between(2_000, 5_000)) : TimeSpan.Zero,
            Verify = Chance(8),
        };
        return !isTiny
            ? link
            : link with
            {
                MaxBufferBytes = Chance(3) ? Between(4_000, 20_000) : 1_000_000,
                MaxWaitingBytes = Between(2_000, 20_000),
                MaxChannelWaitingBytes = Between(500, 5_000),
                ChannelCreditBytes = Between(50, 1_000),
            };
    }

    private ScopeSettings DrawScope(bool isTiny) => new(
        MaxGroups: isTiny ? Between(2, 4) : 1_000,
        MaxMembersPerGroup: isTiny ? Between(3, 10) : 1_000,
        MaxMembershipsPerMember: isTiny ? Between(3, 10) : 1_000,
        MaxMonitors: isTiny ? Between(3, 6) : 100,
        MaxMembershipsPerFrame: isTiny || Chance(3) ? Between(1, 4) : 4_096,
        IsLocal: false);

    private string[] DrawScopes() => Chance(6) ? ["s", "t", "local"] : Chance(3) ? ["s", "t"] : ["s"];

    /// <summary>One time in so many.</summary>
    private bool Chance(int of) => _random.Next(of) == 0;

    private int Between(int minimum, int maximum) => minimum + _random.Next(maximum - minimum + 1);

    private void Add(
        long at,
        ItemKind kind,
        int amount = 0,
        long lasts = 0,
        FaultKind? fault = null,
        int? what = null)
    {
        var item = new PlanItem(
            _items.Count, at, kind, _random.Next(1 << 16), what ?? _random.Next(1 << 16), amount, lasts, fault);
        _items.Add(item);
    }

    private long Sometime() => 1_000L * _random.Next((int)(_length / 1_000)) + _random.Next(1_000);
}
