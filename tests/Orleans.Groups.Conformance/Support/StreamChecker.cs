using System.Collections.Immutable;

namespace Orleans.Groups.Conformance;

/// <summary>
/// Watches everything that one ring member is told and collects whatever the contract forbids: a duplicate, a gap, a
/// changed payload, a message before birth or after death, the birth of a known and the death of an unknown member, a
/// callback before joining or after the end. Not safe for threads: one callback at a time is part of the contract.
/// </summary>
internal sealed class StreamChecker
{
    private readonly Dictionary<MemberId, long> _last = [];
    private readonly HashSet<MemberId> _known = [];
    private readonly HashSet<MemberId> _dead = [];
    private readonly List<string> _violations = [];
    private bool _joined;
    private bool _terminated;

    /// <summary>What was wrong, in order.</summary>
    internal IReadOnlyList<string> Violations => _violations;

    /// <summary>
    /// Every member that was ever reported, with the number of its last message delivered here, or its base.
    /// </summary>
    internal IReadOnlyDictionary<MemberId, long> Last => _last;

    /// <summary>The members that are known now.</summary>
    internal IReadOnlySet<MemberId> Known => _known;

    internal void Joined(MulticastJoined joined)
    {
        Require(!_joined, "joined twice");
        Require(!_terminated, "joined after the end");
        Require(joined.Members.Contains(joined.Group.Self), "joined without being listed itself");
        _joined = true;
        foreach (var member in joined.Members)
        {
            Require(_known.Add(member), $"{member} is listed twice on joining");
            _last[member] = 0;
        }

        foreach (var (publisher, number) in joined.Bases)
        {
            Require(_known.Contains(publisher), $"a base for {publisher}, who is not listed");
            Require(number >= 0, $"base {number} of {publisher}");
            _last[publisher] = number;
        }
    }

    internal void Changed(MembersChanged change)
    {
        RequireRunning("a change of members");
        Require(change.Births.Length + change.Deaths.Length > 0, "a change without births and deaths");
        foreach (var member in change.Births)
        {
            Require(!_dead.Contains(member), $"birth of {member}, who is dead");
            Require(_known.Add(member), $"birth of {member}, who is known");
            _last.TryAdd(member, 0);
        }

        foreach (var member in change.Deaths)
        {
            Require(_known.Remove(member), $"death of {member}, who is not known");
            _dead.Add(member);
        }

        Require(
            _known.SetEquals(change.Members) && change.Members.Length == _known.Count,
            $"members [{Names(change.Members)}] are listed, and [{Names(_known)}] follow from births and deaths");
    }

    internal void Message(MulticastMessage message)
    {
        RequireRunning($"message {message.Number} of {message.From}");
        Require(!_dead.Contains(message.From), $"message {message.Number} of {message.From} after its death");
        Require(_known.Contains(message.From), $"message {message.Number} of {message.From}, who is not known");
        var last = _last.GetValueOrDefault(message.From);
        var fault = message.Number <= last ? "again, or late," : "with a gap";
        Require(message.Number == last + 1, $"message {message.Number} of {message.From} {fault} after {last}");
        _last[message.From] = Math.Max(last, message.Number);
        if (Payloads.TryReadNumber(message.Payload.Span, out var number))
        {
            Require(
                number == message.Number,
                $"message {message.Number} of {message.From} carries the payload of {number}");
            Require(
                Payloads.IsIntact(message.Payload.Span, number),
                $"message {number} of {message.From} has changed on its way");
        }
    }

    internal void Terminated()
    {
        Require(!_terminated, "terminated twice");
        _terminated = true;
    }

    /// <summary>Adds what somebody else found out.</summary>
    internal void Require(bool condition, string violation)
    {
        if (!condition)
        {
            _violations.Add(violation);
        }
    }

    private static string Names(IEnumerable<MemberId> members) => string.Join(", ", members.Order());

    private void RequireRunning(string what)
    {
        Require(_joined, $"{what} before joining");
        Require(!_terminated, $"{what} after the end");
    }
}
