using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <summary>Which channel of a link a frame takes (rule H5). The same for all links of a silo.</summary>
/// <remarks>
/// What rings say needs order among itself, the ends of members included, and is bounded by their windows: it shares
/// one free channel. Each scope has a credited one, so that a scope that is behind at a peer makes a snapshot instead
/// of more frames; payloads for members share one, and are refused when it has no room.
/// </remarks>
internal sealed class LinkChannels
{
    /// <summary>Everything but what belongs to scopes and members.</summary>
    internal static readonly LinkChannel Rings = LinkChannel.Free(0);

    /// <summary>Payloads for members, and answers to them.</summary>
    internal static readonly LinkChannel Payloads = LinkChannel.Credited(1);

    private const ulong FirstScope = 2;

    private readonly ConcurrentDictionary<ScopeName, LinkChannel> _byScope = new();
    private readonly ConcurrentDictionary<LinkChannel, ScopeName> _byChannel = new();
    private readonly Lock _gate = new();

    /// <summary>The channel of a scope. There are as many as scopes, which the options bound.</summary>
    internal LinkChannel Of(ScopeName scope)
    {
        if (_byScope.TryGetValue(scope, out var channel))
        {
            return channel;
        }

        lock (_gate)
        {
            if (!_byScope.TryGetValue(scope, out channel))
            {
                channel = LinkChannel.Credited(FirstScope + (ulong)_byScope.Count);
                _byChannel[channel] = scope;
                _byScope[scope] = channel;
            }

            return channel;
        }
    }

    /// <summary>The scope of a channel, if it is one's.</summary>
    internal bool TryGetScope(LinkChannel channel, [MaybeNullWhen(false)] out ScopeName scope) =>
        _byChannel.TryGetValue(channel, out scope);
}
