namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>
/// Picks what happens next in a world, from one seed: first operations and faults, then everything heals and drains.
/// </summary>
internal sealed class RingDriver : RingObserver
{
    private const int MaxEvents = 20_000;

    private readonly RingProfile _profile;
    private readonly DeterministicRandom _random;
    private readonly List<(int Weight, Action Do)> _choices = [];
    private readonly List<(WorldNode Node, TimeSpan Due)> _rejoins = [];
    private readonly RingOperations _operations;
    private bool _isHealing;

    private RingDriver(RingProfile profile, ulong seed, bool isTracing)
    {
        _profile = profile;
        _random = new DeterministicRandom(seed);
        _ = new RingWorld(DrawOptions(isTracing), seed ^ 0x5EED, [.. RingCheckers.All(), this]);
        _operations = new RingOperations(World, profile, _random);
    }

    /// <summary>One run; throws when a property does not hold.</summary>
    internal static RingWorld Run(RingProfile profile, ulong seed, bool isTracing = false)
    {
        var driver = new RingDriver(profile, seed, isTracing);
        try
        {
            driver.Run();
        }
        catch (Exception exception) when (exception is not RingRunException)
        {
            throw new RingRunException(profile, seed, driver.World, exception);
        }

        return driver.World;
    }

    internal override void OnEnded(WorldMember member)
    {
        var again = member.Phase switch
        {
            WorldPhase.JoinFailed => member.Failure is not (JoinFailure.Full or JoinFailure.Stopped),
            WorldPhase.Terminated => member.Termination!.Reason == TerminationReason.LostMembership
                && _random.Next(2) == 0,
            _ => false,
        };
        if (again)
        {
            _rejoins.Add((member.Node, World.Now + TimeSpan.FromMilliseconds(500 + _random.Next(1000))));
        }
    }

    private RingWorldOptions DrawOptions(bool isTracing)
    {
        var window = _random.Next(3) == 0 ? 400 : 64 * 1024;
        return new RingWorldOptions
        {
            IsTracing = isTracing,
            WindowBytes = window,
            Settings = RingWorldOptions.DefaultSettings with
            {
                WindowBytes = window,
                MaxFrameBytes = _random.Next(2) == 0 ? 200 : 64 * 1024,
                MaxHeldBytes = _random.Next(4) == 0 ? 600 : 1024 * 1024,
                MaxWaitingJoiners = _random.Next(4) == 0 ? 1 : 64,
                EjectSlowMembers = _profile.EjectsSlowMembers && _random.Next(2) == 0,
            },
        };
    }

    private void Run()
    {
        for (var node = 0; node < _profile.Nodes; node++)
        {
            World.AddNode(((char)('a' + node)).ToString());
        }

        var left = _profile.Operations;
        for (var events = 0; left > 0; events++)
        {
            RingViolationException.Require(events < MaxEvents, "G-L1", "the operations do not come to an end");
            Collect();
            if (_choices.Count == 0 || _random.Next(12) == 0)
            {
                left--;
                _operations.DoOne();
            }
            else
            {
                Choose();
            }
        }

        Heal();
        Check();
        Epilogue();
    }

    /// <summary>
    /// The ring must be as good as new: a newcomer, proof of both levels from everybody, then all leave one by one.
    /// </summary>
    private void Epilogue()
    {
        var newcomer = World.Join(World.Nodes.Find(static node => node.IsAlive)!);
        Drain();
        RingViolationException.Require(
            newcomer.IsJoined || World.Members[^1].IsJoined,
            "G-L1",
            $"newcomer {newcomer} is {newcomer.Phase} {newcomer.Failure}");
        var proofs = new List<(WorldMember Member, long Confirm)>();
        foreach (var member in World.Survivors)
        {
            foreach (var level in new[] { ConfirmLevel.ProcessedByAll, ConfirmLevel.ReceivedByAll })
            {
                if (World.Broadcast(member, count: 2, confirm: level))
                {
                    proofs.Add((member, member.LastConfirm));
                }
            }
        }

        Drain();
        Check();
        foreach (var (member, confirm) in proofs)
        {
            RingViolationException.Require(
                World.Observer<ConfirmChecker>().OutcomeOf(member, confirm) is { IsOk: true },
                "G-L2",
                $"{member} confirm {confirm} is {World.Observer<ConfirmChecker>().OutcomeOf(member, confirm)}" +
                " with all healthy");
        }

        foreach (var member in World.Survivors)
        {
            World.Leave(member);
        }

        Drain();
        Check();
        foreach (var member in World.Members)
        {
            RingViolationException.Require(!member.IsRunning, "G-L1", $"{member} is still there after all have left");
        }

        RingViolationException.Require(
            World.Store.Current is null or { Entries.IsEmpty: true } or { Status: not RecordStatus.Open },
            "G-L4",
            $"all have left, and the record is {RingText.Of(World.Store.Current)}");
    }

    private void Heal()
    {
        World.Note($"--- heal");
        _isHealing = true;
        foreach (var node in World.Nodes.FindAll(static node => node is { IsAlive: true, IsDeclaredDead: true }))
        {
            World.Crash(node);
        }

        if (!World.Nodes.Exists(static node => node.IsAlive))
        {
            World.AddNode("z");
        }

        foreach (var link in World.Links)
        {
            link.Speed = 100;
        }

        foreach (var member in World.Members)
        {
            (member.Speed, member.HandlerSpeed) = (100, 100);
        }

        World.Store.Speed = 100;
        if (World.Store.Current is null)
        {
            // A ring that nobody asks for anything does not notice that its record is gone.
            _rejoins.Add((World.Nodes.Find(static node => node.IsAlive)!, World.Now));
        }

        Drain();
    }

