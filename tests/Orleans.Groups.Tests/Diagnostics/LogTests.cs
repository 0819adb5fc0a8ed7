using System.Reflection;
using System.Text;
using Microsoft.Extensions.Logging;
using Orleans.Groups.Engine;

namespace Orleans.Groups.Tests;

/// <summary>What is logged: each event under a number of its own, and nothing that should not be read there.</summary>
public sealed class LogTests
{
    private static readonly IReadOnlyList<MethodInfo> Events =
    [
        .. new[] { typeof(SiloGroups).Assembly, typeof(NodeHost).Assembly, typeof(Protocol.ScopeMachine).Assembly }
            .SelectMany(static assembly => assembly.GetTypes())
            .SelectMany(static type => type.GetMethods(
                BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic
                | BindingFlags.DeclaredOnly))
            .Where(static method => method.GetCustomAttribute<LoggerMessageAttribute>() is not null),
    ];

    [Fact]
    public void EventIds_OfAllLogs_AreUnique()
    {
        var doubled = Events
            .GroupBy(static method => method.GetCustomAttribute<LoggerMessageAttribute>()!.EventId)
            .Where(static group => group.Count() > 1 || group.Key <= 0)
            .Select(static group => $"{group.Key}: {string.Join(", ", group.Select(NameOf))}");

        Assert.True(Events.Count > 40, "The logs were found.");
        Assert.Empty(doubled);
    }

    [Fact]
    public void Events_OfAllLogs_TakeNothingThatMayHoldAPayloadOrASecret()
    {
        var taken = Events
            .SelectMany(static method => method.GetParameters().Select(parameter => (method, parameter)))
            .Where(static item => MayHold(item.parameter.ParameterType))
            .Select(static item => $"{item.method.Name} takes {item.parameter.ParameterType.Name}");

        Assert.Empty(taken);
    }

    [Fact]
    public void Events_OfAllLogs_AreOnTheOperationsPage()
    {
        var page = OperationsPage.Read();
        var missing = Events
            .Select(static method => method.GetCustomAttribute<LoggerMessageAttribute>()!.EventId)
            .Where(id => !page.Contains($"| {id} |", StringComparison.Ordinal));

        Assert.Empty(missing);
    }

    [Fact]
    public async Task Logs_OfEveryLevel_HoldNoPayloadAndNoToken()
    {
        const string Secret = "the payload that nobody may read";
        await using var cluster = await DiagnosticsCluster.StartAsync(2);
        var payload = Encoding.UTF8.GetBytes(Secret);
        var (left, right) = (cluster.Silos[0], cluster.Silos[1]);
        var member = right.CreateMember("m", static _ => throw new InvalidOperationException("a handler that fails"));
        await right.GetProcessGroups().JoinAsync("g", member.Id);
        await cluster.Fixture.WaitForConvergenceAsync(TestContext.Current.CancellationToken);
        await left.GetProcessGroups().SendAsync(member.Id, payload);
        await left.GetProcessGroups().PublishAsync("g", payload);
        var place = await left.Multicast.JoinAsync("ring", new RingListener(
            static _ => throw new InvalidOperationException("a handler that fails")));
        (await place.ConfirmedBroadcastAsync(payload, ConfirmLevel.ProcessedByAll)).ThrowIfNotOk();
        await cluster.Fixture.SplitAsync(left, right);
        await cluster.Fixture.HealAsync(left, right);
        await cluster.Fixture.WaitForConvergenceAsync(TestContext.Current.CancellationToken);
        await place.LeaveAsync();

        var tokens = cluster.Silos
            .SelectMany(static silo => silo.Groups.Network.CopyAllLinks())
            .SelectMany(static link => new[] { link.Token.ToString("D"), link.Token.ToString("N") });
        var secrets = tokens.Append(Secret).Append(Convert.ToBase64String(payload)).ToList();
        var entries = cluster.Logs.Entries.ToList();

        Assert.Contains(entries, static entry => entry.Id.Id == 1203); // A handler that got the payload threw.
        Assert.Contains(entries, static entry => entry.Id.Id == 1302);
        Assert.Contains(entries, static entry => entry.Id.Id == 2001);
        Assert.DoesNotContain(entries, entry => secrets.Exists(
            secret => entry.Text.Contains(secret, StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public void Text_OfAStranger_StaysOnOneLineAndIsBounded()
    {
        Assert.Equal("nobody", LogText.Clean(null));
        Assert.Equal("silo/10.0.0.7:11111 é", LogText.Clean("silo/10.0.0.7:11111 é"));
        Assert.Equal(@"a\u000ab\u000d\u001b[2J\u2028\u202e\u0000", LogText.Clean("a\nb\r\u001b[2J\u2028\u202e\0"));
        Assert.InRange(LogText.Clean(new string('\n', 10_000)).Length, 1, LogText.MaxLength + 8);
    }

    private static string NameOf(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";

    private static bool MayHold(Type type) =>
        type == typeof(Guid)
        || type == typeof(object)
        || type.IsArray
        || type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ReadOnlyMemory<>)
        || type.Namespace == typeof(LinkPacket).Namespace && type.Name is nameof(LinkPacket) or nameof(LinkReply)
        || type == typeof(MemberMessage)
        || type == typeof(MulticastMessage);
}
