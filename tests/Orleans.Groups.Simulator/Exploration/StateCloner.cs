using System.Reflection;
using System.Reflection.Emit;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>
/// Copies a machine, or anything else that holds state, with all that it refers to and that may change. The machine
/// knows nothing of it.
/// </summary>
/// <remarks>
/// The code that copies a type is generated once, since exploring copies a machine for every step. Objects that are
/// referred to twice are copied once, so identity inside the copy is as in the original. Not thread-safe.
/// </remarks>
internal static class StateCloner
{
    private static readonly Func<object, object> Shallow = typeof(object)
        .GetMethod("MemberwiseClone", BindingFlags.Instance | BindingFlags.NonPublic)!
        .CreateDelegate<Func<object, object>>();

    private static readonly MethodInfo OfReference = MethodNamed(nameof(CloneReference));
    private static readonly MethodInfo OfValue = MethodNamed(nameof(FixValue));
    private static readonly Dictionary<Type, Recipe?> Recipes = [];

    private delegate void FixObject(object copy, Dictionary<object, object> copies);

    private delegate void Fix<T>(ref T value, Dictionary<object, object> copies);

    /// <summary>A copy that shares nothing with the original that may change.</summary>
    internal static T Clone<T>(T original)
        where T : class =>
        (T)CloneReference(original, new Dictionary<object, object>(ReferenceEqualityComparer.Instance))!;

    private static object? CloneReference(object? original, Dictionary<object, object> copies)
    {
        if (original is null)
        {
            return null;
        }

        var type = original.GetType();
        if (!Recipes.TryGetValue(type, out var recipe))
        {
            Recipes.Add(type, recipe = StateTypes.IsShared(type) ? null : new Recipe(MakeFix(type)));
        }

        if (recipe is null)
        {
            return original;
        }

        if (!copies.TryGetValue(original, out var copy))
        {
            copy = Shallow(original);
            copies.Add(original, copy);
            recipe.Fix?.Invoke(copy, copies);
        }

        return copy;
    }

    private static void FixValue<T>(ref T value, Dictionary<object, object> copies) =>
        ValueFix<T>.Fix(ref value, copies);

    private static FixObject? MakeFix(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            throw new NotSupportedException($"{type} is code with state, which cannot be copied.");
        }

        if (type.IsArray)
        {
            return MakeArrayFix(type.GetElementType()!);
        }

        var method = new DynamicMethod(
            $"Fix {type.Name}", null, [typeof(object), typeof(Dictionary<object, object>)], type.Module, true);
        var code = method.GetILGenerator();
        var isNeeded = WriteFields(code, type, () =>
        {
            code.Emit(OpCodes.Ldarg_0);
            code.Emit(OpCodes.Castclass, type);
        });
        code.Emit(OpCodes.Ret);
        return isNeeded ? method.CreateDelegate<FixObject>() : null;
    }

    private static FixObject? MakeArrayFix(Type element)
    {
        if (StateTypes.IsAlwaysShared(element))
        {
            return null;
        }

        var method = element.IsValueType ? nameof(FixValues) : nameof(FixReferences);
        return MethodNamed(method).MakeGenericMethod(element).CreateDelegate<FixObject>();
    }

    private static void FixReferences<T>(object array, Dictionary<object, object> copies)
        where T : class
    {
        var items = (T?[])array;
        for (var index = 0; index < items.Length; index++)
        {
            items[index] = (T?)CloneReference(items[index], copies);
        }
    }

    private static void FixValues<T>(object array, Dictionary<object, object> copies)
        where T : struct
    {
        foreach (ref var item in ((T[])array).AsSpan())
        {
            ValueFix<T>.Fix(ref item, copies);
        }
    }

    /// <summary>
    /// Replaces what the fields of a shallow copy refer to by copies. Read-only fields are no hindrance.
    /// </summary>
    private static bool WriteFields(ILGenerator code, Type type, Action loadOwner)
    {
        var isNeeded = false;
        foreach (var field in StateTypes.FieldsOf(type).Where(static f => !StateTypes.IsAlwaysShared(f.FieldType)))
        {
            isNeeded = true;
            loadOwner();
            if (field.FieldType.IsValueType)
            {
                code.Emit(OpCodes.Ldflda, field);
                code.Emit(OpCodes.Ldarg_1);
                code.Emit(OpCodes.Call, OfValue.MakeGenericMethod(field.FieldType));
                continue;
            }

            loadOwner();
            code.Emit(OpCodes.Ldfld, field);
            code.Emit(OpCodes.Ldarg_1);
            code.Emit(OpCodes.Call, OfReference);
            code.Emit(OpCodes.Castclass, field.FieldType);
            code.Emit(OpCodes.Stfld, field);
        }

        return isNeeded;
    }

    private static MethodInfo MethodNamed(string name) =>
        typeof(StateCloner).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!;

    /// <summary>How to finish the shallow copy of an object; with nothing to do, the shallow copy is it.</summary>
    private sealed record Recipe(FixObject? Fix);

    private static class ValueFix<T>
    {
        internal static readonly Fix<T> Fix = Make();

        private static Fix<T> Make()
        {
            var method = new DynamicMethod(
                $"Fix {typeof(T).Name}",
                null,
                [typeof(T).MakeByRefType(), typeof(Dictionary<object, object>)],
                typeof(T).Module,
                skipVisibility: true);
            var code = method.GetILGenerator();
            WriteFields(code, typeof(T), () => code.Emit(OpCodes.Ldarg_0));
            code.Emit(OpCodes.Ret);
            return method.CreateDelegate<Fix<T>>();
        }
    }
}
