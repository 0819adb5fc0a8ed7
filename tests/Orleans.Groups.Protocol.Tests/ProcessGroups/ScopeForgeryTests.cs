using System.Collections.Immutable;
using static Orleans.Groups.Protocol.Tests.ScopeIds;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>T2: a peer can send anything; nothing of it may throw, or corrupt what this node knows.</summary>
public sealed class ScopeForgeryTests
{
    private const int TooMany = ScopeSettings.HardMembersPerGroup + 1;

    private static readonly ScopeId Life = new(B, 1);
    private static readonly MemberId R = Member(B, 1);
    private static readonly ImmutableArray<MemberCount> One = [new(R, 1)];

    public static TheoryData<int> Forgeries => [.. Enumerable.Range(0, AllForgeries().Count())];

    [Theory]
    [MemberData(nameof(Forgeries))]
    public void T2_ForgedFrame_IsDroppedWithATrace(int index)
    {
        var a = new ScopeProbe(A);
        a.Join("g", Member(A, 1));
        a.Up(B);
        a.Receive(new ScopeMessage.Snapshot(Life, 1, 0, 1, [new("g", One)]));
        var before = a.Everything;
        a.Step(new ScopeInput.Received(B, 1, AllForgeries().ElementAt(index)));
        Assert.Contains(Assert.Single(a.Traces), new[] { ScopeTrace.Malformed, ScopeTrace.OldIncarnation });
        Assert.Equal(before, a.Everything);
        Assert.Equal(1, a.Status.Peers[0].Version);
    }

    [Fact]
    public void T2_MembershipNamedTwice_CountsTheFirstTimeAndIsHealed()
    {
        var a = new ScopeProbe(A);
        a.Up(B);
        a.Receive(new ScopeMessage.Snapshot(Life, 1, 0, 1, [new("g", [new(R, 3), new(R, 1)]), new("g", [new(R, 2)])]));
        Assert.Equal([ScopeTrace.Malformed], a.Traces);
        Assert.Equal("b1 b1 b1", a.Members("g"));
        a.Receive(new ScopeMessage.Update(
            Life, 1, 2, 0, 1, [new("g", ChangeReason.Left, [new(R, -3)]), new("g", ChangeReason.Joined, [new(R, 1)])]));
        Assert.Equal("b1", a.Members("g"));
        a.Receive(new ScopeMessage.Update(
            Life, 2, 3, 0, 1, [new("g", ChangeReason.Joined, [new(R, 1), new(R, -2)])]));
        Assert.Equal([ScopeTrace.Malformed], a.Traces);
        Assert.Equal("b1 b1", a.Members("g"));
        Assert.IsType<ScopeMessage.SnapshotRequest>(Assert.Single(a.SentTo(B)));
    }

    [Fact]
    public void T2_AnyFrames_NeverThrow()
    {
        for (var seed = 0UL; seed < 400; seed++)
        {
            var random = new DeterministicRandom(seed);
            var a = new ScopeProbe(A);
            a.Watch();
            a.Watch("g1");
            a.Up(B);
            a.Up(C);
            for (var i = 0; i < 60; i++)
            {
                var node = random.Next(2) == 0 ? B : C;
                a.Step(new ScopeInput.Received(node, 1 + (random.Next(20) / 19), Any(node, random)));
                if (random.Next(4) == 0)
                {
                    ScopeSteps.Random(a, random);
                    a.Flush();
                }
            }

            a.Down(B);
            a.Down(C);
            Assert.Equal(Sorted(a.Registry.GetLocalGroups()), Sorted(a.Registry.GetGroups()));
        }
    }

