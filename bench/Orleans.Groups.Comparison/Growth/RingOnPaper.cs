using Orleans.Groups.Protocol;

namespace Orleans.Groups.Comparison;

/// <summary>
/// The ring machines of many members without engines, each on a node of its own, with a record beside them.
/// </summary>
internal sealed class RingOnPaper
{
    private static readonly GroupName Group = new("ring");
    private readonly RingSettings _settings = RingSettings.From(new MulticastOptions { MaxMembers = 4_096 });
    private readonly Dictionary<MemberId, RingMachine> _members = [];
    private readonly Queue<(MemberId To, RingInput Input)> _inputs = [];
    private readonly EffectList<RingEffect> _effects = new();
    private GroupRecord? _record;
    private MemberId? _first;

    /// <summary>What was sent since it was reset, requests to the record store left out; if it is counted.</summary>
    internal FrameCount? Count { get; set; }

    /// <summary>Messages that were delivered, to each member once.</summary>
    internal long Delivered { get; private set; }

    /// <summary>Members that live, as the record says.</summary>
    internal int Size => _record?.Entries.Count(entry => entry.IsAlive) ?? 0;

    /// <summary>Adds a member, and lets all talk until nobody has more to say.</summary>
    internal void Add()
    {
        var index = _members.Count;
        var node = new NodeId($"10.0.{index / 250}.{index % 250}:11111", new Incarnation(1, Guid.NewGuid()));
        var member = new MemberId(node, 1, Group.Value);
        _first ??= member;
        _members.Add(member, new RingMachine(Group, member, _settings, (ulong)index + 1));
        Run(member, RingInput.Start.Instance);
        if (Size != _members.Count)
        {
            throw new InvalidOperationException($"The record has {Size} members, not {_members.Count}.");
        }
    }

    /// <summary>The first member publishes, as one batch, and all talk until everybody may forget it.</summary>
    internal void Broadcast(ReadOnlyMemory<ReadOnlyMemory<byte>> payloads) =>
        Run(_first!, new RingInput.Broadcast(payloads, []));

    private void Run(MemberId member, RingInput input)
    {
        _inputs.Enqueue((member, input));
        while (_inputs.TryDequeue(out var next))
        {
            Step(next.To, next.Input);
        }
    }

    private void Step(MemberId member, RingInput input)
    {
        _effects.Clear();
        _members[member].Step(input, _effects);
        var wantsFlush = false;
        foreach (var effect in _effects.Effects)
        {
            switch (effect)
            {
                case RingEffect.ReadRecord read:
                    _inputs.Enqueue((member, new RingInput.RecordRead(read.Request, true, _record)));
                    break;
                case RingEffect.SubmitEdit submit:
                    var result = GroupRecordEditor.Apply(_record, submit.Edit);
                    _record = result.Current;
                    _inputs.Enqueue((member, new RingInput.EditAnswered(submit.Edit.Operation, result)));
                    break;
                case RingEffect.SurveyViews survey:
                    _inputs.Enqueue((member, new RingInput.SurveyAnswered(survey.Request, true, null)));
                    break;
                case RingEffect.Send send:
                    Count?.Add(new NodeFrame.ToRing(Group, member, send.To, send.Message));
                    _inputs.Enqueue((send.To, new RingInput.Received(member, send.Message)));
                    break;
                case RingEffect.Deliver deliver:
                    Delivered += deliver.Batch.Payloads.Length;
                    _inputs.Enqueue((member, new RingInput.Processed(deliver.Publisher, deliver.Batch.Last)));
                    break;
                case RingEffect.FlushWanted:
                    wantsFlush = true;
                    break;
                case RingEffect.JoinFailed failed:
                    throw new InvalidOperationException($"A member could not join: {failed.Reason}.");
            }
        }

        if (wantsFlush)
        {
            Step(member, RingInput.Flush.Instance);
        }
    }
}
