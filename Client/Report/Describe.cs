namespace Orleans.Groups.ClientProgram;

/// <summary>Members, for people and for programs.</summary>
internal static class Describe
{
    /// <summary>For people: short, and still unique in most cases.</summary>
    internal static string Short(MemberId? member) => member is null ? "-" : $"{member.Name}#{member.Number}";

    /// <summary>For programs.</summary>
    internal static object? ForPrograms(MemberId? member) => member is null ? null : new
    {
        name = member.Name,
        number = member.Number,
        node = member.Node.Name,
        incarnation = member.Node.Incarnation.ToString(),
    };
}
