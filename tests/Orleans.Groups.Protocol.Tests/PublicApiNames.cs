using System.Reflection;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>Type names as C# writes them: keywords, generic arguments, arrays, tuples, and ? for nullable.</summary>
internal static class PublicApiNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(bool)] = "bool", [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte", [typeof(char)] = "char",
        [typeof(short)] = "short", [typeof(ushort)] = "ushort", [typeof(int)] = "int", [typeof(uint)] = "uint",
        [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(float)] = "float", [typeof(double)] = "double",
        [typeof(decimal)] = "decimal", [typeof(string)] = "string", [typeof(object)] = "object",
        [typeof(void)] = "void",
    };

    public static string Of(Type type) => Of(type, null);

    public static string Of(ParameterInfo parameter) =>
        Of(parameter.ParameterType, new NullabilityInfoContext().Create(parameter));

    public static string Of(PropertyInfo property) =>
        Of(property.PropertyType, new NullabilityInfoContext().Create(property));

    public static string Of(FieldInfo field) => Of(field.FieldType, new NullabilityInfoContext().Create(field));

    public static string Of(EventInfo @event) =>
        Of(@event.EventHandlerType!, new NullabilityInfoContext().Create(@event));

    /// <summary>Name of a type as declared: with its outer types and type parameters, without the namespace.</summary>
    public static string Declared(Type type)
    {
        var own = type.GetGenericArguments().Skip(type.DeclaringType?.GetGenericArguments().Length ?? 0).ToArray();
        var name = Simple(type) + (own.Length == 0 ? "" : $"<{string.Join(", ", own.Select(Variance))}>");
        return type.DeclaringType is null ? name : $"{Declared(type.DeclaringType)}.{name}";
    }

    /// <summary>Name of a method where it is declared, with its type parameters.</summary>
    public static string Declared(MethodInfo method) =>
        method.IsGenericMethod
            ? $"{method.Name}<{string.Join(", ", method.GetGenericArguments().Select(Variance))}>"
            : method.Name;

    public static string Constraints(Type type) =>
        type.IsGenericTypeDefinition ? Constraints(type.GetGenericArguments()) : "";

    public static string Constraints(MethodInfo method) =>
        method.IsGenericMethod ? Constraints(method.GetGenericArguments()) : "";

    private static string Of(Type type, NullabilityInfo? nullability)
    {
        if (type.IsByRef)
        {
            // The flags of a by-ref type are those of the type behind it.
            return Of(type.GetElementType()!, nullability);
        }

        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            // The info of Nullable<T> has T's type arguments, or T itself as its only argument.
            var inner = nullability?.GenericTypeArguments;
            return Of(value, inner is [var only] && only.Type == value ? only : null) + "?";
        }

        var mayBeNull = !type.IsValueType && nullability?.ReadState == NullabilityState.Nullable ? "?" : "";
        if (type.IsArray)
        {
            var dimensions = new string(',', type.GetArrayRank() - 1);
            return $"{Of(type.GetElementType()!, nullability?.ElementType)}[{dimensions}]{mayBeNull}";
        }

        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword + mayBeNull;
        }

        return type.IsGenericType ? Generic(type, nullability) + mayBeNull : Simple(type) + mayBeNull;
    }

    private static string Generic(Type type, NullabilityInfo? nullability)
    {
        var infos = nullability?.GenericTypeArguments ?? [];
        var arguments = string.Join(
            ", ",
            type.GetGenericArguments().Select((a, i) => Of(a, i < infos.Length ? infos[i] : null)));
        return type.FullName?.StartsWith("System.ValueTuple`", StringComparison.Ordinal) == true
            ? $"({arguments})"
            : $"{Simple(type)}<{arguments}>";
    }

    private static string Simple(Type type) => type.Name.Split('`')[0];

    private static string Variance(Type parameter)
    {
        var attributes = parameter.GenericParameterAttributes & GenericParameterAttributes.VarianceMask;
        return attributes switch
        {
            GenericParameterAttributes.Covariant => "out ",
            GenericParameterAttributes.Contravariant => "in ",
            _ => "",
        } + parameter.Name;
    }

    private static string Constraints(Type[] parameters)
    {
        var clauses = parameters.Select(p =>
        {
            var attributes = p.GenericParameterAttributes;
            var isStruct = attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
            var parts = new List<string>();
            if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
            {
                parts.Add("class");
            }

            if (isStruct)
            {
                parts.Add("struct");
            }

            parts.AddRange(p.GetGenericParameterConstraints().Where(c => c != typeof(ValueType)).Select(Of));
            if (attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !isStruct)
            {
                parts.Add("new()");
            }

            return parts.Count == 0 ? "" : $" where {p.Name} : {string.Join(", ", parts)}";
        });
        return string.Concat(clauses);
    }
}
