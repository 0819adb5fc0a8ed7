using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <content>Turns of machines, and what must hold after each of them and at rest.</content>
internal sealed partial class ScopeWorld
{
    /// <summary>Gives a machine an input, does what it wants, and compares what it knows with what is true.</summary>
    private void Step(int index, ScopeInput input)
    {
        if (_seats[index].Value.Machine is null)
        {
            return;
        }

        var seat = WriteSeat(index);
        var machine = seat.Machine!;
        var before = machine.GetStatus();
        Notes?.Add($"  {seat.Id} {ScopeStory.Of(input)}");
        var effects = new EffectList<ScopeEffect>();
        machine.Step(input, effects);
        foreach (var effect in effects.Effects)
        {
            Notes?.Add($"    {seat.Id} {ScopeStory.Of(effect)}");
            DoEffect(index, seat, input, effect);
        }

        var after = machine.GetStatus();
        CheckLocal(seat, machine, after);
        CheckTables(seat, before, after);
        CheckMembers(seat, machine);
        if (!after.IsStopped)
        {
            CheckRegistry(seat, machine);
        }

        foreach (var effect in effects.Effects)
        {
            // A watch of somebody who has ended already is answered at once (rule P5).
            if (effect is ScopeEffect.Watch { Member: var member } && seat.Ended.Contains(member))
            {
                EndIfWatched(index, member);
            }
        }
    }

    private void DoEffect(int index, ScopeSeat seat, ScopeInput input, ScopeEffect effect)
    {
        switch (effect)
        {
            case ScopeEffect.Send send:
                var to = _fixture.SeatOf(send.Node);
                PropertyException.Require(
                    !seat.Stalled.Contains(send.Node) || send.Message is ScopeMessage.ScopeDown,
                    "H5",
                    $"{seat.Id} sends {ScopeStory.Of(send.Message)} where there is no room");
                if (seat.Sessions.GetValueOrDefault(send.Node) == send.Session && IsUp(to, index))
                {
                    WriteLink(index, to).Frames.Add(new ScopeFrame.ToScope(send.Message));
                }

                break;
            case ScopeEffect.FlushWanted:
                PropertyException.Require(!seat.IsFlushWanted, "host contract", $"{seat.Id} wants two flushes");
                seat.IsFlushWanted = true;
                break;
            case ScopeEffect.Watch watch:
                seat.Watched.Add(watch.Member);
                break;
            case ScopeEffect.Unwatch watch:
                seat.Watched.Remove(watch.Member);
                break;
            case ScopeEffect.JoinAnswered { Result.Status: JoinStatus.Joined } when input is ScopeInput.JoinOne join:
                Tally(seat.Local, (join.Group, join.Member), 1);
                break;
            case ScopeEffect.LeaveAnswered answer when input is ScopeInput.LeaveOne leave:
                var has = seat.Local.ContainsKey((leave.Group, leave.Member));
                PropertyException.Require(
                    has == (answer.Result.Status == LeaveStatus.Left),
                    "P-S7",
                    $"{seat.Id} leaves: {answer.Result.Status}");
                Tally(seat.Local, (leave.Group, leave.Member), has ? -1 : 0);
                break;
            case ScopeEffect.MonitorStarted started:
                foreach (var group in started.Snapshot.Groups)
                {
                    foreach (var member in group.Members)
                    {
                        Tally(seat.Monitored, (group.Group, member), 1);
                    }
                }

                break;
            case ScopeEffect.Notify notify:
                foreach (var change in notify.Events)
                {
                    foreach (var member in change.Members)
                    {
                        Tally(seat.Monitored, (change.Group, member), change.Joined ? 1 : -1);
                    }
                }

                break;
        }

        if (input is ScopeInput.MembersEnded ended)
        {
            foreach (var key in seat.Local.Keys.Where(key => ended.Members.Contains(key.Member)).ToList())
            {
                seat.Local.Remove(key);
            }
        }
    }

    private static void Tally(
        Dictionary<(GroupName Group, MemberId Member), int> counts,
        (GroupName, MemberId) key,
        int by)
    {
        var count = counts.GetValueOrDefault(key) + by;
        PropertyException.Require(count >= 0, "P-M1", $"{key} is taken away where it was not");
        if (count == 0)
        {
            counts.Remove(key);
        }
        else
        {
            counts[key] = count;
        }
    }

    /// <summary>P-S8: what clients were answered is what the node shows. Notes the version for the others.</summary>
    private static void CheckLocal(ScopeSeat seat, ScopeMachine machine, ScopeStatus status)
    {
        var shown = 0;
        foreach (var group in machine.Registry.GetLocalGroups())
        {
            var members = machine.Registry.GetLocalMembers(group);
            shown += members.Length;
            foreach (var member in members)
            {
                PropertyException.Require(
                    members.Count(other => other.Equals(member)) == seat.Local.GetValueOrDefault((group, member)),
                    "P-S8",
                    $"{seat.Id} shows {member.Name} in {group}");
            }
        }

        PropertyException.Require(
            status.IsStopped || shown == seat.Local.Values.Sum(), "P-S8", $"{seat.Id} shows {shown} local memberships");
        var versions = seat.Versions[seat.Lives];
        if (!status.IsStopped && status.Version == versions.Count)
        {
            versions.Add(status.Hash);
        }
    }

