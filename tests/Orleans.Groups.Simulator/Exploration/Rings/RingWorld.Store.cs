using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <content>The record store and the surveys of views.</content>
internal sealed partial class RingWorld
{
    private void Submit(RingSeat seat, RecordEdit edit)
    {
        var store = WriteStore();
        PropertyException.Require(
            !store.Requests.Any(r => r.Key.Author.Equals(seat.Id) && r.Value is { Edit: not null, IsAnswered: false }),
            "R6",
            $"{seat.Id.Name} has two edits outstanding");
        var number = (edit.Operation.Number * 2) + 1;
        while (store.Requests.ContainsKey((seat.Id, number)))
        {
            number += 1 << 16; // The first copy of an edit that was handed in again is still on its way.
        }

        store.Requests.Add((seat.Id, number), new StoreRequest(edit, 0));
    }

    private void Apply(int author, long number)
    {
        var store = WriteStore();
        var id = _fixture.SeatIds[author];
        var request = store.Requests[(id, number)];
        request.IsApplied = true;
        request.Result = request.Edit is { } edit
            ? Commit(store, edit)
            : new EditResult(EditVerdict.Applied, store.Current);
        Notes?.Add($"  store: {RingStory.Of(request)}");
        if (request.IsAnswered || !_seats[author].Value.IsRunning)
        {
            store.Requests.Remove((id, number));
        }
    }

    private EditResult Commit(RingStore store, RecordEdit edit)
    {
        var before = store.Current;
        var result = GroupRecordEditor.Apply(before, edit);
        if (ReferenceEquals(before, result.Current) || result.Current is not { } after)
        {
            return result;
        }

        CheckCommitted(store, before, edit, after);
        store.Current = after;
        foreach (var entry in after.Entries)
        {
            store.Ever.Add(entry.Member);
        }

        foreach (var entry in before?.Entries ?? [])
        {
            if (!after.ListsAlive(entry.Member))
            {
                store.Removed.Add(entry.Member);
            }
        }

        return result;
    }

    private void Answer(int author, long number, int choices, int choice)
    {
        WriteStore().Requests.Remove((_fixture.SeatIds[author], number), out var request);
        Step(author, AnswerTo(request!, isKnown: true), choice, choices);
    }

    private void LoseRequest(int author, long number)
    {
        _budget = _budget with { Unknowns = _budget.Unknowns - 1 };
        WriteStore().Requests.Remove((_fixture.SeatIds[author], number), out var request);
        Step(author, AnswerTo(request!, isKnown: false));
    }

    private void LoseAnswer(int author, long number) => LoseRequest(author, number);

    private void Defer(int author, long number)
    {
        _budget = _budget with { Unknowns = _budget.Unknowns - 1 };
        var request = WriteStore().Requests[(_fixture.SeatIds[author], number)];
        request.IsAnswered = true;
        Step(author, AnswerTo(request, isKnown: false));
    }

    private static RingInput AnswerTo(StoreRequest request, bool isKnown) => request.Edit is { } edit
        ? new RingInput.EditAnswered(edit.Operation, isKnown ? request.Result : null)
        : new RingInput.RecordRead(request.Read, isKnown, isKnown ? request.Result.Current : null);

    /// <summary>Whoever asked is gone: answers go nowhere, but edits on their way still land.</summary>
    private void ForgetRequests(MemberId author)
    {
        var over = _store.Value.Requests
            .Where(r => r.Key.Author.Equals(author) && (r.Value.IsApplied || r.Value.Edit is null))
            .Select(static r => r.Key)
            .ToList();
        if (over.Count > 0 || _store.Value.Surveys.ContainsKey(author))
        {
            var store = WriteStore();
            store.Surveys.Remove(author);
            over.ForEach(key => store.Requests.Remove(key));
        }
    }

    private void LoseRecord()
    {
        _budget = _budget with { Losses = _budget.Losses - 1 };
        var store = WriteStore();
        store.Current = null;
        for (var index = 0; index < _seats.Length; index++)
        {
            if (_seats[index].Value.IsRunning)
            {
                // Hosts with a volatile store notice that, and have their members look.
                Note(index, new RingInput.PeerUp(_fixture.SeatIds[index].Node));
            }
        }

        foreach (var (key, request) in store.Requests.Where(static r => !r.Value.IsApplied).ToList())
        {
            store.Requests.Remove(key);
            if (!request.IsAnswered)
            {
                Note(_fixture.SeatOf(key.Author), AnswerTo(request, isKnown: false));
            }
        }
    }

    private void StartSurvey(int index, RingSeat seat, long request)
    {
        var node = Plan.Seats[index].Node;
        var living = Enumerable.Range(0, Plan.Nodes)
            .Where(other => !_nodes[node].Value.Dead.Contains(_fixture.NodeIds[other]))
            .ToList();
        var answers = new ViewSurvey(living.Select(other => _fixture.NodeIds[other]));
        var unasked = new List<NodeId>();
        foreach (var other in living)
        {
            if (IsConnected(node, other))
            {
                unasked.Add(_fixture.NodeIds[other]);
            }
            else
            {
                answers.NodeGone(_fixture.NodeIds[other], isDead: false);
            }
        }

        WriteStore().Surveys[seat.Id] = new StoreSurvey(request, answers, unasked);
        FinishSurvey(seat.Id);
    }

    private void Look(int author, int node)
    {
        var id = _fixture.SeatIds[author];
        var survey = WriteStore().Surveys[id];
        survey.Unasked.Remove(_fixture.NodeIds[node]);
        GroupRecord? highest = null;
        for (var index = 0; index < _seats.Length; index++)
        {
            if (Plan.Seats[index].Node == node && _seats[index].Value.Machine?.HeldRecord is { } held)
            {
                highest = ViewSurvey.Higher(highest, held);
            }
        }

        survey.Answers.Answered(_fixture.NodeIds[node], highest);
        FinishSurvey(id);
    }

    private void EndSurveys(int node, NodeId other, bool isDead)
    {
        var authors = _store.Value.Surveys
            .Where(survey => survey.Key.Node.Equals(_fixture.NodeIds[node]) && survey.Value.Unasked.Contains(other))
            .Select(static survey => survey.Key)
            .ToList();
        foreach (var author in authors)
        {
            var survey = WriteStore().Surveys[author];
            survey.Unasked.Remove(other);
            survey.Answers.NodeGone(other, isDead);
            FinishSurvey(author);
        }
    }

    private void FinishSurvey(MemberId author)
    {
        var survey = _store.Value.Surveys[author];
        if (survey.Answers.IsFinished)
        {
            WriteStore().Surveys.Remove(author);
            Note(
                _fixture.SeatOf(author),
                new RingInput.SurveyAnswered(survey.Request, survey.Answers.IsComplete, survey.Answers.Highest));
        }
    }
}
