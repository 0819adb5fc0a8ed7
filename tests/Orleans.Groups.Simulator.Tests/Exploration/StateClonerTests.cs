using Orleans.Groups.Protocol;
using Orleans.Groups.Simulator.Exploration;

namespace Orleans.Groups.Simulator.Tests.Exploration;

[Collection("Exploration")] // What copies and hashes states is not thread-safe.
public sealed class StateClonerTests
{
    private static readonly NodeId Here = new("a", new Incarnation(1, new Guid(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)));
    private static readonly NodeId There = new("b", new Incarnation(1, new Guid(2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)));

    [Fact]
    public void Clone_OfAMachineThatGoesOn_StaysAsItWas()
    {
        var original = MakeScope();
        var copy = StateCloner.Clone(original);
        var hasher = MakeHasher();
        var before = hasher.Of(original);

        Join(copy, "h", 2);
        copy.VerifyInvariants();

        Assert.NotEqual(before, hasher.Of(copy));
        Assert.Equal(before, hasher.Of(original));
        Assert.Empty(original.Registry.GetMembers("h"));
        original.VerifyInvariants();
    }

    [Fact]
    public void Clone_OfAMachine_DoesWhatTheOriginalDoes()
    {
        var original = MakeScope();
        var copy = StateCloner.Clone(original);

        Join(original, "h", 2);
        Join(copy, "h", 2);

        copy.VerifyInvariants();
        var hasher = MakeHasher();
        Assert.Equal(hasher.Of(original), hasher.Of(copy));
    }

    [Fact]
    public void Clone_OfSomethingReferredToTwice_IsOneObject()
    {
        var list = new List<int> { 1 };
        var copy = StateCloner.Clone(new Pair(list, list));

        Assert.Same(copy.First, copy.Second);
        Assert.NotSame(list, copy.First);
    }

    [Fact]
    public void Clone_OfWhatNeverChanges_IsShared()
    {
        var member = new MemberId(Here, 1, "m");
        var copy = StateCloner.Clone(new List<MemberId> { member });

        Assert.Same(member, copy[0]);
        Assert.True(StateTypes.IsShared(typeof(GroupRecord)));
        Assert.True(StateTypes.IsAlwaysShared(typeof(RingMessage)));
        Assert.True(StateTypes.IsAlwaysShared(typeof(LinkMessage)));
        Assert.False(StateTypes.IsShared(typeof(MemberProgress)));
        Assert.False(StateTypes.IsShared(typeof(GroupCell)));
    }

    [Fact]
    public void Clone_OfCode_IsRefused() =>
        Assert.Throws<NotSupportedException>(() => StateCloner.Clone(new List<Action> { static () => { } }));

    [Fact]
    public void Hash_OfTablesInAnotherOrder_IsTheSame()
    {
        var hasher = MakeHasher();
        var one = new Dictionary<string, int> { ["x"] = 1, ["y"] = 2, ["z"] = 3 };
        var other = new Dictionary<string, int>(100) { ["z"] = 3, ["w"] = 0, ["x"] = 1, ["y"] = 2 };
        other.Remove("w");

        Assert.Equal(hasher.Of(one), hasher.Of(other));
        other["y"] = 3;
        Assert.NotEqual(hasher.Of(one), hasher.Of(other));
    }

    [Fact]
    public void Hash_OfListsInAnotherOrder_IsAnother()
    {
        var hasher = MakeHasher();

        Assert.NotEqual(hasher.Of(new List<int> { 1, 2 }), hasher.Of(new List<int> { 2, 1 }));
        Assert.Equal(hasher.Of(new List<int>(50) { 1, 2 }), hasher.Of(new List<int> { 1, 2 }));
    }

    [Fact]
    public void Hash_UnderExchangedNames_MirrorsTheState()
    {
        var naming = MakeNaming();
        var mirrored = new StateHasher(naming.Renumbered([1, 0]));
        var (mine, theirs) = (new MemberId(Here, 1, "x"), new MemberId(There, 1, "y"));

        Assert.Equal(new StateHasher(naming).Of(mine), mirrored.Of(theirs));
        Assert.NotEqual(new StateHasher(naming).Of(mine), mirrored.Of(mine));
    }

    [Fact]
    public void Rules_ThatPassFieldsOver_NameFieldsThatThereAre() =>
        Assert.All(StateRules.PassedOver, static rule => Assert.Contains(
            StateTypes.FieldsOf(rule.Type), field => field.DeclaringType == rule.Type && field.Name == rule.Field));

    private static StateNaming MakeNaming() =>
        new(new Dictionary<NodeId, int> { [Here] = 0, [There] = 1 }, static _ => null);

    private static StateHasher MakeHasher() => new(MakeNaming());

    private static ScopeMachine MakeScope()
    {
        var machine = new ScopeMachine("s", new ScopeId(Here, 1), new ScopeSettings(10, 10, 10, 10, 10, false));
        machine.Step(new ScopeInput.PeerUp(There, 1), new EffectList<ScopeEffect>());
        Join(machine, "g", 1);
        Join(machine, "g", 1);
        return machine;
    }

    private static void Join(ScopeMachine machine, string group, long member) => machine.Step(
        new ScopeInput.JoinOne(group, new MemberId(Here, member, "m")), new EffectList<ScopeEffect>());

    private sealed class Pair(List<int> first, List<int> second)
    {
        internal List<int> First { get; } = first;

        internal List<int> Second { get; } = second;
    }
}