    private static IEnumerable<ScopeMessage> AllForgeries()
    {
        var foreign = Member(A, 1);
        var snapshot = new ScopeMessage.Snapshot(Life, 9, 0, 1, [new("h", One)]);
        var update = new ScopeMessage.Update(Life, 1, 9, 0, 1, [new("h", ChangeReason.Joined, One)]);
        yield return snapshot with { From = default };
        yield return snapshot with { From = new ScopeId(B, 0) };
        yield return snapshot with { From = new ScopeId(B, -1) };
        yield return snapshot with { From = new ScopeId(C, 1) };
        yield return snapshot with { From = new ScopeId(A, 1) };
        yield return snapshot with { From = new ScopeId(Node("b", 2), 1) };
        yield return snapshot with { Version = -1 };
        yield return snapshot with { Groups = default };
        foreach (var (part, parts) in new[] { (0, 0), (-1, 1), (1, 1), (0, -1), (0, int.MaxValue), (2, 1) })
        {
            yield return snapshot with { Part = part, Parts = parts };
            yield return update with { Part = part, Parts = parts };
        }

        foreach (var members in new ImmutableArray<MemberCount>[]
        {
            default, [], [new(foreign, 1)], [new(R, 1), new(Member(Node("b", 2), 1), 1)], [new(null!, 1)],
            [new(R, 0)], [new(R, TooMany)], [new(R, TooMany - 1), new(Member(B, 2), 1)], [new(R, int.MaxValue)],
        })
        {
            yield return snapshot with { Groups = [new("h", members)] };
            yield return update with { Changes = [new("h", ChangeReason.Joined, members)] };
        }

        yield return snapshot with { Groups = [new(default, One)] };
        yield return snapshot with { Groups = [new("h", [new(R, -1)])] };
        yield return update with { Changes = default };
        yield return update with { Changes = [new(default, ChangeReason.Joined, One)] };
        yield return update with { Changes = [new("h", (ChangeReason)99, One)] };
        yield return update with { Changes = [new("h", ChangeReason.MonitorOverflow, One)] };
        yield return update with { Changes = [new("h", ChangeReason.Left, [new(R, int.MinValue)])] };
        yield return update with { FromVersion = -1 };
        yield return update with { ToVersion = 1 };
        yield return update with { FromVersion = 9, ToVersion = 1 };
        yield return new ScopeMessage.Discover(Life, -1);
        yield return new ScopeMessage.Digest(Life, -1, 0);
        yield return new ScopeMessage.SnapshotRequest(default);
        yield return new ScopeMessage.ScopeDown(new ScopeId(B, 0));
    }

    private static ScopeMessage Any(NodeId node, DeterministicRandom random)
    {
        var from = new ScopeId(random.Next(30) == 0 ? A : node, random.Next(40) == 0 ? random.Next(4) : 1);
        var version = random.Next(6);
        var (part, parts) = random.Next(5) == 0 ? (random.Next(3), random.Next(4)) : (0, 1);
        return random.Next(9) switch
        {
            0 => new ScopeMessage.Discover(from, version),
            1 => new ScopeMessage.SnapshotRequest(from),
            2 => new ScopeMessage.Digest(from, version, random.NextUInt64()),
            3 when random.Next(10) == 0 => new ScopeMessage.ScopeDown(from),
            < 6 => new ScopeMessage.Snapshot(from, version, part, parts, [.. Some(random).Select(_ => AnyEntry())]),
            _ => new ScopeMessage.Update(
                from, version, version + random.Next(3), part, parts, [.. Some(random).Select(_ => AnyDelta())]),
        };

        GroupEntry AnyEntry() =>
            new($"g{random.Next(4)}", [.. Some(random).Select(_ => AnyCount(node, random, 1))]);

        GroupDelta AnyDelta() => new(
            $"g{random.Next(4)}",
            (ChangeReason)random.Next(5),
            [.. Some(random).Select(_ => AnyCount(node, random, -3))]);
    }

    private static MemberCount AnyCount(NodeId node, DeterministicRandom random, int least) =>
        new(Member(random.Next(50) == 0 ? A : node, 1 + random.Next(4)), least + random.Next(7));

    private static IEnumerable<int> Some(DeterministicRandom random) => Enumerable.Range(0, 1 + random.Next(3));
}
