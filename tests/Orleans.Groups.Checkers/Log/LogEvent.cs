using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Groups.Checkers;

/// <summary>One line of an event log. A closed family; <c>docs/event-log.md</c> describes every kind.</summary>
/// <remarks>
/// Ids are texts: a node is <c>name@incarnation</c>, a member <c>name@incarnation/number</c>. Lists are not changed
/// once an event has been made.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(NodeStart), nameof(NodeStart))]
[JsonDerivedType(typeof(NodeStop), nameof(NodeStop))]
[JsonDerivedType(typeof(NodeCrash), nameof(NodeCrash))]
[JsonDerivedType(typeof(Seen), nameof(Seen))]
[JsonDerivedType(typeof(Fault), nameof(Fault))]
[JsonDerivedType(typeof(Healed), nameof(Healed))]
[JsonDerivedType(typeof(Quiesced), nameof(Quiesced))]
[JsonDerivedType(typeof(Probe), nameof(Probe))]
[JsonDerivedType(typeof(Op), nameof(Op))]
[JsonDerivedType(typeof(LocalVer), nameof(LocalVer))]
[JsonDerivedType(typeof(Applied), nameof(Applied))]
[JsonDerivedType(typeof(Dropped), nameof(Dropped))]
[JsonDerivedType(typeof(ScopeStart), nameof(ScopeStart))]
[JsonDerivedType(typeof(ScopeStop), nameof(ScopeStop))]
[JsonDerivedType(typeof(Read), nameof(Read))]
[JsonDerivedType(typeof(Altered), nameof(Altered))]
[JsonDerivedType(typeof(MonStart), nameof(MonStart))]
[JsonDerivedType(typeof(MonEvent), nameof(MonEvent))]
[JsonDerivedType(typeof(MonEnd), nameof(MonEnd))]
[JsonDerivedType(typeof(RegWrite), nameof(RegWrite))]
[JsonDerivedType(typeof(RegLost), nameof(RegLost))]
[JsonDerivedType(typeof(Adopt), nameof(Adopt))]
[JsonDerivedType(typeof(JoinInv), nameof(JoinInv))]
[JsonDerivedType(typeof(JoinDone), nameof(JoinDone))]
[JsonDerivedType(typeof(Joined), nameof(Joined))]
[JsonDerivedType(typeof(Send), nameof(Send))]
[JsonDerivedType(typeof(Sent), nameof(Sent))]
[JsonDerivedType(typeof(Confirm), nameof(Confirm))]
[JsonDerivedType(typeof(Publish), nameof(Publish))]
[JsonDerivedType(typeof(Receive), nameof(Receive))]
[JsonDerivedType(typeof(Deliver), nameof(Deliver))]
[JsonDerivedType(typeof(Handled), nameof(Handled))]
[JsonDerivedType(typeof(Changed), nameof(Changed))]
[JsonDerivedType(typeof(Validate), nameof(Validate))]
[JsonDerivedType(typeof(Inherit), nameof(Inherit))]
[JsonDerivedType(typeof(AckOrig), nameof(AckOrig))]
[JsonDerivedType(typeof(Erase), nameof(Erase))]
[JsonDerivedType(typeof(Progress), nameof(Progress))]
[JsonDerivedType(typeof(Between), nameof(Between))]
[JsonDerivedType(typeof(LeaveInv), nameof(LeaveInv))]
[JsonDerivedType(typeof(LeaveDone), nameof(LeaveDone))]
[JsonDerivedType(typeof(Stopped), nameof(Stopped))]
public abstract partial record LogEvent
{
    private LogEvent()
    {
    }

    /// <summary>1, 2, 3, … per writer: the order in which the events of one log happened.</summary>
    [JsonPropertyOrder(-3)]
    public long Seq { get; set; }

    /// <summary>Microseconds on the writer's monotonic clock; comparable within one log only.</summary>
    [JsonPropertyOrder(-2)]
    public long T { get; set; }

    /// <summary>The node on which it happened, or that it is about; empty for the whole run.</summary>
    [JsonPropertyOrder(-1)]
    public string Node { get; set; } = "";

    /// <summary>Fields that this version does not know.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }

    /// <summary>From which log it was read: 0, 1, …</summary>
    [JsonIgnore]
    public int Log { get; set; }

    /// <summary>Its place in the run, counted from 1; the place of its line where there is one log.</summary>
    [JsonIgnore]
    public long Order { get; set; }

    /// <summary>Its kind, as it is written in a log.</summary>
    [JsonIgnore]
    public string Kind => GetType().Name;

    /// <summary>The line, for people.</summary>
    public sealed override string ToString() => LogJson.ToText(this);
}
