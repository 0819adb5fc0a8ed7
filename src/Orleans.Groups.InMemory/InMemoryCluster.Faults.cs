namespace Orleans.Groups.InMemory;

/// <content>Faults of the network, for tests of how an application copes with them.</content>
public sealed partial class InMemoryCluster
{
    /// <summary>
    /// Holds back what one node sends to another, in order, until <see cref="Heal"/>; at most
    /// <see cref="InMemoryClusterOptions.MaxHeldFramesPerLink"/> frames. Nobody is told; the other direction stays
    /// open.
    /// </summary>
    public void Cut(InMemoryNode from, InMemoryNode to)
    {
        Check(from);
        Check(to);
        Core.Network.Cut(from.Host, to.Host);
    }

    /// <summary>As <see cref="Cut"/>, in both directions.</summary>
    public void CutBoth(InMemoryNode left, InMemoryNode right)
    {
        Check(left);
        Check(right);
        Core.Network.CutBoth(left.Host, right.Host);
    }

    /// <summary>
    /// Opens both directions between two nodes: what was held arrives; where the session had ended a new one begins.
    /// </summary>
    public void Heal(InMemoryNode left, InMemoryNode right)
    {
        Check(left);
        Check(right);
        Core.Network.Heal(left.Host, right.Host);
    }

    /// <summary>As <see cref="Heal"/>, between all living nodes.</summary>
    public void HealAll() => Core.Network.HealAll();

    /// <summary>
    /// A node takes another for lost although it lives, as a failure detector may: their session ends, and with it what
    /// was under way. The observer learns it at once, the other as soon as a notice can reach it: at once, or after
    /// <see cref="Heal"/> when the direction to it is cut. A new session begins when both know and nothing is cut.
    /// </summary>
    public void DeclareDown(InMemoryNode observer, InMemoryNode node)
    {
        Check(observer);
        Check(node);
        Core.Network.DeclareDown(observer.Host, node.Host);
    }
}
