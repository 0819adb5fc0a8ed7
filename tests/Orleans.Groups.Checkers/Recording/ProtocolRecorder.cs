using Orleans.Groups.Protocol;

namespace Orleans.Groups.Checkers;

/// <summary>Records what only the protocol's inside knows of one node: what its machines and its store did.</summary>
/// <remarks>
/// To be called by a host for each step of a machine, under the machine's lock, after the step and before its effects
/// are executed. Everything is derived from the input, the effects and the records held, so a machine needs nothing of
/// its own for it.
/// </remarks>
internal sealed partial class ProtocolRecorder(INodeLog recorder) : IProtocolObserver
{
    private readonly Lock _gate = new();
    private readonly Dictionary<MemberId, RingState> _rings = [];

    /// <summary>What a log has that is recorded with this.</summary>
    internal static IReadOnlyList<string> Hooks { get; } = [LogHooks.Receive, LogHooks.Versions];

    /// <summary>A ring machine has made a step.</summary>
    /// <param name="group">The ring.</param>
    /// <param name="self">Its member.</param>
    /// <param name="input">What happened.</param>
    /// <param name="effects">What is to be done.</param>
    /// <param name="before">The record held before.</param>
    /// <param name="after">The record held now.</param>
    public void RingStepped(
        GroupName group,
        MemberId self,
        RingInput input,
        ReadOnlySpan<RingEffect> effects,
        GroupRecord? before,
        GroupRecord? after)
    {
        RingState state;
        lock (_gate)
        {
            if (!_rings.TryGetValue(self, out state!))
            {
                _rings.Add(self, state = new RingState(group.ToString(), recorder.TextOf(self)));
            }
        }

        if (after is not null && !ReferenceEquals(before, after))
        {
            Adopt(state, self, before, after);
        }

        foreach (var effect in effects)
        {
            Record(state, self, input, effect, after ?? before);
        }
    }

    /// <summary>The record store of this node has a new version of a record.</summary>
    public void RecordWritten(RecordEdit edit, GroupRecord after) => RecordWritten(edit.Operation.Author, after);

    /// <summary>The record store of this node has a new version of a record, made by this author.</summary>
    internal void RecordWritten(MemberId author, GroupRecord after) =>
        recorder.Log(new LogEvent.RegWrite(
            after.Group.ToString(),
            TextOf(after.Epoch),
            after.Parent == Guid.Empty ? "" : TextOf(after.Parent),
            after.Version,
            recorder.TextOf(author),
            after.Status switch
            {
                RecordStatus.Open => Checkers.RingState.Open,
                RecordStatus.ShutDown => Checkers.RingState.ShutDown,
                _ => Checkers.RingState.Forgotten,
            },
            EntriesOf(after)));

    /// <summary>The record store has lost a record.</summary>
    public void RecordLost(GroupName group) => recorder.Log(new LogEvent.RegLost(group.ToString()));

    private void Adopt(RingState state, MemberId self, GroupRecord? before, GroupRecord after)
    {
        recorder.Log(new LogEvent.Adopt(
            state.Group,
            state.Member,
            TextOf(after.Epoch),
            after.Version,
            EntriesOf(after),
            after.Parent == Guid.Empty ? "" : TextOf(after.Parent)));
        for (var index = 0; index < after.Entries.Length; index++)
        {
            var dead = after.Entries[index].Member;
            if (!after.Entries[index].IsAlive && self.Equals(GroupRecordEditor.HeirOf(after, index))
                && (before is null || !IsHeir(before, self, dead)))
            {
                recorder.Log(new LogEvent.Inherit(
                    state.Group, state.Member, recorder.TextOf(dead), TextOf(after.Epoch), after.Version));
            }
        }
    }

    private void Record(RingState state, MemberId self, RingInput input, RingEffect effect, GroupRecord? held)
    {
        switch (effect)
        {
            case RingEffect.Deliver deliver when deliver.Publisher.Equals(self) && input is RingInput.Broadcast:
                Publish(state, deliver.Batch, held!);
                break;
            case RingEffect.Deliver deliver:
                // What was held until the state came is of several senders; it counts as the member's own then.
                var via = input is RingInput.Received { Message: RingMessage.Activity or RingMessage.Catchup } received
                    ? recorder.TextOf(received.From)
                    : state.Member;
                recorder.Log(new LogEvent.Receive(
                    state.Group,
                    state.Member,
                    recorder.TextOf(deliver.Publisher),
                    deliver.Batch.First,
                    deliver.Batch.Last,
                    via,
                    EpochOf(input) ?? TextOf(held!.Epoch)));
                break;
            case RingEffect.Send { Message: RingMessage.Activity activity } when held is not null:
                foreach (var entry in activity.Entries)
                {
                    Ack(state, self, entry, held);
                }

                break;
            case RingEffect.SubmitEdit { Edit: RecordEdit.Erase erase }:
                // As of when it was made: it may be handed in again when the member goes by a later record.
                foreach (var erased in erase.Members)
                {
                    recorder.Log(new LogEvent.Erase(
                        state.Group, state.Member, recorder.TextOf(erased), TextOf(erase.Epoch), erase.IssuedAt));
                }

                break;
            case RingEffect.Terminated or RingEffect.JoinFailed:
                lock (_gate)
                {
                    _rings.Remove(self);
                }

                break;
        }
    }

    private void Publish(RingState state, PublicationBatch batch, GroupRecord held)
    {
        var number = batch.First;
        foreach (var payload in batch.Payloads.Span)
        {
            var (call, content) = CallEnvelope.Unwrap(payload);
            recorder.Log(new LogEvent.Publish(
                state.Group,
                state.Member,
                number++,
                CallEnvelope.HashOf(content.Span),
                call,
                TextOf(held.Epoch),
                held.Version));
        }
    }

    /// <summary>An ack that this member is the first to send, because it answers for the publisher.</summary>
    private void Ack(RingState state, MemberId self, ActivityEntry entry, GroupRecord held)
    {
        var answers = entry.Publisher.Equals(self) || IsHeir(held, self, entry.Publisher);
        if (answers && entry.AckedThrough > state.Acked.GetValueOrDefault(entry.Publisher))
        {
            state.Acked[entry.Publisher] = entry.AckedThrough;
            recorder.Log(new LogEvent.AckOrig(
                state.Group,
                state.Member,
                recorder.TextOf(entry.Publisher),
                entry.AckedThrough,
                TextOf(held.Epoch),
                held.Version));
        }
    }

    private Entry[] EntriesOf(GroupRecord record) =>
        [.. record.Entries.Select(entry => new Entry(recorder.TextOf(entry.Member), entry.IsAlive))];

    private static bool IsHeir(GroupRecord record, MemberId self, MemberId dead)
    {
        var index = record.IndexOf(dead);
        return index >= 0 && !record.Entries[index].IsAlive && self.Equals(GroupRecordEditor.HeirOf(record, index));
    }

    private static string? EpochOf(RingInput input) => input switch
    {
        RingInput.Received { Message: RingMessage.Activity activity } => TextOf(activity.Link.Epoch),
        RingInput.Received { Message: RingMessage.Catchup catchup } => TextOf(catchup.Link.Epoch),
        _ => null,
    };

    /// <summary>As the public status has it.</summary>
    private static string TextOf(Guid epoch) => epoch.ToString("N");

    private sealed record RingState(string Group, string Member)
    {
        internal Dictionary<MemberId, long> Acked { get; } = [];
    }
}