    /// <summary>
    /// P-S1: what is known of a peer was true of it at the version that is said, which never goes back.
    /// </summary>
    private void CheckTables(ScopeSeat seat, ScopeStatus before, ScopeStatus after)
    {
        foreach (var peer in after.Peers)
        {
            PropertyException.Require(
                seat.Sessions.GetValueOrDefault(peer.Node) == peer.Session, "P-S4", $"{seat.Id} keeps {peer.Node}");
            if (peer.Scope is not { } life)
            {
                PropertyException.Require(peer.MembershipCount == 0, "P-S4", $"{seat.Id} shows members of {peer.Node}");
                continue;
            }

            var old = before.Peers.FirstOrDefault(p => p.Node.Equals(peer.Node) && p.Session == peer.Session);
            PropertyException.Require(
                old?.Scope != life || !old.IsComplete || (peer.IsComplete && peer.Version >= old.Version),
                "P-S1",
                $"{seat.Id} goes back to version {peer.Version} of {life}");
            var versions = _seats[_fixture.SeatOf(peer.Node)].Value.Versions[life.Counter];
            PropertyException.Require(
                !peer.IsComplete
                    ? peer.MembershipCount == 0
                    : peer.Version < versions.Count && versions[(int)peer.Version] == peer.Hash,
                "P-S1",
                $"{seat.Id} knows of {life} what it never was at version {peer.Version}");
        }
    }

    /// <summary>P-S4: nobody is shown whose node is gone.</summary>
    private static void CheckMembers(ScopeSeat seat, ScopeMachine machine)
    {
        foreach (var group in machine.Registry.GetGroups())
        {
            foreach (var member in machine.Registry.GetMembers(group))
            {
                PropertyException.Require(
                    member.Node.Equals(seat.Id) || seat.Sessions.ContainsKey(member.Node),
                    "P-S4",
                    $"{seat.Id} shows {member} of a node that is gone");
            }
        }
    }

    /// <summary>I1 to I5 recomputed, one life of a node at a time (P-S5), and what monitors were told (P-M1).</summary>
    private static void CheckRegistry(ScopeSeat seat, ScopeMachine machine)
    {
        machine.VerifyInvariants();
        var total = 0;
        var lives = new Dictionary<string, NodeId>();
        foreach (var group in machine.Registry.GetGroups())
        {
            var members = machine.Registry.GetMembers(group);
            total += members.Length;
            foreach (var member in members)
            {
                PropertyException.Require(
                    lives.TryAdd(member.Node.Name, member.Node) || lives[member.Node.Name].Equals(member.Node),
                    "P-S5",
                    $"{seat.Id} shows two lives of {member.Node.Name}");
                PropertyException.Require(
                    members.Count(other => other.Equals(member)) == seat.Monitored.GetValueOrDefault((group, member)),
                    "P-M1",
                    $"{seat.Id} was not told how often {member.Name} is in {group}");
            }
        }

        PropertyException.Require(
            total == seat.Monitored.Values.Sum(), "P-M1", $"{seat.Id} was not told of all that went");
    }

    /// <summary>P-L1: everybody knows of everybody in session what is true now.</summary>
    internal override void CheckRest()
    {
        for (var index = 0; index < Count; index++)
        {
            if (_seats[index].Value.Machine is not { } machine)
            {
                continue;
            }

            foreach (var peer in machine.GetStatus().Peers)
            {
                var other = _seats[_fixture.SeatOf(peer.Node)].Value;
                if (other.Machine is not { } theirs)
                {
                    PropertyException.Require(
                        peer.Scope is null, "P-L1", $"{_fixture.Ids[index]} believes in the scope of {peer.Node}");
                    continue;
                }

                var truth = theirs.GetStatus();
                PropertyException.Require(
                    peer.Scope == truth.Self && peer.IsComplete
                        && peer.Version == truth.Version && peer.Hash == truth.Hash,
                    "P-L1",
                    $"{_fixture.Ids[index]} is at {peer.Version} of {truth.Version} of {peer.Node} when all is quiet");
            }

            for (var other = 0; other < Count; other++)
            {
                PropertyException.Require(
                    !IsUp(index, other) || machine.GetStatus().Peers.Any(p => p.Node.Equals(_fixture.Ids[other])),
                    "P-L1",
                    $"{_fixture.Ids[index]} has a session with {_fixture.Ids[other]} and does not know it");
            }
        }
    }
}
