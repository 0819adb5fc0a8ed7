using System.Globalization;

namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>The tests of the original that spec/gm.md section 4 marks with a star, on machines.</summary>
public sealed class GmStoryTests
{
    [Fact]
    public void JoinLeave()
    {
        var world = new RingWorld();
        var ring = world.Ring(2);
        world.Leave(ring[0]);
        world.SettleAndCheck();
        world.Leave(ring[1]);
        world.SettleAndCheck();
        Assert.Equal(["joined a1", "births b1", "terminated Left 0"], world.Diary(ring[0]));
        Assert.Equal(["joined a1,b1", "deaths a1", "terminated Left 0"], world.Diary(ring[1]));
    }

    [Fact]
    public void Broadcast()
    {
        var world = new RingWorld();
        var ring = world.Ring(2);
        world.Broadcast(ring[0]);
        world.SettleAndCheck();
        Assert.Equal(["joined a1", "births b1", "a1:1"], world.Diary(ring[0]));
        Assert.Equal(["joined a1,b1", "a1:1"], world.Diary(ring[1]));
    }

    [Fact]
    public void ConfirmedBroadcast()
    {
        var world = new RingWorld();
        var ring = world.Ring(2);
        world.Broadcast(ring[0], confirm: ConfirmLevel.ReceivedByAll);
        world.SettleAndCheck();
        Assert.Equal(["joined a1", "births b1", "a1:1", "confirm 1 Ok None"], world.Diary(ring[0]));
        Assert.Equal(["joined a1,b1", "a1:1"], world.Diary(ring[1]));
    }

    /// <summary>The original needs two confirmed broadcasts until the survivors know; here it takes none.</summary>
    [Fact]
    public void MemberDeath()
    {
        var world = new RingWorld();
        var ring = world.Ring(3);
        world.Kill(ring[2]);
        world.SettleAndCheck();
        Assert.Equal(["joined a1", "births b1", "births c1", "deaths c1"], world.Diary(ring[0]));
        Assert.Equal(["joined a1,b1", "births c1", "deaths c1"], world.Diary(ring[1]));
    }

    [Fact]
    public void ReceiveInOrder()
    {
        var world = new RingWorld(new RingWorldOptions { WindowBytes = 1024 * 1024 });
        var ring = world.Ring(2);
        for (var number = 0; number < 1000; number++)
        {
            world.Broadcast(ring[number % 2]);
            world.Broadcast(ring[(number + 1) % 2]);
            if (number % 7 == 0)
            {
                world.SettleUntil(() => true);
                world.Turn(ring[number % 2]);
            }
        }

        world.SettleAndCheck();
        foreach (var receiver in ring)
        {
            foreach (var sender in ring)
            {
                Assert.Equal(
                    Enumerable.Range(1, 1000).Select(n => string.Create(CultureInfo.InvariantCulture, $"{sender}:{n}")),
                    world.Diary(receiver).Where(line => line.StartsWith($"{sender}:", StringComparison.Ordinal)));
            }
        }
    }

    /// <summary>An ill-founded message does not end a member.</summary>
    [Fact]
    public void UnexpectedMessage()
    {
        var world = new RingWorld { HasForgeries = true };
        var ring = world.Ring(2);
        var stranger = new MemberId(ring[1].Node.Id, 77, "stranger");
        world.Step(ring[0], new RingInput.Received(stranger, new RingMessage.JoinRefused(JoinRefusal.Busy)));
        world.Step(ring[0], new RingInput.Received(stranger, new RingMessage.Processed(Guid.Empty, 12)));
        world.Broadcast(ring[1]);
        world.SettleAndCheck();
        Assert.Equal(["joined a1", "births b1", "b1:1"], world.Diary(ring[0]));
    }

    /// <summary>many_node_ha: an intermediate member dies under load.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void KillAnIntermediateMemberUnderLoad(int size)
    {
        for (var turns = 0; turns < 12; turns++)
        {
            var world = new RingWorld();
            var ring = world.Ring(size);
            foreach (var member in ring)
            {
                world.Broadcast(member, count: 4, confirm: ConfirmLevel.ReceivedByAll);
            }

            for (var step = 0; step < turns; step++)
            {
                world.SettleUntil(() => ring[step % size].Mailbox.Count > 0);
            }

            world.Crash(ring[size / 2].Node, kept: link => turns % (link.Count + 1));
            world.SettleAndCheck();
            Assert.Equal(size - 1, world.Survivors.Count);
            Assert.All(world.Survivors, member => Assert.Contains("confirm 1 Ok None", world.Diary(member)));
        }
    }

    /// <summary>dynamic_ha: the members are replaced wholesale while messages flow.</summary>
    [Fact]
    public void ReplaceAllMembers()
    {
        var world = new RingWorld();
        var old = world.Ring(4);
        foreach (var member in old)
        {
            world.Broadcast(member, count: 3);
        }

        var fresh = Enumerable.Range(0, 4).Select(index => world.Join($"n{index}")).ToList();
        world.Settle(timers: true);
        foreach (var member in old)
        {
            world.Broadcast(member, count: 3);
            world.Leave(member);
        }

        world.SettleAndCheck();
        Assert.All(
            old,
            static member => Assert.Equal("Left 0", $"{member.Termination!.Reason} {member.Termination.Unsettled}"));
        Assert.All(fresh, static member => Assert.True(member.IsJoined));
        Assert.Equal(4, world.Store.Current!.Entries.Length);
    }

    /// <summary>"100 concurrent joins", as far as one machine each goes.</summary>
    [Fact]
    public void HundredConcurrentJoins()
    {
        var settings = RingWorldOptions.DefaultSettings with { MaxMembers = 256, MaxWaitingJoiners = 256 };
        var world = new RingWorld(
            new RingWorldOptions { Settings = settings }, observers: [new RingHistory(), new QuietChecker()]);
        var nodes = Enumerable.Range(0, 5).Select(index => world.AddNode($"n{index}")).ToList();
        for (var count = 0; count < 100; count++)
        {
            world.Join(nodes[count % nodes.Count]);
        }

        world.Settle(timers: true);
        for (var round = 0; round < 20 && world.Survivors.Count < 100; round++)
        {
            var failures = world.Members.Where(static member => member.Phase == WorldPhase.JoinFailed).ToList();
            foreach (var failed in failures.Take(100 - world.Survivors.Count))
            {
                world.Join(failed.Node);
            }

            world.Settle(timers: true);
        }

        world.SettleAndCheck();
        Assert.Equal(100, world.Survivors.Count);
        Assert.Equal(100, world.Store.Current!.Entries.Length);
    }
}
