namespace Orleans.Groups.Comparison;

/// <summary>A worker could not be started, has ended, or could not do what it should.</summary>
internal sealed class WorkerException(string message) : Exception(message);
