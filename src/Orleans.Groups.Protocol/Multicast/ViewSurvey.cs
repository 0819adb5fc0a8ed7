using System.Collections.Generic;

namespace Orleans.Groups.Protocol;

/// <summary>
/// Collects what the live nodes answer to "which record of this group do your members hold?" (rule R3).
/// </summary>
/// <remarks>
/// A record may be made, or made again, only when every node that is alive has answered. A node that is merely not
/// connected has not answered: the survey ends incomplete.
/// </remarks>
internal sealed class ViewSurvey
{
    private readonly HashSet<NodeId> _waiting;

    /// <summary>Starts a survey of the given nodes, the asking one included.</summary>
    internal ViewSurvey(IEnumerable<NodeId> nodes) => _waiting = [.. nodes];

    /// <summary>Whether no answer is outstanding.</summary>
    internal bool IsFinished => _waiting.Count == 0;

    /// <summary>Whether every node that is alive has answered; final once finished.</summary>
    internal bool IsComplete { get; private set; } = true;

    /// <summary>The highest record of all answers so far.</summary>
    internal GroupRecord? Highest { get; private set; }

    /// <summary>A node answers. Answers of nodes that were not asked, or have answered, are ignored.</summary>
    internal void Answered(NodeId node, GroupRecord? record)
    {
        if (_waiting.Remove(node))
        {
            Highest = Higher(Highest, record);
        }
    }

    /// <summary>A node will not answer: it is dead, which counts as holding nothing, or it cannot be reached.</summary>
    internal void NodeGone(NodeId node, bool isDead)
    {
        if (_waiting.Remove(node))
        {
            IsComplete &= isDead;
        }
    }

    /// <summary>
    /// The later of two records as far as anybody can tell: a child before its parent, then the higher version.
    /// </summary>
    internal static GroupRecord? Higher(GroupRecord? first, GroupRecord? second)
    {
        if (first is null || second is null)
        {
            return first ?? second;
        }

        if (first.Epoch != second.Epoch && first.Parent == second.Epoch)
        {
            return first;
        }

        if (first.Epoch != second.Epoch && second.Parent == first.Epoch)
        {
            return second;
        }

        return first.Version != second.Version
            ? (first.Version > second.Version ? first : second)
            : (first.Epoch.CompareTo(second.Epoch) >= 0 ? first : second);
    }
}
