using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>Renders what users of an assembly can see, one line per member, in an order of its own.</summary>
/// <remarks>Left out: what a record's declaration implies, tuple element names, most attributes.</remarks>
internal static class PublicApiText
{
    private const BindingFlags Declared = BindingFlags.DeclaredOnly
        | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    public static string Render(Assembly assembly)
    {
        var text = new StringBuilder();
        var types = assembly.GetExportedTypes()
            .Where(t => !IsGenerated(t) && !t.Name.StartsWith('<'))
            .OrderBy(t => t.FullName, StringComparer.Ordinal);
        foreach (var type in types)
        {
            RenderType(text, type);
        }

        return text.Length == 0 ? "(nothing is public)\n" : text.ToString();
    }

    private static void RenderType(StringBuilder text, Type type)
    {
        if (text.Length > 0)
        {
            text.Append('\n');
        }

        text.Append(Attributes(type)).Append(Head(type)).Append('\n');
        if (!IsDelegate(type))
        {
            foreach (var line in Members(type).Order(StringComparer.Ordinal))
            {
                text.Append("    ").Append(line).Append('\n');
            }
        }
    }

    private static string Head(Type type)
    {
        var name = (type.Namespace is null ? "" : type.Namespace + ".") + PublicApiNames.Declared(type);
        if (type.IsEnum)
        {
            return $"enum {name} : {PublicApiNames.Of(Enum.GetUnderlyingType(type))}";
        }

        if (IsDelegate(type))
        {
            var invoke = type.GetMethod("Invoke")!;
            return $"delegate {PublicApiNames.Of(invoke.ReturnParameter)} {name}({Parameters(invoke.GetParameters())})";
        }

        var interfaces = type.GetInterfaces().Where(static i => i.IsVisible).ToArray(); // An internal one is none.
        var direct = interfaces
            .Except(interfaces.SelectMany(i => i.GetInterfaces()))
            .Except(type.BaseType?.GetInterfaces() ?? [])
            .Select(PublicApiNames.Of)
            .Order(StringComparer.Ordinal);
        var parent = type.IsClass && type.BaseType is { } b && b != typeof(object) ? PublicApiNames.Of(b) : null;
        var list = string.Join(", ", parent is null ? direct : direct.Prepend(parent));
        return $"{Kind(type)} {name}{(list.Length == 0 ? "" : " : " + list)}{PublicApiNames.Constraints(type)}";
    }

    private static string Kind(Type type)
    {
        var record = type.GetMethod("PrintMembers", Declared) is { } print && IsGenerated(print) ? "record " : "";
        if (type.IsInterface)
        {
            return "interface";
        }

        if (type.IsValueType)
        {
            var readOnly = type.IsDefined(typeof(IsReadOnlyAttribute), false) ? "readonly " : "";
            return readOnly + (type.IsByRefLike ? "ref " : "") + record + "struct";
        }

        var modifier = (type.IsAbstract, type.IsSealed) switch
        {
            (true, true) => "static ",
            (true, false) => "abstract ",
            (false, true) => "sealed ",
            _ => "",
        };
        return modifier + record + "class";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return type.GetFields(BindingFlags.Public | BindingFlags.Static)
                .Select(f => $"{f.Name} = {Convert.ToString(f.GetRawConstantValue(), CultureInfo.InvariantCulture)}");
        }

