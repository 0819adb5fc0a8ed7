using Orleans.Groups.Checkers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <summary>One world from its beginning to its end: faults, healing, and then nothing may be left.</summary>
internal sealed class WorldRun
{
    /// <summary>How long after healing everything must be quiet, in microseconds of virtual time.</summary>
    private const long QuietBound = 150_000_000;

    private const long QuietStep = 150_000;

    /// <summary>The window in which only more monitors have begun, so that all has been read already.</summary>
    private const long EpilogueBegins = 2;

    /// <summary>No world takes so many steps.</summary>
    private const long MostSteps = 400_000;

    /// <summary>What a record that went back does not promise any more (rule R3).</summary>
    private static readonly HashSet<string> Excused =
    [
        "G-S4", "G-S5", "G-S6", "G-S7", "G-S12", "G-S13", "G-S14", "G-S15", "G-S16", "G-S18", "G-S19", "G-S20",
        "G-L1", "G-L2", "G-L3", "G-L4", "G-L5", "G-L6",
    ];

    private readonly WorldPlan _plan;
    private readonly WorldLog _log;
    private readonly World _world;

    private WorldRun(WorldPlan plan, Trace? trace)
    {
        _plan = plan;
        var settings = new CheckSettings
        {
            JoinBound = TimeSpan.FromMicroseconds(QuietBound),
            ConfirmBound = TimeSpan.FromMicroseconds(QuietBound),
            MaxKeptPerProperty = 3,
        };
        settings.LocalScopes.UnionWith(plan.Settings.LocalScopes);
        _log = new WorldLog(settings, trace);
        _world = new World(plan.Settings, plan.Seed, _log);
        _log.Attach(_world);
    }

    /// <summary>Lets a world happen, and says what was found.</summary>
    internal static WorldResult Run(WorldPlan plan, Trace? trace = null)
    {
        var run = new WorldRun(plan, trace);
        string? crash = null;
        try
        {
            run.Run();
        }
        catch (Exception exception) // Whatever it is, it is a finding, and other worlds go on.
        {
            crash = exception.ToString();
        }

        return run.Finish(crash);
    }

    private void Run()
    {
        _world.Load(_plan);
        RunTo(_world.HealAt);
        _world.Heal();
        if (_world.WasRolledBack)
        {
            RunTo(_world.Now + 5_000_000);
            return;
        }

        if (!Settle(1))
        {
            return;
        }

        if (_plan.Kind == WorldKind.Gm)
        {
            new RingEpilogue(_world).Run(() => Settle(3));
        }
        else
        {
            new GroupsEpilogue(_world).Run(Settle);
        }
    }

    private void RunTo(long time)
    {
        while (_world.Queue.Count > 0 && _world.Queue.Peek().At <= time)
        {
            _world.Step();
            Invariant.Require(_world.Steps < MostSteps, "a world does not go on for ever");
        }

        _world.RunUntil(time);
    }

    /// <summary>
    /// Until all is quiet, then looks at everything; <see langword="false"/> when it does not get quiet.
    /// </summary>
    private bool Settle(long window)
    {
        var deadline = _world.Now + QuietBound;
        string? unrest = null;
        while (_world.Now < deadline)
        {
            RunTo(_world.Now + QuietStep);
            unrest = _world.FindUnrest();
            if (unrest is null)
            {
                LookAtEverything(window);
                return true;
            }
        }

        _log.Violated("QUIET", $"all is healed, and after {QuietBound / 1_000_000} s of virtual time {unrest}");
        return false;
    }

    private void LookAtEverything(long window)
    {
        foreach (var scope in _world.Running.SelectMany(static node => node.Scopes))
        {
            foreach (var monitor in scope.Life?.Monitors.ToList() ?? [])
            {
                monitor.Read(int.MaxValue);
            }
        }

        _world.Log(new LogEvent.Quiesced(window));
        foreach (var node in _world.Running)
        {
            foreach (var scope in node.Scopes)
            {
                scope.Life?.Verify();
                if (window != EpilogueBegins)
                {
                    node.ReadAll(scope);
                }
            }

            Leftovers.Probe(node);
        }

        _world.Inspect();
    }

    private WorldResult Finish(string? crash)
    {
        if (crash is not null)
        {
            _log.Violated("CRASH", crash);
        }

        var report = _log.Finish();
        var violations = _log.Violations.Concat(report.Violations)
            .Where(violation => !_world.WasRolledBack || !Excused.Contains(violation.Property))
            .ToList();
        return new WorldResult(
            _plan,
            violations,
            report.Events,
            _log.Packets,
            _world.Steps,
            _log.Hash,
            _log.Marks);
    }
}

/// <summary>What became of one world.</summary>
/// <param name="Plan">Its plan.</param>
/// <param name="Violations">What is broken.</param>
/// <param name="Events">Events of its log.</param>
/// <param name="Packets">Packets between its nodes.</param>
/// <param name="Steps">Things that happened.</param>
/// <param name="Hash">Of everything that was logged and sent.</param>
/// <param name="Marks">How often each situation was seen.</param>
internal sealed record WorldResult(
    WorldPlan Plan,
    IReadOnlyList<Violation> Violations,
    long Events,
    long Packets,
    long Steps,
    ulong Hash,
    long[] Marks);
