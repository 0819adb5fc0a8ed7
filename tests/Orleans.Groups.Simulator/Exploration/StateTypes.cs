using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>
/// Which types a copy of a machine may share with the original, because nothing of them ever changes.
/// </summary>
/// <remarks>
/// Found out by reflection: an object is shared if all its fields are read-only and of shared types. So a field that
/// becomes writable is copied from then on, without anybody thinking of it.
/// </remarks>
internal static class StateTypes
{
    private const BindingFlags Own =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, bool> Known = new()
    {
        [typeof(string)] = true,
        [typeof(NodeId)] = true,
        [typeof(MemberId)] = true,
        [typeof(RingView)] = true, // Its dictionary is filled when it is made and only looked up afterwards.
    };

    private static readonly List<Type> Order = [];

    /// <summary>All fields of a type and its base types, the base's first, in the order of their declaration.</summary>
    internal static IEnumerable<FieldInfo> FieldsOf(Type type)
    {
        var levels = new Stack<Type>();
        for (var level = type; level is not null && level != typeof(object); level = level.BaseType)
        {
            levels.Push(level);
        }

        return levels.SelectMany(static level => level.GetFields(Own).OrderBy(static field => field.MetadataToken));
    }

    /// <summary>Whether objects of exactly this type are shared.</summary>
    internal static bool IsShared(Type type)
    {
        if (Known.TryGetValue(type, out var known))
        {
            return known;
        }

        var before = Order.Count;
        Known[type] = true; // Assumed while it is found out, for types that contain themselves.
        Order.Add(type);
        var isShared = Decide(type);
        if (!isShared)
        {
            // What was found out with the help of the assumption is found out again when it is asked for.
            foreach (var doubtful in Order.Skip(before))
            {
                Known.Remove(doubtful);
            }

            Order.RemoveRange(before, Order.Count - before);
            Known[type] = false;
        }

        return isShared;
    }

    /// <summary>Whether whatever a field of this type refers to is shared, whichever type it has at run time.</summary>
    internal static bool IsAlwaysShared(Type type)
    {
        if (type.IsValueType || type.IsSealed)
        {
            return IsShared(type);
        }

        // The families of the protocol are closed: all cases are in its assembly.
        return type.Assembly == typeof(RingMachine).Assembly && !type.ContainsGenericParameters
            && type.Assembly.GetTypes().Where(t => type.IsAssignableFrom(t) && !t.IsAbstract).All(IsShared);
    }

    private static bool Decide(Type type)
    {
        if (type.IsPrimitive || type.IsEnum || type == typeof(Guid) || type == typeof(TimeSpan))
        {
            return true;
        }

        if (type.IsGenericType)
        {
            var definition = type.GetGenericTypeDefinition();
            if (definition == typeof(ReadOnlyMemory<>) || definition == typeof(ImmutableArray<>))
            {
                return IsAlwaysShared(type.GetGenericArguments()[0]);
            }
        }

        if (type.IsArray || typeof(Delegate).IsAssignableFrom(type))
        {
            return false;
        }

        // A state of a bag is a value; what changes inside is only whether its array has been built.
        if (IsSnapshotBag(type) || IsComparer(type))
        {
            return true;
        }

        // A value is copied with what holds it, so only what it refers to matters.
        return FieldsOf(type).All(field => (type.IsValueType || field.IsInitOnly) && IsAlwaysShared(field.FieldType));
    }

    internal static bool IsSnapshotBag(Type type)
    {
        for (var level = type; level is not null; level = level.BaseType)
        {
            if (level.IsGenericType && level.GetGenericTypeDefinition() == typeof(SnapshotBag<>))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsComparer(Type type) =>
        typeof(IEqualityComparer).IsAssignableFrom(type)
        || type.GetInterfaces().Any(static i =>
            i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEqualityComparer<>));
}
