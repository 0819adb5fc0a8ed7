using Orleans.Groups.Protocol;

namespace Orleans.Groups.Engine;

/// <summary>
/// Answers of one node to others: sent by a pump of its own, since frames arrive under a lane's lock.
/// </summary>
internal sealed class NodePost(NodeHost node) : Mailbox<(NodeId To, NodeFrame Frame)>(node.Core.Work)
{
    /// <summary>Queues an answer.</summary>
    internal void Answer(NodeId to, NodeFrame frame) => Post((to, frame));

    /// <summary>Sends nothing more.</summary>
    internal void Shut() => Close();

    /// <inheritdoc/>
    protected override void Handle(List<(NodeId To, NodeFrame Frame)> batch)
    {
        foreach (var (to, frame) in batch)
        {
            try
            {
                if (node.Peers.TryGetValue(to, out var peer))
                {
                    (frame is NodeFrame.PayloadAnswer ? peer.Payloads : peer.Frames).Send(frame);
                }
            }
            catch (Exception exception)
            {
                // Our bug, in the codec. Whoever waits for this answer runs into its time limit.
                node.Core.Logger.AnswerFailed(exception, node.Id, to);
            }
        }
    }
}
