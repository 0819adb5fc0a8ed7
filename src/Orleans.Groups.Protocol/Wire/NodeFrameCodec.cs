namespace Orleans.Groups.Protocol;

/// <summary>Wire form of <see cref="NodeFrame"/>: the fields in the order that each frame states.</summary>
internal static class NodeFrameCodec
{
    /// <summary>The number of the frame's kind.</summary>
    internal static int KindOf(NodeFrame frame) => frame switch
    {
        NodeFrame.ToRing => WireKinds.ToRing,
        NodeFrame.ToScope => WireKinds.ToScope,
        NodeFrame.Payload => WireKinds.Payload,
        NodeFrame.PayloadAnswer => WireKinds.PayloadAnswer,
        NodeFrame.Publication => WireKinds.Publication,
        NodeFrame.WatchMember => WireKinds.WatchMember,
        NodeFrame.MemberEnded => WireKinds.MemberEnded,
        NodeFrame.SurveyRequest => WireKinds.SurveyRequest,
        NodeFrame.SurveyAnswer => WireKinds.SurveyAnswer,
        _ => throw Invariant.Unreachable(frame),
    };

    /// <summary>Whether this version knows frames of a kind.</summary>
    internal static bool IsKnown(long kind) => kind is >= WireKinds.ToScope and <= WireKinds.SurveyAnswer;

    /// <summary>Writes the fields of a frame.</summary>
    internal static void Write(ref WireWriter writer, in NodeFrame frame)
    {
        switch (frame)
        {
            case NodeFrame.ToRing ring:
                writer.WriteName(ring.Group.Value);
                writer.WriteMember(ring.From);
                writer.WriteMember(ring.To);
                RingMessageCodec.Write(ref writer, ring.Message);
                break;
            case NodeFrame.ToScope scope:
                writer.WriteName(scope.Scope.Value);
                ScopeMessageCodec.Write(ref writer, scope.Message);
                break;
            case NodeFrame.Payload payload:
                writer.WriteName(payload.Scope.Value);
                writer.WriteNumber(payload.Request);
                writer.WriteMember(payload.To);
                writer.WriteOptionalMember(payload.From);
                writer.WriteBytes(payload.Bytes.Span);
                break;
            case NodeFrame.PayloadAnswer answer:
                writer.WriteNumber(answer.Request);
                WireEnums.WriteSendOutcome(ref writer, answer.Outcome);
                break;
            case NodeFrame.Publication publication:
                writer.WriteName(publication.Scope.Value);
                writer.WriteName(publication.Group.Value);
                writer.WriteOptionalMember(publication.From);
                writer.WriteBytes(publication.Bytes.Span);
                break;
            case NodeFrame.WatchMember watch:
                writer.WriteMember(watch.Member);
                break;
            case NodeFrame.MemberEnded ended:
                writer.WriteMember(ended.Member);
                break;
            case NodeFrame.SurveyRequest request:
                writer.WriteNumber(request.Request);
                writer.WriteName(request.Group.Value);
                break;
            case NodeFrame.SurveyAnswer answer:
                writer.WriteNumber(answer.Request);
                GroupRecordCodec.WriteOptional(ref writer, answer.Highest);
                break;
        }
    }

    /// <summary>Reads the fields of a frame of a known kind; worthless after a failure.</summary>
    internal static NodeFrame Read(ref WireReader reader, int kind)
    {
        switch (kind)
        {
            case WireKinds.ToRing:
                return ReadToRing(ref reader);
            case WireKinds.ToScope:
                return new NodeFrame.ToScope(reader.ReadScopeName(), ScopeMessageCodec.Read(ref reader));
            case WireKinds.Payload:
                return ReadPayload(ref reader);
            case WireKinds.PayloadAnswer:
                return new NodeFrame.PayloadAnswer(reader.ReadNumber(), WireEnums.ReadSendOutcome(ref reader));
            case WireKinds.Publication:
                return ReadPublication(ref reader);
            case WireKinds.WatchMember:
                return new NodeFrame.WatchMember(reader.ReadMember());
            case WireKinds.MemberEnded:
                return new NodeFrame.MemberEnded(reader.ReadMember());
            case WireKinds.SurveyRequest:
                return new NodeFrame.SurveyRequest(reader.ReadNumber(), reader.ReadGroupName());
            case WireKinds.SurveyAnswer:
                return new NodeFrame.SurveyAnswer(reader.ReadNumber(), GroupRecordCodec.ReadOptional(ref reader));
            default:
                throw Invariant.Unreachable(kind);
        }
    }

    private static NodeFrame.ToRing ReadToRing(ref WireReader reader)
    {
        var group = reader.ReadGroupName();
        var from = reader.ReadMember();
        var to = reader.ReadMember();
        return new NodeFrame.ToRing(group, from, to, RingMessageCodec.Read(ref reader));
    }

    private static NodeFrame.Payload ReadPayload(ref WireReader reader)
    {
        var scope = reader.ReadScopeName();
        var request = reader.ReadNumber();
        var to = reader.ReadMember();
        var from = reader.ReadOptionalMember();
        return new NodeFrame.Payload(scope, request, to, from, reader.ReadBytes());
    }

    private static NodeFrame.Publication ReadPublication(ref WireReader reader)
    {
        var scope = reader.ReadScopeName();
        var group = reader.ReadGroupName();
        var from = reader.ReadOptionalMember();
        return new NodeFrame.Publication(scope, group, from, reader.ReadBytes());
    }
}
