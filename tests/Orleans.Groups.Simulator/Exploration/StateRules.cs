using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.InteropServices;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>What of a type belongs to a state, where that is not simply every field.</summary>
internal static class StateRules
{
    /// <summary>Fields that do not tell two states apart, each with the reason.</summary>
    internal static readonly IReadOnlyList<(Type Type, string Field, string Reason)> PassedOver =
    [
        (typeof(RingMachine), "_random", "set anew by the world before each step, which explores the choices"),
        (typeof(RingMachine), "_timerGenerations", "the world keeps only timers that are current"),
        (typeof(RingMachine), "_retries", "decides only how long a wait is"),
        (typeof(RingMachine), "_group", "the same in all states of a world"),
        (typeof(RingMachine), "_settings", "the same in all states of a world"),
        (typeof(ScopeMachine), "_settings", "the same in all states of a world"),
        (typeof(ScopeMachine), "_scope", "the same in all states of a world"),
        (typeof(ScopeMachine), "_snapshot", "a cache: the local table at the present version"),
        (typeof(ScopeMachine), "_hashed", "a cache: the hash of one member"),
        (typeof(ScopeMachine), "_hash", "the hash of the local table, which counts itself"),
        (typeof(PeerTable), "<Hash>k__BackingField", "the hash of the table, which counts itself"),
        (typeof(PeerTable), "<Stamp>k__BackingField", "is compared only while a message is applied"),
        (typeof(PeerCount), "Stamp", "is compared only while a message is applied"),
        (typeof(PeerTable), "<Agreements>k__BackingField", "counted for diagnostics only"),
        (typeof(LinkMachine), "_settings", "the same in all states of a world"),
        (typeof(LinkMachine), "_random", "decides only how long a wait is"),
        (typeof(LinkMachine), "_failures", "decides only how long a wait is, and advice to the host"),
        (typeof(LinkMachine), "_lastChannel", "a cache of the last look-up"),
        (typeof(LinkSentBatch), "<Attempts>k__BackingField", "matters only to transports that say what they lost"),
        (typeof(ScopeSeat), "<Monitored>k__BackingField", "equals the registry, with which each step compares it"),
        (typeof(ScopeSeat), "<Versions>k__BackingField", "follows from the steps of the plan that were taken"),
    ];

    /// <summary>Fields to pass over in types that other assemblies cannot name.</summary>
    private static readonly (Type Owner, string Nested, string Field, string Reason)[] PassedOverInside =
    [
        (typeof(LinkMachine), "TimerSlot", "Generation", "the world keeps only timers that are current"),
        (typeof(LinkMachine), "TimerSlot", "After", "never above the shortest wait, which is the longest one here"),
        (typeof(OutgoingLog), "Key", "NameHash", "a hash code"),
    ];

    private static readonly Dictionary<Type, Delegate> Rules = new()
    {
        [typeof(bool)] = Rule<bool>(static (h, v) => h.Write(v ? 1UL : 0)),
        [typeof(byte)] = Rule<byte>(static (h, v) => h.Write((ulong)v)),
        [typeof(int)] = Rule<int>(static (h, v) => h.Write(unchecked((ulong)v))),
        [typeof(uint)] = Rule<uint>(static (h, v) => h.Write((ulong)v)),
        [typeof(long)] = Rule<long>(static (h, v) => h.Write(unchecked((ulong)v))),
        [typeof(ulong)] = Rule<ulong>(static (h, v) => h.Write(v)),
        [typeof(TimeSpan)] = Rule<TimeSpan>(static (h, v) => h.Write(unchecked((ulong)v.Ticks))),
        [typeof(Guid)] = Rule<Guid>(static (h, v) => h.Write(v)),
        [typeof(string)] = Rule<string>(static (h, v) => h.Write(StableHash.Of(v))),
        [typeof(GroupName)] = Rule<GroupName>(static (h, v) => h.Write(StableHash.Of(v.Value))),
        [typeof(NodeId)] = Rule<NodeId>(static (h, v) => h.Write(v)),
        [typeof(MemberId)] = Rule<MemberId>(static (h, v) =>
        {
            h.Write(v.Node);
            h.Write(unchecked((ulong)v.Number));
        }),
        [typeof(SeatTimer)] = Rule<SeatTimer>(static (_, _) => { }), // That it is set is all there is to it.
        [typeof(RingView)] = Rule<RingView>(static (h, v) => h.Write(v.Record)), // The rest follows from it.
        [typeof(GroupCell)] = Rule<GroupCell>(static (h, v) => h.Write(v.Name)), // Its table adds the rest.
        [typeof(GroupTable)] = Rule<GroupTable>(static (h, v) => h.WriteSet(GroupTableCells.Of(v))),
        [typeof(GroupTableCells.Cell)] = Rule<GroupTableCells.Cell>(static (h, v) => v.WriteTo(h)),
        [typeof(LinkFrameQueue)] = Rule<LinkFrameQueue>(static (h, v) => LinkFrameQueueContent.Write(h, v)),
        [typeof(ReadOnlyMemory<byte>)] = Rule<ReadOnlyMemory<byte>>(static (h, v) => h.WriteList(v.Span)),
    };

