namespace Orleans.Groups.Samples.Relay;

/// <content>What the ring calls: one call at a time.</content>
internal sealed partial class RelayMember : IMulticastHandler
{
    ValueTask<HandlerReply> IMulticastHandler.OnJoinedAsync(MulticastJoined joined)
    {
        lock (_lock)
        {
            foreach (var publisher in joined.Bases)
            {
                _streams.SetBase(publisher.Publisher, publisher.Number);
            }
        }

        Bases = joined.Bases;
        Volatile.Write(ref _ringNames, [.. joined.Members.Select(member => member.Name)]);
        _changed.Raise();
        return default;
    }

    ValueTask<HandlerReply> IMulticastHandler.OnMembersChangedAsync(MembersChanged change)
    {
        lock (_lock)
        {
            foreach (var duty in _rule?.Apply(change) ?? [])
            {
                _takeovers.Add(duty);
                _sender!.Take(duty);
            }
        }

        Volatile.Write(ref _ringNames, [.. change.Members.Select(member => member.Name)]);
        _changed.Raise();
        return default;
    }

    ValueTask<HandlerReply> IMulticastHandler.OnMessageAsync(MulticastMessage message)
    {
        lock (_lock)
        {
            var problem = _streams.Deliver(message.From, message.Number, out var sender);
            if (LineMessage.TryRead(message.Payload.Span, out var line, out var text))
            {
                _streams.Share(_progress.DutyOf(line), line);
                problem ??= _progress.Deliver(line);
            }
            else
            {
                problem ??= $"message {message.Number} of {message.From.Name} carries no line";
            }

            if (problem is not null)
            {
                Note(problem);
            }

            try
            {
                _log.Append(sender, message.Number, text);
            }
            catch (IOException error)
            {
                return ValueTask.FromResult(HandlerReply.Stop($"the log cannot be written: {error.Message}"));
            }
        }

        if (Interlocked.Increment(ref _delivered) >= Volatile.Read(ref _wakeAt))
        {
            Volatile.Write(ref _wakeAt, long.MaxValue);
            _changed.Raise();
        }

        return default;
    }

    ValueTask IMulticastHandler.OnTerminatedAsync(MulticastTermination termination)
    {
        // Whoever makes it leave says so itself, when the node has stopped too.
        if (termination.Reason is not (TerminationReason.Left or TerminationReason.NodeStopped))
        {
            End(MemberEnd.Lost, $"{termination.Reason} {termination.Detail}".TrimEnd());
        }

        return default;
    }

    private void Note(string problem)
    {
        _problemCount++;
        if (_problems.Count < MaxProblems)
        {
            _problems.Add(problem);
        }
    }
}
