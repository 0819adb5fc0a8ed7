using Microsoft.Extensions.Logging;

namespace Orleans.Groups;

/// <summary>What is logged about grains as members. Ids never change their meaning.</summary>
internal static partial class GrainLog
{
    [LoggerMessage(
        2401,
        LogLevel.Warning,
        "Grain {Grain} has ended without leaving its groups and could not be activated again: it is no member until "
        + "something else calls it.")]
    internal static partial void GrainNotRevived(this ILogger logger, Exception? exception, GrainId grain);
}
