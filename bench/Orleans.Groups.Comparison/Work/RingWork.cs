using System.Text.Json.Nodes;

namespace Orleans.Groups.Comparison;

/// <summary>One node's part in the measurements of rings: one member.</summary>
internal sealed class RingWork(IBenchNode node)
{
    /// <summary>More than the default, for the measurements of growth.</summary>
    internal const int LargestMessage = 1_000_000;

    private CountingHandler _handler = new();
    private IMulticastGroup? _place;
    private Task<long> _expected = Task.FromResult(0L);

    /// <summary>Joins a ring.</summary>
    internal async Task<JsonNode?> JoinAsync(string group)
    {
        _handler = new CountingHandler();
        _place = await node.Multicast.JoinAsync(group, _handler);
        return null;
    }

    /// <summary>Completes when this member has been told of so many members of its ring, itself included.</summary>
    internal async Task<JsonNode?> WaitForMembersAsync(int count)
    {
        await _handler.WaitForMembersAsync(count);
        return null;
    }

    /// <summary>Begins to wait for so many messages more; to be called before they are sent.</summary>
    internal JsonNode? Expect(int count)
    {
        _expected = _handler.WaitForMessagesAsync(count);
        return null;
    }

    /// <summary>Completes when the handler has had them.</summary>
    /// <returns>When that was.</returns>
    internal async Task<JsonNode?> WaitForExpectedAsync() => await _expected;

    /// <summary>Sends; each call waits until there is room in the window.</summary>
    /// <returns>When it began.</returns>
    internal async Task<JsonNode?> SendAsync(int bytes, int count)
    {
        var place = _place!;
        var payload = new byte[bytes];
        var start = Clock.Now;
        for (var message = 0; message < count; message++)
        {
            (await place.BroadcastAsync(payload)).ThrowIfNotOk();
        }

        return start;
    }

    /// <summary>Sends one after the other and waits for the proof of each that all have received it.</summary>
    /// <returns>The median of nanoseconds.</returns>
    internal async Task<JsonNode?> ConfirmAsync(int bytes, int count)
    {
        var place = _place!;
        var payload = new byte[bytes];
        var times = new double[count];
        for (var message = 0; message < count; message++)
        {
            var start = Clock.Now;
            (await place.ConfirmedBroadcastAsync(payload)).ThrowIfNotOk();
            times[message] = Clock.Now - start;
        }

        return Clock.Median(times);
    }

    /// <summary>Leaves the ring, if this node is in one.</summary>
    internal async Task<JsonNode?> LeaveAsync()
    {
        if (_place is { } place)
        {
            _place = null;
            await place.LeaveAsync();
        }

        return null;
    }
}
