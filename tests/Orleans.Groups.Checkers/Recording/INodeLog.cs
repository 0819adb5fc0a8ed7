namespace Orleans.Groups.Checkers;

/// <summary>The log of one life of a node.</summary>
public interface INodeLog
{
    /// <summary>Adds an event of this node.</summary>
    void Log(LogEvent logEvent);

    /// <summary>The member as the log names it.</summary>
    string TextOf(MemberId member);

    /// <summary>The node as the log names it.</summary>
    string TextOf(NodeId node) => LogIds.Of(node);
}
