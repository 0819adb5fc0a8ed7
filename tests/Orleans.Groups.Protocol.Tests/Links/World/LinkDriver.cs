namespace Orleans.Groups.Protocol.Tests.Links;

/// <summary>One random run: faults and traffic, then peace; every property checked on the way and at the end.</summary>
internal sealed class LinkDriver
{
    // Virtual time in which everything must have come once nothing is lost any more: the longest retry, then some
    // thousand laps of the smallest batches.
    private const long SettleMilliseconds = 10_000;
    private const long StepMilliseconds = 50;

    private static readonly LinkChannel[] Channels =
    [
        LinkChannel.Free(0), LinkChannel.Free(1), LinkChannel.Free(70_000),
        LinkChannel.Credited(0), LinkChannel.Credited(1), LinkChannel.Credited(2), LinkChannel.Credited(1UL << 40),
    ];

    private readonly LinkWorld _world;
    private readonly DeterministicRandom _random;

    private LinkDriver(ulong seed, bool isTracing)
    {
        _random = new DeterministicRandom(seed * 7919);
        _world = new LinkWorld(seed, LinkProfile.Draw(_random), isTracing: isTracing);
    }

    /// <summary>Runs a seed to its end; throws what a check throws.</summary>
    public static LinkWorld Run(ulong seed, bool isTracing = false)
    {
        var driver = new LinkDriver(seed, isTracing);
        driver.Disturb();
        driver.SettleWithStuckChannels();
        driver.SettleAll();
        return driver._world;
    }

    private void Disturb()
    {
        _world.RunFor(_random.Next(200));
        for (var action = 0; action < _world.Profile.Actions; action++)
        {
            if (_random.Next(100) < _world.Profile.FaultPercent)
            {
                Fault();
            }
            else
            {
                Traffic();
            }

            _world.RunFor(_random.Next(_random.Next(4) == 0 ? 200 : 20));
        }
    }

    private void Fault()
    {
        var node = Pick(_world.Nodes);
        switch (_random.Next(12))
        {
            case 0 or 1:
                Replace(node);
                break;
            case 2:
                _world.DeclareDead(node);
                _world.Start(node.Id.Name);
                break;
            case 3 when _world.Zombies.Count > 0:
                GoneAtLast(Pick(_world.Zombies));
                break;
            case 4 or 5 when PickEnd() is { } end:
                end.Step(new LinkInput.EndSession(end.Checker.Session));
                break;
            case 6:
                SayGoodbye(node);
                break;
            case 7 or 8:
                _world.Cut(node.Id.Name, Pick(_world.Nodes).Id.Name);
                break;
            case 9 or 10:
                _world.Heal();
                break;
            default:
                ChangeConsumers(node);
                break;
        }
    }

    private void Traffic()
    {
        if (PickEnd() is not { } end)
        {
            return;
        }

        switch (_random.Next(10))
        {
            case 0:
                end.SendControl(_random.Next(100));
                break;
            case 1:
                end.ConsumeSome(_random.Next(20));
                break;
            default:
                var channel = Pick(Channels);
                for (var frames = _random.Next(4) == 0 ? _random.Next(30) : 1; frames > 0; frames--)
                {
                    end.Send(_random.Next(3) == 0 ? Pick(Channels) : channel, Length());
                }

                break;
        }
    }

    private int Length() => _random.Next(20) switch
    {
        0 => _random.Next(1800), // Parts, and now and then too large a frame.
        < 6 => _random.Next(300),
        _ => 0,
    };

    private void ChangeConsumers(LinkNode node)
    {
        var stuck = Pick(Channels);
        foreach (var end in node.Ends)
        {
            end.IsSlow = _random.Next(2) == 0;
            end.IsStuck = _random.Next(2) == 0 ? channel => channel == stuck : _ => false;
        }
    }

    private void SayGoodbye(LinkNode node)
    {
        foreach (var end in node.Ends)
        {
            end.Step(new LinkInput.Close(Drain: _random.Next(2) == 0));
        }

        _world.At(_world.Now + 200, () =>
        {
            if (_world.Nodes.Contains(node))
            {
                Replace(node);
            }
        });
    }

    /// <summary>A node crashes, and at once there is another of its name, in two of three cases.</summary>
    private void Replace(LinkNode node)
    {
        _world.Crash(node);
        if (_world.Nodes.Count < 2 || _random.Next(3) > 0)
        {
            _world.Start(node.Id.Name);
        }
    }

    private void GoneAtLast(LinkNode zombie)
    {
        zombie.IsGone = true;
        _world.Zombies.Remove(zombie);
    }

    /// <summary>Nothing is lost from here on. What is not consumed stops its own channel and nothing else.</summary>
    private void SettleWithStuckChannels()
    {
        _world.RunFor(1000); // Goodbyes and news of deaths.
        _world.Zombies.ToList().ForEach(GoneAtLast);
        _world.Heal();
        _world.Profile = _world.Profile with { Drop = 0, Double = 0, TellsFailures = 0, MaxDelay = 10 };
        foreach (var end in Ends())
        {
            end.IsSlow = false;
            end.ConsumeSome(int.MaxValue);
        }

        Settle(end => end.Checker.Missing(end.IsStuck));
    }

    private void SettleAll()
    {
        foreach (var end in Ends())
        {
            end.IsStuck = _ => false;
            end.ConsumeSome(int.MaxValue);
        }

        Settle(end => end.Checker.Missing(_ => false) ?? Remains(end.Status));
    }

    private void Settle(Func<LinkEnd, string?> missing)
    {
        for (var until = _world.Now + SettleMilliseconds; _world.Now < until;)
        {
            if (Ends().All(end => missing(end) is null))
            {
                return;
            }

            _world.RunFor(StepMilliseconds);
        }

        Assert.Fail(string.Join('\n', Ends().Select(missing).Where(text => text is not null)));
    }

    /// <summary>Something that should be empty, or off, when all has come and was consumed.</summary>
    private static string? Remains(LinkStatus status)
    {
        var isIdle = status is { State: LinkState.Open, WaitingBytes: 0, OwedBytes: 0, UnconsumedBytes: 0 }
            && status.Channels.IsEmpty
            && status.TimersSet.All(timer => timer == LinkTimer.KeepAlive);
        var hasLanes = new[] { status.Data, status.Control }.All(lane => lane is
        {
            GatheredBytes: 0, UnackedBatches: 0, UnackedBytes: 0, HeldBatches: 0, PartBytes: 0,
        });
        return isIdle && hasLanes ? null : status.ToString();
    }

    /// <summary>Both ends of every pair of living nodes.</summary>
    private List<LinkEnd> Ends() =>
    [
        .. from node in _world.Nodes from other in _world.Nodes where node != other select node.EndTo(other.Id),
    ];

    private LinkEnd? PickEnd()
    {
        var ends = _world.Nodes.Concat(_world.Zombies).SelectMany(node => node.Ends).ToList();
        return ends.Count == 0 ? null : Pick(ends);
    }

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];
}
