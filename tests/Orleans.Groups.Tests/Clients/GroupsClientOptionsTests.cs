using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Orleans.Groups.Tests;

/// <summary>Settings of clients.</summary>
public sealed class GroupsClientOptionsTests
{
    [Fact]
    public void Defaults_AreValid() => Assert.Empty(new GroupsClientOptions().GetErrors());

    [Fact]
    public void Errors_AreAllListed()
    {
        var options = new GroupsClientOptions
        {
            DefaultScope = "",
            CallTimeout = TimeSpan.Zero,
            StartTimeout = TimeSpan.FromSeconds(-1),
            StopTimeout = TimeSpan.FromDays(1),
            JoinTimeout = TimeSpan.FromMilliseconds(1),
            MaxUnsentBytes = 1,
            MaxPendingCalls = 0,
            OnHandlerFailure = (HandlerFailurePolicy)7,
        };

        var errors = options.GetErrors();

        Assert.Equal(8, errors.Count);
        foreach (var property in typeof(GroupsClientOptions).GetProperties())
        {
            var name = $"{nameof(GroupsClientOptions)}.{property.Name} ";
            Assert.Contains(errors, error => error.Contains(name, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Client_WithWrongSettings_DoesNotStart()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.UseOrleansClient(static client =>
        {
            client.UseLocalhostClustering();
            client.AddGroups(static options => options.MaxPendingCalls = 0);
            client.AddGroups(static options => options.DefaultScope = "a\nb"); // Twice is fine: settings add up.
        });
        using var host = builder.Build();
        var error = Assert.Throws<OrleansConfigurationException>(
            () => host.Services.GetRequiredService<IClusterClient>());
        Assert.Contains(nameof(GroupsClientOptions.MaxPendingCalls), error.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(GroupsClientOptions.DefaultScope), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_WithoutASilo_StartsAndSaysWhatIsMissing()
    {
        var client = new ClientGroups(new ClientCore(
            new GroupsClientOptions { StartTimeout = TimeSpan.FromMilliseconds(50) },
            new NobodyThere(),
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance));
        await client.StartAsync(CancellationToken.None).LimitAsync("it starts all the same");
        Assert.Throws<InvalidOperationException>(() => client.Node);
        Assert.Empty(client.ProcessGroups.GetMembers("room"));
        Assert.False(client.ProcessGroups.IsRunning);
        var waiting = client.CreateMemberAsync("m").AsTask();
        await client.StopAsync().LimitAsync("it stops");
        var error = await Assert.ThrowsAsync<GroupException>(() => waiting);
        Assert.Equal(GroupErrorCode.ShuttingDown, error.Code);
        client.Dispose();
    }

    private sealed class NobodyThere : IClientTransport
    {
        public Task<GatewayReply> GreetAsync(GatewayRequest request) => Fail<GatewayReply>();

        public Task<SessionWelcome> OpenAsync(PinnedKey session, SessionRequest request) => Fail<SessionWelcome>();

        public Task<SessionReply> CallAsync(PinnedKey session, SessionCall call) => Fail<SessionReply>();

        public Task<SessionEvents> PollAsync(PinnedKey session, SessionPoll poll) => Fail<SessionEvents>();

        public Task CloseAsync(PinnedKey session) => Fail<GatewayReply>();

        public IRingMemberGrain GetRingMember(PinnedKey member) => throw new SiloUnavailableException("nobody");

        private static Task<T> Fail<T>() => Task.FromException<T>(new SiloUnavailableException("nobody"));
    }
}
