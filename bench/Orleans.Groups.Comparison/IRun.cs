namespace Orleans.Groups.Comparison;

/// <summary>Something that the command line can start.</summary>
internal interface IRun
{
    /// <summary>Runs it.</summary>
    /// <returns>Exit code.</returns>
    Task<int> RunAsync();
}
