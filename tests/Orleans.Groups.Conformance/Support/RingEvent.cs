namespace Orleans.Groups.Conformance;

/// <summary>Something that a ring member was told.</summary>
internal abstract record RingEvent
{
    private RingEvent()
    {
    }

    internal sealed record Joined(MulticastJoined Value) : RingEvent
    {
        public override string ToString() => $"joined [{string.Join(", ", Value.Members)}]";
    }

    internal sealed record Changed(MembersChanged Value) : RingEvent
    {
        public override string ToString() =>
            $"births [{string.Join(", ", Value.Births)}] deaths [{string.Join(", ", Value.Deaths)}]";
    }

    internal sealed record Message(MulticastMessage Value) : RingEvent
    {
        public override string ToString() => $"message {Value.Number} of {Value.From}";
    }

    internal sealed record Terminated(MulticastTermination Value) : RingEvent
    {
        public override string ToString() => $"terminated {Value.Reason} ({Value.Detail})";
    }
}
