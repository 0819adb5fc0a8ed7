using System.Globalization;

namespace Orleans.Groups.Comparison;

/// <summary>Names of what Orleans itself offers.</summary>
internal static class PeerNames
{
    /// <summary>Provider of broadcast channels.</summary>
    internal const string Channel = "channel";

    /// <summary>Provider of memory streams.</summary>
    internal const string Stream = "stream";

    /// <summary>Namespace of the channels and streams.</summary>
    internal const string Namespace = "bench";

    /// <summary>Key of the one channel and the one stream, and with them of their subscribers.</summary>
    internal const string Key = "all";

    /// <summary>How many silos there are.</summary>
    internal const int Silos = 3;

    /// <summary>The key of a silo's grain, given that of the silo before.</summary>
    internal static string NextSilo(string key) =>
        $"{(int.Parse(key, CultureInfo.InvariantCulture) + 1) % Silos}";
}
