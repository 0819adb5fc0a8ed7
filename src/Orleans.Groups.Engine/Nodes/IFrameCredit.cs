namespace Orleans.Groups.Engine;

/// <summary>
/// What is owed for a frame of a scope until it has been handled (rule H5). Given back once, on any thread.
/// </summary>
internal interface IFrameCredit
{
    /// <summary>The frame was handled, or dropped at the receiver.</summary>
    void Return();
}
