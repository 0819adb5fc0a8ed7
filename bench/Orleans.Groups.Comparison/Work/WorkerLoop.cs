using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orleans.Groups.Comparison;

/// <summary>
/// The loop of a worker: a JSON object per line of the standard input, with <c>id</c> and <c>do</c>, is answered on the
/// standard output under the same id. Commands run side by side. It ends when its input ends.
/// </summary>
internal static class WorkerLoop
{
    /// <summary>Runs commands until the input ends.</summary>
    internal static async Task RunAsync(Func<string, JsonElement, Task<JsonNode?>> perform)
    {
        // Not Console.In, which reads synchronously under a lock.
        using var input = new StreamReader(Console.OpenStandardInput());
        while (await input.ReadLineAsync() is { } line)
        {
            _ = PerformAsync(perform, JsonDocument.Parse(line).RootElement);
        }
    }

    /// <summary>Says something that nobody has asked for.</summary>
    internal static void Say(JsonObject what) => Console.Out.WriteLine(what.ToJsonString());

    private static async Task PerformAsync(Func<string, JsonElement, Task<JsonNode?>> perform, JsonElement command)
    {
        var answer = new JsonObject { ["id"] = command.GetProperty("id").GetInt64() };
        try
        {
            // A thread of its own pool turn: the next command must not wait for this one's synchronous part.
            answer["result"] = await Task.Run(() => perform(command.GetProperty("do").GetString()!, command));
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            answer["error"] = error.ToString();
        }

        Say(answer);
    }
}
