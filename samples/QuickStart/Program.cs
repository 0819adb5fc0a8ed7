using Orleans.Groups;
using Orleans.Groups.InMemory;

await using var cluster = new InMemoryCluster();
var paris = cluster.AddNode("paris");
var oslo = cluster.AddNode("oslo");

// A process group: Alice lives in Paris, Oslo finds her, writes to her, and is told when she goes.
var alice = paris.CreateMember("alice", message =>
{
    Console.WriteLine($"alice got '{message.Read<string>()}'");
    return default;
});
await paris.ProcessGroups.JoinAsync("room", alice.Id);
await cluster.WaitForConvergenceAsync();
await using var monitor = await oslo.ProcessGroups.MonitorGroupAsync("room");
await oslo.ProcessGroups.PublishAsync("room", "hello");
await cluster.DrainAsync();
alice.End();
await monitor.WaitToReadAsync();
Console.WriteLine(monitor.TryRead(out var change) ? $"{change!.Members[0].Name} left: {change.Reason}" : "nothing");

// A ring: what Paris publishes is in Oslo for certain when the confirm comes, and Oslo goes on when Paris crashes.
var inParis = await paris.Multicast.JoinAsync<string>("orders", (_, _) => { });
var inOslo = await oslo.Multicast.JoinAsync<string>(
    "orders",
    (from, order) => Console.WriteLine($"order from {from.Node.Name}: {order}"),
    members => Console.WriteLine($"{members.Deaths.Length} gone, {members.Members.Length} here"));
var outcome = await inParis.ConfirmedBroadcastAsync("ten apples", ConfirmLevel.ProcessedByAll);
Console.WriteLine($"confirmed: {outcome.Status}");
cluster.KillNode(paris);
await inOslo.ConfirmedBroadcastAsync("two pears", ConfirmLevel.ProcessedByAll);
await cluster.DrainAsync();
