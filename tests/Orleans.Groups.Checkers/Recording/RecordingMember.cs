namespace Orleans.Groups.Checkers;

/// <summary>Records that a member ends.</summary>
internal sealed class RecordingMember(IGroupMember inner, NodeRecorder recorder) : IGroupMember
{
    public MemberId Id => inner.Id;

    public bool HasEnded => inner.HasEnded;

    public void End()
    {
        recorder.Log(new LogEvent.Op(
            recorder.NextId(), OpPhase.Inv, OpVerb.End, "", [], [recorder.TextOf(inner.Id)]));
        inner.End();
    }

    public ValueTask DisposeAsync()
    {
        End();
        return ValueTask.CompletedTask;
    }
}
