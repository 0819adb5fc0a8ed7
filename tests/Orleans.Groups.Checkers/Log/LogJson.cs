using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Orleans.Groups.Checkers;

/// <summary>Events as lines of JSON: ids are written as they are, and read ones are shared.</summary>
internal static class LogJson
{
    /// <summary>The one way to write and read events.</summary>
    internal static readonly JsonTypeInfo<LogEvent> Info = new LogJsonContext(
        new JsonSerializerOptions(LogJsonContext.Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters = { new SharedStrings() },
        }).LogEvent;

    /// <summary>All kinds of this version.</summary>
    internal static readonly IReadOnlySet<string> Kinds = typeof(LogEvent)
        .GetCustomAttributes(typeof(JsonDerivedTypeAttribute), inherit: false)
        .Cast<JsonDerivedTypeAttribute>()
        .Select(static derived => (string)derived.TypeDiscriminator!)
        .ToHashSet(StringComparer.Ordinal);

    internal static string ToText(LogEvent logEvent) => JsonSerializer.Serialize(logEvent, Info);
}

/// <summary>The code that reads and writes them, made by the compiler.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(LogEvent))]
internal sealed partial class LogJsonContext : JsonSerializerContext;
