using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Groups.Checkers;

/// <summary>Reads texts that repeat, which ids do, as one object each.</summary>
internal sealed class SharedStrings : JsonConverter<string>
{
    private const int MaxLength = 256;
    private const int Slots = 1 << 14;

    [ThreadStatic]
    private static (byte[] Bytes, string Text)[]? _slots;

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.HasValueSequence || reader.ValueIsEscaped || reader.ValueSpan.Length > MaxLength)
        {
            return reader.GetString();
        }

        var bytes = reader.ValueSpan;
        var hash = new HashCode();
        hash.AddBytes(bytes);
        ref var slot = ref (_slots ??= new (byte[], string)[Slots])[hash.ToHashCode() & (Slots - 1)];
        if (slot.Bytes is null || !bytes.SequenceEqual(slot.Bytes))
        {
            slot = (bytes.ToArray(), Encoding.UTF8.GetString(bytes));
        }

        return slot.Text;
    }

    public override string ReadAsPropertyName(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options) =>
        Read(ref reader, typeToConvert, options)!;

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value);

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);
}
