using System.Collections.Immutable;

namespace Orleans.Groups.Samples.Relay;

/// <summary>What happens to a node.</summary>
internal enum RelayEventKind
{
    /// <summary>It is killed.</summary>
    Kill,

    /// <summary>It is started, and its member joins.</summary>
    Join,

    /// <summary>Its member leaves, and it stops.</summary>
    Leave,
}

/// <summary>Something that happens on the way.</summary>
/// <param name="At">After how many messages delivered at the member that stays.</param>
/// <param name="Kind">What.</param>
/// <param name="Member">To whom.</param>
/// <param name="HoldsSenders">
/// Whether the senders, which run ahead only a little, wait until it is over; otherwise only until it has begun.
/// </param>
internal sealed record RelayEvent(long At, RelayEventKind Kind, string Member, bool HoldsSenders)
{
    /// <summary>For example <c>kill n3 at 512</c>.</summary>
    public override string ToString() => $"{Kind.ToString().ToLowerInvariant()} {Member} at {At}";
}

/// <summary>Who lives, and what happens when: drawn from the seed and from nothing else but the options.</summary>
/// <param name="Starters">Members that are there from the start, in the order in which they join.</param>
/// <param name="Senders">Those of them that send: the first ones.</param>
/// <param name="Anchor">The one that is certain to stay; its messages are counted.</param>
/// <param name="Events">What happens, in its order.</param>
internal sealed record Schedule(
    ImmutableArray<string> Starters,
    ImmutableArray<string> Senders,
    string Anchor,
    ImmutableArray<RelayEvent> Events)
{
    /// <summary>Draws a schedule.</summary>
    internal static Schedule Create(RelayOptions options, long lines)
    {
        var random = new SeededRandom(options.Seed);
        var starters = Enumerable.Range(1, options.Nodes).Select(NameOf).ToImmutableArray();
        var anchor = starters[(int)random.Next(starters.Length)];
        var kinds = new List<RelayEventKind>();
        kinds.AddRange(Enumerable.Repeat(RelayEventKind.Kill, options.Kill));
        kinds.AddRange(Enumerable.Repeat(RelayEventKind.Join, options.Join));
        kinds.AddRange(Enumerable.Repeat(RelayEventKind.Leave, options.Leave));
        random.Shuffle(kinds);
        var moments = kinds.Select(_ => random.Next(Math.Max(lines, 1))).Order().ToList();
        var present = starters.Where(name => name != anchor).ToList();
        var events = ImmutableArray.CreateBuilder<RelayEvent>();
        var joined = 0;
        foreach (var (kind, at) in kinds.Zip(moments))
        {
            string member;
            if (kind == RelayEventKind.Join)
            {
                joined++;
                member = NameOf(options.Nodes + joined);
                present.Add(member);
            }
            else
            {
                var index = (int)random.Next(present.Count);
                member = present[index];
                present.RemoveAt(index);
            }

            events.Add(new RelayEvent(at, kind, member, HoldsSenders: random.Next(2) == 0));
        }

        return new Schedule(starters, starters[..options.Senders], anchor, events.ToImmutable());
    }

    private static string NameOf(int number) => $"n{number}";
}
