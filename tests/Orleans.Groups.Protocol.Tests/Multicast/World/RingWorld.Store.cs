namespace Orleans.Groups.Protocol.Tests.Multicast;

/// <summary>The record store: one cell, and the requests under way to it and back.</summary>
internal sealed class WorldStore
{
    internal GroupRecord? Current { get; set; }

    /// <summary>The last record that there was, also after it was lost.</summary>
    internal GroupRecord? Last { get; set; }

    internal List<WorldRequest> Requests { get; } = [];

    internal int Speed { get; set; } = 100;

    /// <summary>A story keeps all requests from being carried out and answered.</summary>
    internal bool IsHeld { get; set; }
}

/// <content>The record store and the surveys of views.</content>
internal sealed partial class RingWorld
{
    internal WorldStore Store { get; } = new();

    internal List<WorldSurvey> Surveys { get; } = [];

    /// <summary>The store carries a request out; the answer is still on its way.</summary>
    internal void Apply(WorldRequest request)
    {
        request.IsApplied = true;
        if (request.Edit is null)
        {
            request.Result = new EditResult(EditVerdict.Applied, Store.Current);
            return;
        }

        request.Result = Commit(request.Edit);
        Note($"store: {request}: {request.Result.Verdict} {RingText.Of(request.Result.Current)}");
        See($"edit {request.Edit.GetType().Name} {request.Result.Verdict}");
        if (request.IsAnswered)
        {
            See("edit landed late");
            Store.Requests.Remove(request);
        }
    }

    /// <summary>The author gets the store's answer.</summary>
    internal void Answer(WorldRequest request)
    {
        Store.Requests.Remove(request);
        request.IsAnswered = true;
        GiveAnswer(request, isKnown: true);
    }

    /// <summary>The answer is lost: a read failed, and nobody knows whether an edit was applied, or will be.</summary>
    internal void AnswerUnknown(WorldRequest request)
    {
        request.IsAnswered = true;
        See(request.Edit is null ? "read failed" : request.IsApplied ? "unknown, applied" : "unknown, not applied yet");
        if (request.Edit is null || request.IsApplied)
        {
            Store.Requests.Remove(request);
        }

        GiveAnswer(request, isKnown: false);
    }

    /// <summary>The request never reaches the store.</summary>
    internal void Drop(WorldRequest request)
    {
        Store.Requests.Remove(request);
        if (!request.IsAnswered)
        {
            request.IsAnswered = true;
            See("request dropped");
            GiveAnswer(request, isKnown: false);
        }
    }

    /// <summary>
    /// The store forgets the record, and what is on its way to it gets lost. Hosts with a volatile store notice and
    /// have their members look; whether a member does so before or after other things is open.
    /// </summary>
    internal void LoseRecord()
    {
        Note($"the record is lost");
        Store.Current = null;
        foreach (var request in Store.Requests.FindAll(static request => !request.IsApplied))
        {
            Drop(request);
        }

        foreach (var member in Running)
        {
            member.Mailbox.Enqueue(new RingInput.PeerUp(member.Node.Id));
        }

        Tell(static observer => observer.OnRecordLost());
        See("record lost");
    }

    /// <summary>Somebody forgets the group and tells the members that the record lists.</summary>
    internal void Forget(WorldNode node)
    {
        var caller = new MemberId(node.Id, ++node.LastMemberNumber, $"{node}-forget");
        var edit = new RecordEdit.Close(new OperationId(caller, 1), Guid.Empty, 0, RecordStatus.Forgotten);
        var result = Commit(edit);
        Note($"forget: {result.Verdict} {RingText.Of(result.Current)}");
        See($"forget {result.Verdict}");
        if (result.Current is not { } record)
        {
            return;
        }

        foreach (var entry in record.Entries)
        {
            if (entry.IsAlive)
            {
                Transmit(
                    node, entry.Member.Node, new WorldFrame.ToRing(caller, entry.Member, new RingMessage.View(record)));
            }
        }
    }

    /// <summary>A node looks what its members hold.</summary>
    internal void LookForSurvey(WorldSurvey survey, int index = 0)
    {
        var node = survey.Unasked[index];
        survey.Unasked.RemoveAt(index);
        GroupRecord? highest = null;
        foreach (var member in node.Members)
        {
            if (member.IsRunning && member.Machine.HeldRecord is { } held
                && (highest is null || held.Version > highest.Version))
            {
                highest = held;
            }
        }

        survey.UnderWay.Add((node, highest));
    }

    /// <summary>A node's answer arrives.</summary>
    internal void AnswerSurvey(WorldSurvey survey, int index = 0)
    {
        var (node, held) = survey.UnderWay[index];
        survey.UnderWay.RemoveAt(index);
        survey.Answers.Answered(node.Id, held);
        FinishSurvey(survey);
    }

    private void StartSurvey(WorldMember author, long request)
    {
        var node = author.Node;
        var nodes = Nodes.FindAll(other => ReferenceEquals(other, node) || !node.PeerOf(other).IsKnownDead);
        var survey = new WorldSurvey(author, request, nodes);
        Surveys.Add(survey);
        See("survey");
        foreach (var other in nodes.FindAll(other => !node.IsConnected(other)))
        {
            GoneForSurvey(survey, other, isDead: false);
        }

        FinishSurvey(survey);
    }

    private void EndSurveys(WorldNode node, WorldNode other, bool isDead)
    {
        foreach (var survey in Surveys.FindAll(survey => ReferenceEquals(survey.Author.Node, node)))
        {
            if (survey.Unasked.Contains(other) || survey.UnderWay.Exists(item => ReferenceEquals(item.Node, other)))
            {
                GoneForSurvey(survey, other, isDead);
                FinishSurvey(survey);
            }
        }
    }

    private static void GoneForSurvey(WorldSurvey survey, WorldNode node, bool isDead)
    {
        survey.Unasked.Remove(node);
        survey.UnderWay.RemoveAll(item => ReferenceEquals(item.Node, node));
        survey.Answers.NodeGone(node.Id, isDead);
    }

    private void FinishSurvey(WorldSurvey survey)
    {
        if (survey.Answers.IsFinished && Surveys.Remove(survey) && survey.Author.IsRunning)
        {
            See(survey.Answers.IsComplete ? "survey complete" : "survey incomplete");
            survey.Author.Mailbox.Enqueue(
                new RingInput.SurveyAnswered(survey.Request, survey.Answers.IsComplete, survey.Answers.Highest));
        }
    }

    private EditResult Commit(RecordEdit edit)
    {
        var before = Store.Current;
        var result = GroupRecordEditor.Apply(before, edit);
        if (!ReferenceEquals(before, result.Current) && result.Current is { } after)
        {
            Store.Current = after;
            Store.Last = after;
            Tell(observer => observer.OnCommitted(before, edit, after));
        }

        return result;
    }

    private void GiveAnswer(WorldRequest request, bool isKnown)
    {
        if (request.Author is not { IsRunning: true } author)
        {
            return;
        }

        author.Mailbox.Enqueue(
            request.Edit is { } edit
                ? new RingInput.EditAnswered(edit.Operation, isKnown ? request.Result : null)
                : new RingInput.RecordRead(request.Read, isKnown, isKnown ? request.Result.Current : null));
    }
}
