using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Groups.Samples.Relay;

/// <summary>What the program says to a member's process: a JSON object per line.</summary>
/// <param name="Id">Comes back with the answer.</param>
/// <param name="Verb">What to do.</param>
/// <param name="Names">For <see cref="MemberVerb.WaitForMembers"/>.</param>
/// <param name="Number">For <see cref="MemberVerb.WaitForMessages"/> and <see cref="MemberVerb.Allow"/>.</param>
/// <param name="Senders">For <see cref="MemberVerb.Begin"/>.</param>
internal sealed record MemberCommand(
    long Id,
    MemberVerb Verb,
    string[]? Names = null,
    long Number = 0,
    ImmutableArray<MemberId>? Senders = null);

/// <summary>What a member can be told to do; the methods of <see cref="IRelayMember"/>.</summary>
internal enum MemberVerb
{
    /// <summary><see cref="IRelayMember.WaitForMembersAsync"/>.</summary>
    WaitForMembers,

    /// <summary><see cref="IRelayMember.WaitForMessagesAsync"/>.</summary>
    WaitForMessages,

    /// <summary><see cref="IRelayMember.Begin"/>.</summary>
    Begin,

    /// <summary><see cref="IRelayMember.Allow"/>.</summary>
    Allow,

    /// <summary><see cref="IRelayMember.FinishSendingAsync"/>.</summary>
    FinishSending,

    /// <summary><see cref="IRelayMember.LeaveAsync"/>.</summary>
    Leave,

    /// <summary>Disposing.</summary>
    Close,
}

/// <summary>What a member's process says: answers, and how it stands now and then.</summary>
/// <param name="Id">Which command is answered; 0 when none is.</param>
/// <param name="Error">Why the command failed.</param>
/// <param name="Self">Who the member is, and <paramref name="Bases"/>: said once, when it is in the ring.</param>
/// <param name="Bases">From where on it gets what others send.</param>
/// <param name="Status">What it does now.</param>
/// <param name="Record">What it has seen.</param>
/// <param name="Ending">How it has ended.</param>
internal sealed record MemberReport(
    long Id = 0,
    string? Error = null,
    MemberId? Self = null,
    ImmutableArray<PublisherBase>? Bases = null,
    MemberStatus? Status = null,
    MemberRecord? Record = null,
    MemberEnding? Ending = null);

/// <summary>Commands and reports as lines.</summary>
internal static class MemberWire
{
    private static readonly JsonSerializerOptions Options = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new MemberIdConverter(), new JsonStringEnumConverter() },
    };

    internal static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    internal static T Read<T>(string line) => JsonSerializer.Deserialize<T>(line, Options)!;

    private sealed class MemberIdConverter : JsonConverter<MemberId>
    {
        public override MemberId Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            var fields = JsonSerializer.Deserialize<string[]>(ref reader)!;
            var incarnation = new Incarnation(long.Parse(fields[1]), Guid.Parse(fields[2]));
            return new MemberId(new NodeId(fields[0], incarnation), long.Parse(fields[3]), fields[4]);
        }

        public override void Write(Utf8JsonWriter writer, MemberId value, JsonSerializerOptions options)
        {
            var (node, incarnation) = (value.Node, value.Node.Incarnation);
            string[] fields = [node.Name, $"{incarnation.Ordinal}", $"{incarnation.Id}", $"{value.Number}", value.Name];
            JsonSerializer.Serialize(writer, fields);
        }
    }
}
