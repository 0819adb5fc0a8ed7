using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Orleans.Groups.Protocol.Tests.Wire;

/// <summary>
/// A value with everything in it as text, for comparing by content: arrays in records compare by reference, and ids
/// ignore the member's name. By reflection, so that a field added to a record is compared without anybody thinking of
/// it.
/// </summary>
internal static class WireText
{
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    public static string Of(object? value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case string or bool or long or int or ulong or Guid or Enum:
                text.Append(CultureInfo.InvariantCulture, $"{value}");
                break;
            case ScopeName or GroupName:
                text.Append(CultureInfo.InvariantCulture, $"'{value}'");
                break;
            case ReadOnlyMemory<byte> bytes:
                text.Append("0x").Append(Convert.ToHexString(bytes.Span));
                break;
            case ReadOnlyMemory<ReadOnlyMemory<byte>> payloads:
                Append(text, payloads.ToArray());
                break;
            case IEnumerable many:
                AppendMany(text, many);
                break;
            default:
                AppendProperties(text, value);
                break;
        }
    }

    private static void AppendMany(StringBuilder text, IEnumerable many)
    {
        // A default ImmutableArray throws when it is enumerated; on the wire it is an empty one.
        var isDefault = many.GetType().GetProperty("IsDefault")?.GetValue(many) is true;
        text.Append('[');
        foreach (var element in isDefault ? Array.Empty<object>() : many)
        {
            Append(text, element);
            text.Append("; ");
        }

        text.Append(']');
    }

    private static void AppendProperties(StringBuilder text, object value)
    {
        text.Append(value.GetType().Name).Append('{');
        foreach (var property in value.GetType().GetProperties(Members))
        {
            if (property.Name != "EqualityContract" && property.GetMethod is { IsStatic: false })
            {
                text.Append(property.Name).Append('=');
                Append(text, property.GetValue(value));
                text.Append(", ");
            }
        }

        text.Append('}');
    }
}
