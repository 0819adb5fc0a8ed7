namespace Orleans.Groups;

/// <summary>A message of a ring.</summary>
/// <param name="From">Who published it.</param>
/// <param name="Number">1, 2, 3, … per publisher, without a gap.</param>
/// <param name="Payload">The bytes as published; shared with other members, so do not change them.</param>
public readonly record struct MulticastMessage(MemberId From, long Number, ReadOnlyMemory<byte> Payload);
