using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using Orleans.Groups.Checkers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator;

/// <summary>Inputs, effects and messages of all machines as one line each, made by looking at them.</summary>
internal static class TraceText
{
    private const int MostItems = 12;

    /// <summary>What says nothing, or is said already.</summary>
    private static readonly HashSet<string> Hidden = ["EqualityContract", "Tail", "Header", "IsOk", "Unknown"];

    private static readonly HashSet<string> HiddenOfEvents = ["Seq", "T", "Node", "Log", "Order", "Kind"];

    internal static string Of(object value)
    {
        var text = new StringBuilder();
        Write(value, text);
        return text.ToString();
    }

    private static void Write(object? value, StringBuilder text)
    {
        switch (value)
        {
            case null:
                text.Append('-');
                break;
            case Entry entry:
                text.Append(entry.Alive ? entry.Member : $"({entry.Member})");
                break;
            case LinkChannel channel:
                text.Append(channel);
                break;
            case MemberId member:
                text.Append(LogIds.Of(member));
                break;
            case GroupRecord record:
                WriteRecord(record, text);
                break;
            case PublicationBatch batch:
                text.Append(CultureInfo.InvariantCulture, $"{batch.First}..{batch.Last}");
                break;
            case Guid id:
                text.Append(id.ToString("N").AsSpan(0, 8));
                break;
            case ReadOnlyMemory<byte> bytes:
                text.Append(CultureInfo.InvariantCulture, $"{bytes.Length} bytes");
                break;
            case ReadOnlyMemory<ReadOnlyMemory<byte>> payloads:
                text.Append(CultureInfo.InvariantCulture, $"{payloads.Length} payloads");
                break;
            case string or NodeId or GroupName or ScopeName or Enum or bool or long or int or ulong or TimeSpan:
                text.Append(CultureInfo.InvariantCulture, $"{value}");
                break;
            case IEnumerable items:
                WriteAll(items, text);
                break;
            default:
                WriteParts(value, text);
                break;
        }
    }

    private static void WriteRecord(GroupRecord record, StringBuilder text)
    {
        var epoch = record.Epoch.ToString("N")[..8];
        text.Append(CultureInfo.InvariantCulture, $"{record.Group} {epoch} v{record.Version} ");
        text.Append(record.Status == RecordStatus.Open ? "" : $"{record.Status} ").Append('[');
        text.AppendJoin(' ', record.Entries.Select(static entry =>
            entry.IsAlive ? $"{LogIds.Of(entry.Member)}^{entry.LinkVersion}" : $"({LogIds.Of(entry.Member)})"));
        text.Append(']');
    }

    private static void WriteAll(IEnumerable items, StringBuilder text)
    {
        text.Append('[');
        var count = 0;
        foreach (var item in items)
        {
            text.Append(count > 0 ? ", " : "");
            if (++count > MostItems)
            {
                text.Append('…');
                break;
            }

            Write(item, text);
        }

        text.Append(']');
    }

    private static void WriteParts(object value, StringBuilder text)
    {
        var type = value.GetType();
        text.Append(type.Name);
        var parts = type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(part => !Hidden.Contains(part.Name)
                && (value is not LogEvent || !HiddenOfEvents.Contains(part.Name))
                && part.GetIndexParameters().Length == 0)
            .ToList();
        if (parts.Count == 0)
        {
            return;
        }

        text.Append('(');
        for (var index = 0; index < parts.Count; index++)
        {
            text.Append(index > 0 ? ", " : "").Append(parts[index].Name).Append(' ');
            Write(parts[index].GetValue(value), text);
        }

        text.Append(')');
    }
}
