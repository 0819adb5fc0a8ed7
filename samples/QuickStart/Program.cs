// <quickstart>
using Orleans.Groups;
using Orleans.Groups.InMemory;

await using var cluster = new InMemoryCluster();
var (a, b, c) = (cluster.AddNode("a"), cluster.AddNode("b"), cluster.AddNode("c"));

// Process groups: a named set of members, known on every node, watched without gaps.
await using var monitor = await a.ProcessGroups.MonitorGroupAsync("chat");
var bob = b.CreateMember<string>("bob", (from, text) => Console.WriteLine($"bob hears {from?.Name} say: {text}"));
await b.ProcessGroups.JoinAsync("chat", bob.Id);
await monitor.WaitToReadAsync();
Console.WriteLine($"node a sees {a.ProcessGroups.GetMembers("chat")[0].Name}");
await a.ProcessGroups.PublishAsync("chat", "hello", from: a.CreateMember("alice").Id);
await cluster.DrainAsync();

// Guaranteed multicast: every message reaches every member that stays, in order, and the sender can wait for proof.
var sender = await a.Multicast.JoinAsync<string>("orders", (_, _) => { });
await b.Multicast.JoinAsync<string>("orders", (_, _) => { });
await c.Multicast.JoinAsync<string>(
    "orders",
    (from, text) => Console.WriteLine($"node c gets {text} from node {from.Node.Name}"));
await sender.ConfirmedBroadcastAsync("order 1", ConfirmLevel.ProcessedByAll);
cluster.KillNode(b);
var proof = await sender.ConfirmedBroadcastAsync("order 2", ConfirmLevel.ProcessedByAll);
Console.WriteLine($"order 2 was processed by all that live: {proof.IsOk}");
// </quickstart>
