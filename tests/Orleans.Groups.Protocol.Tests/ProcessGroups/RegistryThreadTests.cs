using System.Collections.Immutable;
using static Orleans.Groups.Protocol.Tests.ScopeIds;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>Threads read the registry while the machine changes it: nobody sees half of an operation.</summary>
public sealed class RegistryThreadTests
{
    private const int Rounds = 5_000;

    private readonly EffectList<ScopeEffect> _effects = new();
    private readonly ScopeMachine _machine = new(Scope, new(A, 1), Settings());

    private ScopeRegistry Registry => _machine.Registry;

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void LocalMembers_AreAlwaysAPartOfAll(int others)
    {
        Fill(others);
        using var readers = new ReaderThreads(2, () =>
        {
            var (all, local) = Registry.Find("g")!.ReadBoth();
            var left = all.ToList();
            Assert.All(local, m => Assert.True(left.Remove(m)));
            Assert.InRange(left.Count(m => m.Node == A), 0, 1); // One join or leave may be half way between the lists.
        });
        var random = new DeterministicRandom(1);
        for (var i = 0; i < Rounds; i++)
        {
            ChangeSomething(random, i);
        }

        readers.Finish();
    }

    [Fact]
    public void LocalMembers_ReadAgainAndAgain_NeverPrecedeAll()
    {
        // As little as possible besides the two writes that matter, so that readers come between them often.
        var cell = new GroupCell("g", 0);
        MemberId[] member = [Member(A, 1)];
        cell.Change([], [Member(B, 1)], isLocal: false);
        using var readers = new ReaderThreads(2, () =>
        {
            for (var i = 0; i < 1_000; i++)
            {
                var (all, local) = cell.ReadBoth();
                if (all.Length <= local.Length)
                {
                    Assert.Fail("A local member is not among all.");
                }
            }
        });
        for (var i = 0; i < 100 * Rounds; i++)
        {
            cell.Change([], member, isLocal: true);
            cell.Change(member, [], isLocal: true);
        }

        readers.Finish();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void Batches_AreSeenWholeOrNotAtAll(int others)
    {
        Fill(others);
        ImmutableArray<MemberId> pair = [Member(A, 1), Member(A, 2)];
        using var readers = new ReaderThreads(2, () =>
        {
            AssertPairs(Registry.GetMembers("g"));
            AssertPairs(Registry.GetLocalMembers("g"));
            AssertPairs(Registry.GetMembers("comes and goes"));
            Assert.True(Registry.GetMembers("comes and goes") is { Length: 0 or 2 });
            var names = Registry.GetGroups();
            Assert.Equal(names.Length, names.Distinct().Count());
            Assert.Equal(names.Contains("comes and goes"), names.Contains("with it"));
        });
        for (var i = 0; i < Rounds; i++)
        {
            Step(new ScopeInput.Join(["g", "comes and goes", "with it"], pair));
            Receive((2 * i) + 1, 1);
            Step(new ScopeInput.Leave(["g", "comes and goes", "with it"], pair));
            Receive((2 * i) + 2, -1);
        }

        readers.Finish();

        static void AssertPairs(ImmutableArray<MemberId> members)
        {
            Assert.Equal(members.Count(m => m == Member(A, 1)), members.Count(m => m == Member(A, 2)));
            Assert.Equal(members.Count(m => m == Member(B, 1)), members.Count(m => m == Member(B, 2)));
        }
    }

    [Fact]
    public void Cell_ThatIsRemoved_IsLookedUpAgainAndShowsTheGroup()
    {
        var isJoined = 0;
        var member = Member(A, 1);
        using var readers = new ReaderThreads(2, () =>
        {
            var before = Volatile.Read(ref isJoined);
            var cell = Registry.Find("g");
            var members = cell is { IsRemoved: false } ? cell.Members : [];
            if (before % 2 == 1 && Volatile.Read(ref isJoined) == before)
            {
                Assert.Equal([member], members); // It was there the whole time.
            }
        });
        for (var i = 0; i < 5 * Rounds; i++)
        {
            Step(new ScopeInput.JoinOne("g", member));
            Interlocked.Increment(ref isJoined);
            Interlocked.Increment(ref isJoined);
            Step(new ScopeInput.LeaveOne("g", member));
        }

        readers.Finish();
    }

    private void Fill(int others)
    {
        Step(new ScopeInput.Join(["g"], Members(A, 1_000, 1 + others)));
        Step(new ScopeInput.PeerUp(B, 1));
        Step(new ScopeInput.Received(B, 1, new ScopeMessage.Discover(new(B, 1), 0)));
    }

    private void ChangeSomething(DeterministicRandom random, int round)
    {
        var member = Member(A, 1 + random.Next(20));
        if (random.Next(2) == 0)
        {
            Step(new ScopeInput.JoinOne("g", member));
        }
        else
        {
            Step(new ScopeInput.LeaveOne("g", member));
        }

        Receive(round + 1, round % 2 == 0 ? 1 : -1);
    }

    private void Receive(long version, int count) => Step(new ScopeInput.Received(B, 1, new ScopeMessage.Update(
        new(B, 1),
        version - 1,
        version,
        0,
        1,
        [new("g", ChangeReason.Joined, [new(Member(B, 1), count), new(Member(B, 2), count)])])));

    private void Step(ScopeInput input)
    {
        _effects.Clear();
        _machine.Step(input, _effects);
    }
}
