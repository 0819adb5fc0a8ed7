using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Orleans.Groups;

/// <summary>The codecs that come with the library.</summary>
public static class PayloadCodec
{
    /// <summary>Text as UTF-8. What is not valid UTF-8 throws.</summary>
    public static PayloadCodec<string> Utf8 { get; } = new Utf8Codec();

    /// <summary>Bytes as they are.</summary>
    public static PayloadCodec<ReadOnlyMemory<byte>> Bytes { get; } = new BytesCodec();

    /// <summary>
    /// The codec used where none is named: <see cref="Utf8"/> for <see cref="string"/>, <see cref="Bytes"/> for bytes,
    /// and <see cref="Json{T}(JsonSerializerOptions)"/> for everything else.
    /// </summary>
    public static PayloadCodec<T> Default<T>() => Defaults<T>.Codec;

    /// <summary>JSON in UTF-8, by reflection.</summary>
    /// <param name="options">How; <see langword="null"/> for the serializer's defaults.</param>
    public static PayloadCodec<T> Json<T>(JsonSerializerOptions? options = null) => new JsonCodec<T>(options);

    /// <summary>JSON in UTF-8, with generated code.</summary>
    public static PayloadCodec<T> Json<T>(JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return new GeneratedJsonCodec<T>(type);
    }

    private static class Defaults<T>
    {
        internal static readonly PayloadCodec<T> Codec =
            Utf8 as PayloadCodec<T> ?? Bytes as PayloadCodec<T> ?? new JsonCodec<T>(null);
    }

    private sealed class Utf8Codec : PayloadCodec<string>
    {
        private static readonly UTF8Encoding Strict =
            new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

        public override ReadOnlyMemory<byte> Encode(string message) => Strict.GetBytes(message);

        public override string Decode(ReadOnlyMemory<byte> payload) => Strict.GetString(payload.Span);
    }

    private sealed class BytesCodec : PayloadCodec<ReadOnlyMemory<byte>>
    {
        public override ReadOnlyMemory<byte> Encode(ReadOnlyMemory<byte> message) => message;

        public override ReadOnlyMemory<byte> Decode(ReadOnlyMemory<byte> payload) => payload;
    }

    private sealed class JsonCodec<T>(JsonSerializerOptions? options) : PayloadCodec<T>
    {
        public override ReadOnlyMemory<byte> Encode(T message) => JsonSerializer.SerializeToUtf8Bytes(message, options);

        public override T Decode(ReadOnlyMemory<byte> payload) => JsonSerializer.Deserialize<T>(payload.Span, options)!;
    }

    private sealed class GeneratedJsonCodec<T>(JsonTypeInfo<T> type) : PayloadCodec<T>
    {
        public override ReadOnlyMemory<byte> Encode(T message) => JsonSerializer.SerializeToUtf8Bytes(message, type);

        public override T Decode(ReadOnlyMemory<byte> payload) => JsonSerializer.Deserialize(payload.Span, type)!;
    }
}