    private void Drain()
    {
        for (var events = 0; ; events++)
        {
            RingViolationException.Require(events < MaxEvents, "G-L1", "the world does not come to rest");
            Collect();
            if (_choices.Count > 0)
            {
                Choose();
            }
            else if (!LetTimePass())
            {
                return;
            }
        }
    }

    private bool LetTimePass()
    {
        if (_rejoins.Count > 0 && _rejoins.Min(static item => item.Due) <= World.EarliestTimer)
        {
            Rejoin(_rejoins.MinBy(static item => item.Due));
            return true;
        }

        return World.FireEarliestTimer();
    }

    private void Check() => World.Tell(observer => observer.OnQuiet(World));

    private void Choose()
    {
        var total = 0;
        foreach (var (weight, _) in _choices)
        {
            total += weight;
        }

        var point = _random.Next(total);
        foreach (var (weight, action) in _choices)
        {
            point -= weight;
            if (point < 0)
            {
                action();
                return;
            }
        }
    }

    private void Add(int weight, Action action) => _choices.Add((weight, action));

    private void Collect()
    {
        _choices.Clear();
        foreach (var link in World.Links)
        {
            if (link.Count > 0)
            {
                Add(link.Speed, () => World.DeliverNext(link));
            }
        }

        foreach (var member in World.Members)
        {
            Collect(member);
        }

        CollectStore();
        CollectSurveys();
        foreach (var rejoin in _isHealing ? [] : _rejoins)
        {
            Add(20, () => Rejoin(rejoin));
        }

        CollectReconnections();
    }

    private void Collect(WorldMember member)
    {
        if (member.IsRunning)
        {
            if (member.Mailbox.Count > 0)
            {
                Add(member.Speed, () => StepSome(member));
            }

            if (member.IsFlushWanted)
            {
                Add(
                    Math.Max(1, member.Mailbox.Count > 0 ? member.Speed / 8 : member.Speed / 2),
                    () => World.Flush(member));
            }

            if (!_isHealing && _profile.EarlyTimer > 0 && member.Timers.Count > 0)
            {
                Add(
                    _profile.EarlyTimer,
                    () => World.FireTimer(member, member.Timers[_random.Next(member.Timers.Count)].Timer));
            }
        }

        if (!member.Node.IsAlive || member.IsHandlerStopped)
        {
            return;
        }

        if (member.Deliveries.Count > 0)
        {
            Add(member.HandlerSpeed, () => World.RunHandler(member, 1 + _random.Next(4)));
        }

        if (member.Reports.Count > 0)
        {
            Add(member.HandlerSpeed, () => World.ReportProcessed(member, _random.Next(member.Reports.Count)));
        }
    }

    private void StepSome(WorldMember member)
    {
        for (var count = 1 + _random.Next(3); count > 0 && member.Mailbox.Count > 0; count--)
        {
            World.StepNext(member);
        }
    }

    private void CollectStore()
    {
        var fault = _isHealing ? 0 : _profile.StoreFault * World.Store.Speed / 100;
        foreach (var request in World.Store.Requests)
        {
            if (!request.IsApplied)
            {
                Add(World.Store.Speed, () => World.Apply(request));
                Add(fault, () => World.Drop(request));
            }
            else if (!request.IsAnswered)
            {
                Add(World.Store.Speed, () => World.Answer(request));
            }

            if (!request.IsAnswered)
            {
                Add(fault, () => World.AnswerUnknown(request));
            }
        }
    }

    private void CollectSurveys()
    {
        foreach (var survey in World.Surveys)
        {
            var open = survey.Unasked.FindIndex(static node => node.IsAlive);
            if (open >= 0)
            {
                Add(50, () => World.LookForSurvey(survey, open));
            }

            if (survey.UnderWay.Count > 0)
            {
                Add(50, () => World.AnswerSurvey(survey, _random.Next(survey.UnderWay.Count)));
            }
        }
    }

    private void CollectReconnections()
    {
        for (var first = 0; first < World.Nodes.Count; first++)
        {
            for (var second = first + 1; second < World.Nodes.Count; second++)
            {
                var (a, b) = (World.Nodes[first], World.Nodes[second]);
                if (RingWorld.CanConnect(a, b))
                {
                    Add(10, () => World.OpenSession(a, b));
                }
            }
        }
    }

    private void Rejoin((WorldNode Node, TimeSpan Due) rejoin)
    {
        _rejoins.Remove(rejoin);
        World.PassTime(rejoin.Due);
        if (rejoin.Node is { IsAlive: true, IsDeclaredDead: false })
        {
            World.Join(rejoin.Node);
        }
    }
}

/// <summary>A run in which something went wrong: says how to see it again.</summary>
internal sealed class RingRunException(RingProfile profile, ulong seed, RingWorld world, Exception cause)
    : Exception($"{profile.Name} seed {seed}, after {world.Steps} steps: {cause.Message}", cause)
{
    internal RingProfile Profile { get; } = profile;

    internal ulong Seed { get; } = seed;

    internal RingWorld World { get; } = world;
}
