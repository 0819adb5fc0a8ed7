using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orleans.Groups.Comparison;

/// <summary>Results for programs.</summary>
internal static class JsonFile
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes a file.</summary>
    internal static void Write(string file, JsonObject content) =>
        File.WriteAllText(file, content.ToJsonString(Indented) + "\n");

    /// <summary>Numbers with as many digits as mean something.</summary>
    internal static JsonArray Numbers(IEnumerable<double> numbers) =>
        new([.. numbers.Select(number => (JsonNode)Math.Round(number, 3))]);
}