        return type.GetMembers(Declared)
            .Where(m => !(IsGenerated(m) && m is MethodBase) && m is not Type)
            .Select(m => m switch
            {
                FieldInfo f when IsVisible(f.Attributes) => Field(f),
                PropertyInfo p => Property(p),
                EventInfo e when IsVisible(e.AddMethod) =>
                    $"{Modifiers(e.AddMethod!)}event {PublicApiNames.Of(e)} {e.Name}",
                MethodBase b when IsVisible(b) && !IsAccessor(b) => Method(b),
                _ => null,
            } is { } line ? Attributes(m) + line : null)
            .OfType<string>();
    }

    private static string Field(FieldInfo field)
    {
        var kind = field.IsLiteral
            ? "const "
            : (field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : "");
        var value = field.IsLiteral ? " = " + Literal(field.GetRawConstantValue()) : "";
        return $"{(field.IsFamily ? "protected " : "")}{kind}{PublicApiNames.Of(field)} {field.Name}{value}";
    }

    private static string? Property(PropertyInfo property)
    {
        var (get, set) = (IsVisible(property.GetMethod), IsVisible(property.SetMethod));
        if ((!get && !set) || property.Name == "EqualityContract")
        {
            return null;
        }

        var modifiers = property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers() ?? [];
        var setter = !set ? "" : modifiers.Contains(typeof(IsExternalInit)) ? "init; " : "set; ";
        var required = property.IsDefined(typeof(RequiredMemberAttribute), false) ? "required " : "";
        var index = property.GetIndexParameters();
        var name = index.Length == 0 ? property.Name : $"this[{Parameters(index)}]";
        var accessor = (get ? property.GetMethod : property.SetMethod)!;
        var getter = get ? "get; " : "";
        return $"{Modifiers(accessor)}{required}{PublicApiNames.Of(property)} {name} {{ {getter}{setter}}}";
    }

    private static string Method(MethodBase method)
    {
        var info = method as MethodInfo;
        var name = info is null ? "new" : $"{PublicApiNames.Of(info.ReturnParameter)} {PublicApiNames.Declared(info)}";
        var constraints = info is null ? "" : PublicApiNames.Constraints(info);
        var self = method.IsDefined(typeof(ExtensionAttribute), false) ? "this " : "";
        return $"{Modifiers(method)}{name}({self}{Parameters(method.GetParameters())}){constraints}";
    }

    private static string Modifiers(MethodBase method)
    {
        var access = method.IsPublic ? "" : "protected ";
        if (method.DeclaringType!.IsInterface)
        {
            return access + (method.IsStatic ? "static " : method.IsAbstract ? "" : "default ");
        }

        var overrides = method is MethodInfo info && info.GetBaseDefinition() != info;
        var kind = method switch
        {
            { IsStatic: true } => "static ",
            _ when overrides => method.IsFinal ? "sealed override " : "override ",
            { IsAbstract: true } => "abstract ",
            { IsVirtual: true, IsFinal: false } => "virtual ",
            _ => "",
        };
        return access + kind;
    }

    private static string Parameters(ParameterInfo[] parameters) => string.Join(", ", parameters.Select(p =>
        {
            var pass = p switch
            {
                { IsOut: true, ParameterType.IsByRef: true } => "out ",
                { IsIn: true, ParameterType.IsByRef: true } => "in ",
                { ParameterType.IsByRef: true } => "ref ",
                _ when p.IsDefined(typeof(ParamArrayAttribute), false) => "params ",
                _ => "",
            };
            return $"{pass}{PublicApiNames.Of(p)} {p.Name}{(p.HasDefaultValue ? " = " + Literal(p.DefaultValue) : "")}";
        }));

    private static string Attributes(MemberInfo member)
    {
        var text = new StringBuilder();
        if (member.GetCustomAttribute<ExperimentalAttribute>() is { } experimental)
        {
            text.Append("[Experimental(\"").Append(experimental.DiagnosticId).Append("\")] ");
        }

        if (member.GetCustomAttribute<ObsoleteAttribute>() is { } obsolete)
        {
            text.Append(obsolete.IsError ? "[Obsolete(error)] " : "[Obsolete] ");
        }

        if (member.GetCustomAttribute<EditorBrowsableAttribute>() is { State: EditorBrowsableState.Never })
        {
            text.Append("[EditorBrowsable(Never)] ");
        }

        return text.Append(member.IsDefined(typeof(FlagsAttribute), false) ? "[Flags] " : "").ToString();
    }

    private static string Literal(object? value) => value switch
    {
        null => "default",
        string s => $"\"{s}\"",
        bool b => b ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static bool IsDelegate(Type type) => type.IsSubclassOf(typeof(Delegate));

    private static bool IsGenerated(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute), false);

    private static bool IsAccessor(MethodBase method) =>
        method.IsSpecialName && !method.IsConstructor && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static bool IsVisible(FieldAttributes attributes) => (attributes & FieldAttributes.FieldAccessMask)
        is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem;

    private static bool IsVisible(MethodBase? method) => method is not (null or { IsConstructor: true, IsStatic: true })
        && (method.IsPublic || ((method.IsFamily || method.IsFamilyOrAssembly) && !method.DeclaringType!.IsSealed));
}
