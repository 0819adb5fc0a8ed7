using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orleans.Groups.Comparison;

/// <summary>What one node does in a measurement, through the public interfaces; the same for all engines.</summary>
internal sealed class NodeWork(IBenchNode node) : IAsyncDisposable
{
    private readonly GroupWork _groups = new(node);
    private readonly WatchWork _watch = new(node);
    private readonly RingWork _ring = new(node);

    /// <summary>Performs one command, or says that it knows it not by throwing.</summary>
    internal async Task<JsonNode?> PerformAsync(string verb, JsonElement command)
    {
        string Text(string name) => command.GetProperty(name).GetString()!;
        int Whole(string name) => command.GetProperty(name).GetInt32();
        return verb switch
        {
            "open-scope" => _groups.OpenScope(Text("scope")),
            "join-members" => await _groups.JoinMembersAsync(Text("scope"), Text("group"), Whole("count")),
            "await-members" => await _groups.WaitForMembersAsync(Text("scope"), Text("group"), Whole("count")),
            "await-groups" => await _groups.WaitForGroupsAsync(Text("scope"), Whole("count")),
            "read-by-name" => _groups.ReadByName(Text("scope"), Text("group"), Whole("count")),
            "read-by-handle" => _groups.ReadByHandle(Text("scope"), Text("group"), Whole("count")),
            "join-and-leave" => await _groups.JoinAndLeaveAsync(Text("scope"), Whole("count")),
            "join-one-group" => await _groups.JoinOneGroupAsync(Text("scope"), Whole("count")),
            "join-many-groups" => await _groups.JoinManyGroupsAsync(Text("scope"), Whole("count")),
            "end-all-of-one-group" => await _groups.EndAllOfOneGroupAsync(Text("scope"), Whole("count")),
            "fill" => await _groups.FillAsync(Text("scope"), Whole("groups"), Whole("members")),
            "end-members" => await _groups.EndMembersAsync(),
            "watch" => await _watch.StartAsync(Text("scope"), Whole("count")),
            "join-watched" => await _watch.JoinAsync(Text("scope"), Whole("count"), Whole("watchers")),
            "watched" => await _watch.GetTimesAsync(),
            "ring-join" => await _ring.JoinAsync(Text("group")),
            "ring-await-members" => await _ring.WaitForMembersAsync(Whole("count")),
            "ring-expect" => _ring.Expect(Whole("count")),
            "ring-await-expected" => await _ring.WaitForExpectedAsync(),
            "ring-send" => await _ring.SendAsync(Whole("bytes"), Whole("count")),
            "ring-confirm" => await _ring.ConfirmAsync(Whole("bytes"), Whole("count")),
            "ring-leave" => await _ring.LeaveAsync(),
            _ => throw new ArgumentException($"unknown command {verb}", nameof(verb)),
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _ring.LeaveAsync();
        await _groups.EndMembersAsync();
    }
}
