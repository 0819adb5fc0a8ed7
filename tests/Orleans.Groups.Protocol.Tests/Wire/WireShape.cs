namespace Orleans.Groups.Protocol.Tests.Wire;

internal enum ShapeKind
{
    Varint,
    Fixed,
    Text,
    Bytes,
    Many,
    Composite,
    Union,
}

/// <summary>
/// One element of the wire form, as data. A second description of version 1, written apart from the codec.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Label">What it is called in a golden file.</param>
/// <param name="Parts">
/// Fields of a composite; the element of an array; the composites among which a union chooses.
/// </param>
/// <param name="Size">Bytes of a fixed one.</param>
/// <param name="IsOptional">Whether a composite may be absent, said by a length of 0.</param>
internal sealed record WireShape(ShapeKind Kind, string Label, WireShape[] Parts, int Size = 0, bool IsOptional = false)
{
    public static WireShape Varint(string label) => new(ShapeKind.Varint, label, []);

    public static WireShape Guid(string label) => new(ShapeKind.Fixed, label, [], 16);

    public static WireShape Hash(string label) => new(ShapeKind.Fixed, label, [], 8);

    public static WireShape Text(string label) => new(ShapeKind.Text, label, []);

    public static WireShape Bytes(string label) => new(ShapeKind.Bytes, label, []);

    public static WireShape Many(string label, WireShape element) => new(ShapeKind.Many, label, [element]);

    public static WireShape Composite(string label, params WireShape[] fields) =>
        new(ShapeKind.Composite, label, fields);

    /// <summary>A kind, counted from 1 in the order of the choices, then the composite of that kind.</summary>
    public static WireShape Union(string label, params WireShape[] choices) => new(ShapeKind.Union, label, choices);

    public WireShape Optional() => this with { IsOptional = true };

    public WireShape As(string label) => this with { Label = label };
}
