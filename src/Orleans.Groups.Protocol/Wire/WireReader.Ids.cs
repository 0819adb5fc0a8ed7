namespace Orleans.Groups.Protocol;

/// <content>The table of ids, which stands in front of the body and to which the body refers.</content>
internal ref partial struct WireReader
{
    private const int MinNodeBytes = 20;
    private const int MinMemberBytes = 5;

    /// <summary>The table of ids (see <see cref="WireWriter.WriteIds"/>), to which later reads refer.</summary>
    internal void ReadIds()
    {
        var table = Enter();
        var nodes = ReadCount(MinNodeBytes);
        _nodes = nodes == 0 ? [] : new NodeId[nodes];
        for (var index = 0; index < nodes && !HasFailed; index++)
        {
            _nodes[index] = ReadNodeDefinition();
        }

        var members = ReadCount(MinMemberBytes);
        _members = members == 0 ? [] : new MemberId[members];
        for (var index = 0; index < members && !HasFailed; index++)
        {
            _members[index] = ReadMemberDefinition();
        }

        Leave(table);
    }

    /// <summary>A node of the table of ids; <see langword="null"/> only after a failure.</summary>
    internal NodeId ReadNode()
    {
        var place = ReadNumber(1, _nodes.Length);
        return HasFailed ? null! : _nodes[place - 1];
    }

    /// <summary>A member of the table of ids; <see langword="null"/> only after a failure.</summary>
    internal MemberId ReadMember()
    {
        var place = ReadNumber(1, _members.Length);
        return HasFailed ? null! : _members[place - 1];
    }

    /// <summary>A member of the table of ids, or nobody.</summary>
    internal MemberId? ReadOptionalMember()
    {
        var place = ReadNumber(atMost: _members.Length);
        return place == 0 ? null : _members[place - 1];
    }

    private NodeId ReadNodeDefinition()
    {
        var outer = Enter();
        var utf8 = Take(ReadLength());
        var ordinal = ReadNumber();
        var incarnation = new Incarnation(ordinal, ReadGuid());
        var node = HasFailed ? null : _cache?.Find(utf8, incarnation);
        if (node is null && ToName(utf8) is { } name)
        {
            node = new NodeId(name, incarnation);
            _cache?.Hold(node);
        }

        Leave(outer);
        return node!;
    }

    private MemberId ReadMemberDefinition()
    {
        var outer = Enter();
        var node = ReadNode();
        var number = ReadNumber(atLeast: 1);
        var utf8 = Take(ReadLength());
        var member = HasFailed ? null : _cache?.Find(node, number, utf8);
        if (member is null && ToName(utf8) is { } name)
        {
            member = new MemberId(node, number, name);
            _cache?.Hold(member);
        }

        Leave(outer);
        return member!;
    }
}
