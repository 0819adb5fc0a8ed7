namespace Orleans.Groups.Engine;

/// <summary>
/// A handler that only hands messages on, and says later how far whoever got them has come; see
/// <see cref="RingHost.TellProcessed"/>. Until then the messages do not count as processed.
/// </summary>
internal interface IFarHandler : IMulticastHandler;
