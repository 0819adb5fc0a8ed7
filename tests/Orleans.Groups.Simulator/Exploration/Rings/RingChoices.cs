using System.Linq.Expressions;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>
/// Takes the chance out of ring machines: before each step the world decides what the machine's next draw will be. So
/// all choices can be explored, and a random id says by whom and when it was made.
/// </summary>
internal sealed class RingChoices
{
    private static readonly Func<RingMachine, long> OperationsOf = MakeReader();
    private static readonly Action<RingMachine, ulong> SetState = MakeWriter();

    private readonly Dictionary<Guid, (int Node, long Count)> _made = [];
    private readonly Dictionary<(int Node, long Operations), ulong> _states = [];

    internal (int Node, long Count)? Find(Guid id) => _made.TryGetValue(id, out var found) ? found : null;

    /// <summary>
    /// The next draw of the machine, if it is one among up to <paramref name="choices"/>, gives <paramref
    /// name="choice"/>; if it is of a random id, gives one that depends on the machine's edits alone.
    /// </summary>
    internal void Force(RingMachine machine, int node, int choice, int choices)
    {
        var operations = OperationsOf(machine);
        if (!_states.TryGetValue((node, operations), out var state))
        {
            state = StableHash.Combine((ulong)node + 1, (ulong)operations);
            _states.Add((node, operations), state);
            _made.Add(new DeterministicRandom(state).NextGuid(), (node, operations));
        }

        while (choices > 1 && new DeterministicRandom(state).Next(choices) != choice)
        {
            state++;
        }

        SetState(machine, state);
    }

    private static Func<RingMachine, long> MakeReader()
    {
        var machine = Expression.Parameter(typeof(RingMachine));
        return Expression.Lambda<Func<RingMachine, long>>(Expression.Field(machine, "_operations"), machine).Compile();
    }

    private static Action<RingMachine, ulong> MakeWriter()
    {
        var machine = Expression.Parameter(typeof(RingMachine));
        var state = Expression.Parameter(typeof(ulong));
        var field = Expression.Field(Expression.Field(machine, "_random"), "_state");
        return Expression.Lambda<Action<RingMachine, ulong>>(Expression.Assign(field, state), machine, state).Compile();
    }
}
