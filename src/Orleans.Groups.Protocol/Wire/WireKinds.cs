namespace Orleans.Groups.Protocol;

/// <summary>First numbers of what is encoded on its own. Never renumbered, never used again.</summary>
internal static class WireKinds
{
    internal const int ToScope = 1;
    internal const int ToRing = 2;
    internal const int Payload = 3;
    internal const int PayloadAnswer = 4;
    internal const int Publication = 5;
    internal const int WatchMember = 6;
    internal const int MemberEnded = 7;
    internal const int SurveyRequest = 8;
    internal const int SurveyAnswer = 9;

    /// <summary>From here on: what is no frame between nodes.</summary>
    internal const int StoredRecord = 32;
    internal const int Edit = 33;
    internal const int EditResult = 34;

    /// <summary>From here on: what the ends of a link say; the bytes behind the body are a batch's.</summary>
    internal const int LinkOpen = 64;
    internal const int LinkBatch = 65;
    internal const int LinkAck = 66;
    internal const int LinkOver = 67;
    internal const int LinkRefused = 68;
}
