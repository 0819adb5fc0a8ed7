namespace Orleans.Groups.Checkers.Tests;

/// <summary>A history, and which properties it breaks: none, or one.</summary>
/// <param name="Properties">For a good one, those it is an example of; for a bad one, the one it breaks.</param>
/// <param name="What">What happens; with the properties its name.</param>
/// <param name="Tell">Writes it.</param>
internal sealed record Case(string Properties, string What, Action<History> Tell)
{
    internal string Name => $"{Properties}: {What}";

    internal IEnumerable<string> Ids => Properties.Split(' ');

    internal IReadOnlyList<LogEvent> Write()
    {
        var history = new History();
        Tell(history);
        return history.Events;
    }
}
