using Orleans.Groups.Engine;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Tests;

/// <summary>
/// Which directions between the silos of one test are cut. What goes over a cut one waits until it is healed.
/// </summary>
internal sealed class FaultyNetwork(WorkCounter work)
{
    private readonly Lock _gate = new();
    private readonly HashSet<(SiloAddress From, SiloAddress To)> _cuts = [];
    private readonly HashSet<SiloAddress> _dead = [];
    private readonly List<Held> _held = [];
    private SiloAddress? _shy;
    private TaskCompletionSource _isOpen = new();

    internal void Cut(SiloAddress from, SiloAddress to)
    {
        lock (_gate)
        {
            _cuts.Add((from, to));
        }
    }

    internal void Heal(SiloAddress left, SiloAddress right)
    {
        lock (_gate)
        {
            _cuts.Remove((left, right));
            _cuts.Remove((right, left));
        }

        Release();
    }

    internal void HealAll()
    {
        lock (_gate)
        {
            _cuts.Clear();
        }

        Release();
    }

    /// <summary>A silo was killed: what waits towards it, or comes from it, is lost.</summary>
    internal void Kill(SiloAddress silo)
    {
        lock (_gate)
        {
            _dead.Add(silo);
        }

        Release();
    }

    internal bool IsWhole(SiloAddress left, SiloAddress right)
    {
        lock (_gate)
        {
            return !_cuts.Contains((left, right)) && !_cuts.Contains((right, left)) && !IsShy(left, right);
        }
    }

    /// <summary>A silo gets to know nobody new, until <see cref="IntroduceAll"/>.</summary>
    internal void KeepStrangersFrom(SiloAddress silo)
    {
        lock (_gate)
        {
            _shy = silo;
            _isOpen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    internal void IntroduceAll()
    {
        lock (_gate)
        {
            _shy = null;
            _isOpen.TrySetResult();
        }
    }

    /// <summary>Completes when the two may get to know each other.</summary>
    internal Task MeetAsync(SiloAddress left, SiloAddress right)
    {
        lock (_gate)
        {
            return IsShy(left, right) ? _isOpen.Task : Task.CompletedTask;
        }
    }

    private bool IsShy(SiloAddress left, SiloAddress right) => left.Equals(_shy) || right.Equals(_shy);

    /// <summary>Completes when the direction is open. Whoever waits is under way only then.</summary>
    internal Task PassAsync(SiloAddress from, SiloAddress to)
    {
        lock (_gate)
        {
            if (_dead.Contains(from) || _dead.Contains(to))
            {
                throw new SiloUnavailableException("lost with a killed silo");
            }

            if (!_cuts.Contains((from, to)))
            {
                return Task.CompletedTask;
            }

            var held = new Held(from, to);
            _held.Add(held);
            work.End();
            return held.Opened.Task;
        }
    }

    private void Release()
    {
        List<Held> open;
        lock (_gate)
        {
            open = _held.FindAll(held => !_cuts.Contains((held.From, held.To)) || IsLost(held));
            _held.RemoveAll(open.Contains);
        }

        foreach (var held in open)
        {
            work.Begin();
            if (IsLost(held))
            {
                held.Opened.SetException(new SiloUnavailableException("lost with a killed silo"));
            }
            else
            {
                held.Opened.SetResult();
            }
        }

        work.Pulse();
    }

    private bool IsLost(Held held)
    {
        lock (_gate)
        {
            return _dead.Contains(held.From) || _dead.Contains(held.To);
        }
    }

    private sealed record Held(SiloAddress From, SiloAddress To)
    {
        internal TaskCompletionSource Opened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>Carries over real grain calls, through what a test has cut.</summary>
/// <remarks>
/// A cut holds back what one silo has to say to another; that something has arrived may still be said, so that the
/// other direction stays open. Cuts that stop everything are for the tests of links.
/// </remarks>
internal sealed class FaultyTransport(FaultyNetwork network, GrainServiceTransport inner, ILocalSiloDetails silo)
    : ISiloTransport
{
    public async Task<LinkReply> DeliverAsync(SiloAddress to, LinkPacket packet)
    {
        if (!IsAck(packet))
        {
            await network.PassAsync(silo.SiloAddress, to);
        }

        var reply = await inner.DeliverAsync(to, packet);
        if (!reply.Messages.All(IsAck))
        {
            await network.PassAsync(to, silo.SiloAddress);
        }

        return reply;
    }

    private static bool IsAck(LinkPacket packet) =>
        WireCodec.TryDecodeLink(packet.Message, packet.Tail, cache: null, out var message, out _)
        && message is LinkMessage.Ack;

    public async Task RequestIntroductionAsync(SiloAddress to, IntroductionRequest request)
    {
        await network.MeetAsync(silo.SiloAddress, to);
        await inner.RequestIntroductionAsync(to, request);
    }

    public async Task IntroduceAsync(SiloAddress to, Introduction introduction)
    {
        await network.MeetAsync(silo.SiloAddress, to);
        await inner.IntroduceAsync(to, introduction);
    }
}