    /// <summary>The rule of a type; <see langword="null"/> where its fields are what it is.</summary>
    internal static Action<StateHasher, T>? Find<T>()
    {
        var type = typeof(T);
        if (Rules.TryGetValue(type, out var rule))
        {
            return (Action<StateHasher, T>)rule;
        }

        if (type.IsEnum)
        {
            return static (hasher, value) => hasher.Write((ulong)Convert.ToInt64(value, null));
        }

        var (name, arguments) = type.IsArray
            ? (nameof(OfArray), new[] { type.GetElementType()! })
            : !type.IsGenericType ? (null, [])
            : StateTypes.IsSnapshotBag(type) ? (nameof(OfBag), type.GetGenericArguments()[..1])
            : (NameOfRule(type.GetGenericTypeDefinition()), type.GetGenericArguments());
        return name is null ? null : (Action<StateHasher, T>)Delegate.CreateDelegate(
            typeof(Action<StateHasher, T>),
            typeof(StateRules).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!
                .MakeGenericMethod(arguments));
    }

    /// <summary>The fields of a type that count.</summary>
    internal static IEnumerable<FieldInfo> FieldsOf(Type type)
    {
        if (type.Assembly == typeof(object).Assembly && !type.IsGenericType)
        {
            throw new NotSupportedException($"There is no rule for {type}.");
        }

        return StateTypes.FieldsOf(type).Where(static field => !IsPassedOver(field));
    }

    /// <summary>What stands for the type of an object in a hash.</summary>
    internal static ulong TokenOf(Type type) => StableHash.Of(type.FullName!);

    /// <summary>Whether objects of a type are worth remembering: large, immutable and part of many states.</summary>
    internal static bool IsRemembered(Type type) =>
        StateTypes.IsShared(type)
        && (type == typeof(GroupRecord)
            || typeof(RecordEdit).IsAssignableFrom(type)
            || typeof(RingMessage).IsAssignableFrom(type)
            || typeof(ScopeMessage).IsAssignableFrom(type)
            || typeof(LinkMessage).IsAssignableFrom(type));

    private static bool IsPassedOver(FieldInfo field) =>
        PassedOver.Any(rule => rule.Type == field.DeclaringType && rule.Field == field.Name)
        || PassedOverInside.Any(rule =>
            field.DeclaringType!.DeclaringType == rule.Owner
            && field.DeclaringType.Name == rule.Nested
            && (field.Name == rule.Field || field.Name == $"<{rule.Field}>k__BackingField"));

    private static string? NameOfRule(Type definition) =>
        definition == typeof(List<>) ? nameof(OfList)
        : definition == typeof(Queue<>) ? nameof(OfQueue)
        : definition == typeof(HashSet<>) ? nameof(OfSet)
        : definition == typeof(Dictionary<,>) ? nameof(OfDictionary)
        : definition == typeof(ImmutableArray<>) ? nameof(OfImmutableArray)
        : definition == typeof(ReadOnlyMemory<>) ? nameof(OfMemory)
        : definition == typeof(OrderedTable<,>) ? nameof(OfOrderedTable)
        : definition == typeof(ChunkedList<>) ? nameof(OfChunkedList)
        : definition == typeof(Nullable<>) ? nameof(OfNullable)
        : null;

    private static Action<StateHasher, T> Rule<T>(Action<StateHasher, T> rule) => rule;

    private static void OfArray<T>(StateHasher hasher, T[] items) => hasher.WriteList<T>(items);

    private static void OfList<T>(StateHasher hasher, List<T> items) =>
        hasher.WriteList<T>(CollectionsMarshal.AsSpan(items));

    private static void OfChunkedList<T>(StateHasher hasher, ChunkedList<T> items)
    {
        hasher.Write((ulong)items.Count);
        for (var index = 0; index < items.Count; index++)
        {
            hasher.Write(items[index]);
        }
    }

    private static void OfQueue<T>(StateHasher hasher, Queue<T> items) => hasher.WriteList<T>(items.ToArray());

    private static void OfSet<T>(StateHasher hasher, HashSet<T> items) => hasher.WriteSet(items);

    private static void OfDictionary<TKey, TValue>(StateHasher hasher, Dictionary<TKey, TValue> items)
        where TKey : notnull => hasher.WriteSet(items.Select(static item => (item.Key, item.Value)));

    private static void OfImmutableArray<T>(StateHasher hasher, ImmutableArray<T> items)
    {
        hasher.Write(items.IsDefault ? 0UL : 1);
        hasher.WriteList(items.AsSpan());
    }

    private static void OfMemory<T>(StateHasher hasher, ReadOnlyMemory<T> items) => hasher.WriteList(items.Span);

    private static void OfBag<T>(StateHasher hasher, SnapshotBag<T> items)
        where T : notnull, IEquatable<T> => hasher.WriteList(items.Items.AsSpan());

    private static void OfNullable<T>(StateHasher hasher, T? value)
        where T : struct
    {
        hasher.Write(value is null ? 0UL : 1);
        if (value is { } item)
        {
            hasher.Write(item);
        }
    }

    /// <summary>The order counts: it is the order of effects.</summary>
    private static void OfOrderedTable<TKey, TValue>(StateHasher hasher, OrderedTable<TKey, TValue> items)
        where TKey : notnull, IEquatable<TKey>
    {
        hasher.Write((ulong)items.Count);
        for (var at = 0; items.Next(ref at, out var key);)
        {
            hasher.Write(key);
            hasher.Write(items.At(at));
        }
    }
}
