namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>A read or an edit on its way to the record store and back.</summary>
internal sealed class WorldRequest(WorldMember? author, RecordEdit? edit, long read)
{
    /// <summary>Who asked; nobody when it comes from outside the ring.</summary>
    internal WorldMember? Author { get; } = author;

    /// <summary>The edit; nothing when it is a read.</summary>
    internal RecordEdit? Edit { get; } = edit;

    /// <summary>The number of the read.</summary>
    internal long Read { get; } = read;

    /// <summary>Whether the store has carried it out.</summary>
    internal bool IsApplied { get; set; }

    /// <summary>Whether the author was answered; an edit may still land after it was answered "unknown".</summary>
    internal bool IsAnswered { get; set; }

    internal bool IsHeld { get; set; }

    internal EditResult Result { get; set; }

    internal bool IsOver => IsApplied && IsAnswered;

    public override string ToString() =>
        $"{Author?.ToString() ?? "outside"} {(Edit is null ? $"read {Read}" : RingText.Of(Edit))}";
}
