namespace Orleans.Groups.Protocol;

/// <summary>Wire form of "part of so many parts": part, counted from 0, then parts.</summary>
internal static class WireParts
{
    internal static void Write(ref WireWriter writer, int part, int parts)
    {
        Invariant.Require(part < parts, "a part is one of its parts");
        writer.WriteNumber(part);
        writer.WriteNumber(parts, atLeast: 1);
    }

    internal static (int Part, int Parts) Read(ref WireReader reader)
    {
        var part = (int)reader.ReadNumber(atMost: int.MaxValue - 1);
        var parts = (int)reader.ReadNumber(atLeast: part + 1L, atMost: int.MaxValue);
        return (part, parts);
    }
}
