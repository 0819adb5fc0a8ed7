using System.Collections.Immutable;

namespace Orleans.Groups.Conformance;

/// <summary>Collects what is sent to a group member.</summary>
internal sealed class Inbox
{
    private readonly List<MemberMessage> _messages = [];
    private readonly Observed _state;

    internal Inbox() => _state = new Observed(
        () => $"{_messages.Count} messages have arrived: {string.Join(", ", _messages.TakeLast(10).Select(TextOf))}.");

    internal ImmutableArray<MemberMessage> Messages => _state.Read(() => _messages.ToImmutableArray());

    internal ImmutableArray<string> Texts => [.. Messages.Select(TextOf)];

    /// <summary>Called with each message after it has been recorded, if set.</summary>
    internal Func<MemberMessage, ValueTask>? WhenMessage { get; set; }

    /// <summary>Handler for <see cref="INodeFixture.CreateMember"/>.</summary>
    internal async ValueTask HandleAsync(MemberMessage message)
    {
        _state.Change(() => _messages.Add(message));
        if (WhenMessage is { } hook)
        {
            await hook(message);
        }
    }

    internal Task ReceivesAsync(int count) =>
        _state.UntilAsync($"{count} messages arrive", () => _messages.Count >= count);

    internal Task ReceivesAsync(string text) =>
        _state.UntilAsync($"'{text}' arrives", () => _messages.Exists(message => TextOf(message) == text));

    private static string TextOf(MemberMessage message) => Payloads.TextOf(message.Payload);
}
