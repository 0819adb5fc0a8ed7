using System.Text;
using System.Text.Json;

namespace Orleans.Groups;

/// <summary>Turns values into payload bytes and back, at the edge: rings and groups carry bytes alone.</summary>
/// <remarks>Used from any thread, by several at once.</remarks>
/// <typeparam name="T">Type of the values.</typeparam>
public abstract class PayloadCodec<T>
{
    /// <summary>The bytes of a value. The caller owns them and does not change them afterwards.</summary>
    public abstract ReadOnlyMemory<byte> Encode(T value);

    /// <summary>The value of some bytes.</summary>
    /// <remarks>May throw for bytes that are no such value; a ring treats that as a handler that throws.</remarks>
    public abstract T Decode(ReadOnlyMemory<byte> payload);
}

/// <summary>The codecs that come with the library.</summary>
public static class PayloadCodecs
{
    /// <summary>UTF-8 text.</summary>
    public static PayloadCodec<string> Utf8 { get; } = new Utf8Codec();

    /// <summary>The bytes themselves.</summary>
    public static PayloadCodec<ReadOnlyMemory<byte>> Bytes { get; } = new BytesCodec();

    /// <summary>JSON by System.Text.Json.</summary>
    /// <param name="options">How; default <see langword="null"/>: its own defaults. The same on every node.</param>
    /// <typeparam name="T">Type of the values.</typeparam>
    public static PayloadCodec<T> Json<T>(JsonSerializerOptions? options = null) => new JsonCodec<T>(options);

    /// <summary>UTF-8 text for <see cref="string"/>, the bytes for byte memory, JSON for everything else. Always the same.</summary>
    /// <typeparam name="T">Type of the values.</typeparam>
    public static PayloadCodec<T> Default<T>() => Defaults<T>.Codec;

    private static class Defaults<T>
    {
        internal static readonly PayloadCodec<T> Codec =
            Utf8 as PayloadCodec<T> ?? Bytes as PayloadCodec<T> ?? Json<T>();
    }

    private sealed class Utf8Codec : PayloadCodec<string>
    {
        public override ReadOnlyMemory<byte> Encode(string value) => Encoding.UTF8.GetBytes(value);

        public override string Decode(ReadOnlyMemory<byte> payload) => Encoding.UTF8.GetString(payload.Span);
    }

    private sealed class BytesCodec : PayloadCodec<ReadOnlyMemory<byte>>
    {
        public override ReadOnlyMemory<byte> Encode(ReadOnlyMemory<byte> value) => value;

        public override ReadOnlyMemory<byte> Decode(ReadOnlyMemory<byte> payload) => payload;
    }

    private sealed class JsonCodec<T>(JsonSerializerOptions? options) : PayloadCodec<T>
    {
        public override ReadOnlyMemory<byte> Encode(T value) => JsonSerializer.SerializeToUtf8Bytes(value, options);

        public override T Decode(ReadOnlyMemory<byte> payload) => JsonSerializer.Deserialize<T>(payload.Span, options)!;
    }
}
