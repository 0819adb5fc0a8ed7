using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>
/// Hashes a machine, or anything else that holds state, by all that it refers to: equal states have equal hashes,
/// whatever objects they are made of and however full their tables are.
/// </summary>
/// <remarks>
/// Nothing depends on the identity of an object or on a hash code. Which collections have no order, and which fields
/// are passed over and why, is in <see cref="StateRules"/>; of everything else every field counts. The code for a type
/// is generated once. Not thread-safe.
/// </remarks>
internal sealed class StateHasher(StateNaming naming)
{
    // The same records and messages are part of very many states.
    private readonly ConditionalWeakTable<object, Remembered> _remembered = [];
    private StateHashBuilder _hash;
    private int _depth;

    internal StateNaming Naming { get; } = naming;

    /// <summary>The hash of an object.</summary>
    internal StateHash Of<T>(T value)
    {
        var outer = _hash;
        _hash = default;
        Write(value);
        var result = _hash.ToHash();
        _hash = outer;
        return result;
    }

    internal void Write(ulong value) => _hash.Add(value);

    internal void Write(NodeId node) => _hash.Add((ulong)Naming.NumberOf(node));

    internal void Write(Guid id) => Naming.Write(ref _hash, id);

    /// <summary>Adds a value to the hash.</summary>
    internal void Write<T>(T value) => Writer<T>.Write(this, value);

    /// <summary>Adds items in their order.</summary>
    internal void WriteList<T>(ReadOnlySpan<T> items)
    {
        _hash.Add((ulong)items.Length);
        foreach (var item in items)
        {
            Write(item);
        }
    }

    /// <summary>Adds items whose order means nothing.</summary>
    internal void WriteSet<T>(IEnumerable<T> items)
    {
        var sum = default(StateHash);
        var count = 0UL;
        foreach (var item in items)
        {
            sum = sum.Plus(Of(item));
            count++;
        }

        _hash.Add(count);
        _hash.Add(sum);
    }

    /// <summary>Adds an immutable object, whose hash is worked out once.</summary>
    private void WriteRemembered<T>(T value, Action<StateHasher, T> write)
        where T : class
    {
        if (!_remembered.TryGetValue(value, out var remembered))
        {
            var outer = _hash;
            _hash = default;
            write(this, value);
            _remembered.Add(value, remembered = new Remembered(_hash.ToHash()));
            _hash = outer;
        }

        _hash.Add(remembered.Hash);
    }

    private void WriteFields<T>(T value, Action<StateHasher, T> write)
    {
        if (++_depth > 100)
        {
            throw new NotSupportedException($"{typeof(T)} refers to itself, for which there is no rule.");
        }

        write(this, value);
        _depth--;
    }

    private sealed record Remembered(StateHash Hash);

    /// <summary>How values of a static type are added; its generated code is kept here.</summary>
    private static class Writer<T>
    {
        internal static readonly Action<StateHasher, T> Write = Make();

        private static Action<StateHasher, T> Make()
        {
            var type = typeof(T);
            if (type.IsValueType)
            {
                return StateRules.Find<T>() ?? MakeFields();
            }

            var byType = new Dictionary<Type, Action<StateHasher, T>>();
            return (hasher, value) =>
            {
                if (value is null)
                {
                    hasher.Write(0UL);
                    return;
                }

                var actual = value.GetType();
                if (!byType.TryGetValue(actual, out var write))
                {
                    byType.Add(actual, write = MakeForActual(actual));
                }

                write(hasher, value);
            };
        }

        private static Action<StateHasher, T> MakeForActual(Type actual)
        {
            var make = typeof(StateHasher)
                .GetMethod(nameof(MakeReference), BindingFlags.Static | BindingFlags.NonPublic)!
                .MakeGenericMethod(typeof(T), actual);
            return make.CreateDelegate<Func<Action<StateHasher, T>>>()();
        }

        internal static Action<StateHasher, T> MakeFields()
        {
            var hasher = Expression.Parameter(typeof(StateHasher));
            var value = Expression.Parameter(typeof(T));
            var write = typeof(StateHasher)
                .GetMethods(BindingFlags.Instance | BindingFlags.NonPublic)
                .Single(static m => m.Name == nameof(StateHasher.Write) && m.IsGenericMethod);
            var calls = StateRules.FieldsOf(typeof(T))
                .Select(field => Expression.Call(
                    hasher, write.MakeGenericMethod(field.FieldType), Expression.Field(value, field)))
                .ToList<Expression>();
            calls.Add(Expression.Empty());
            var fields = Expression.Lambda<Action<StateHasher, T>>(Expression.Block(calls), hasher, value).Compile();
            return (h, v) => h.WriteFields(v, fields);
        }
    }

    private static Action<StateHasher, TStatic> MakeReference<TStatic, TActual>()
        where TActual : class, TStatic
    {
        var token = StateRules.TokenOf(typeof(TActual));
        var write = StateRules.Find<TActual>() ?? Writer<TActual>.MakeFields();
        if (StateRules.IsRemembered(typeof(TActual)))
        {
            var whole = write;
            write = (hasher, value) => hasher.WriteRemembered(value, whole);
        }

        return (hasher, value) =>
        {
            hasher.Write(token);
            write(hasher, (TActual)value!);
        };
    }
}
