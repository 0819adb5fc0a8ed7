using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Orleans.Connections.Security;
using Orleans.Runtime.Messaging;

namespace Orleans.Groups.Tests;

/// <summary>Groups over encrypted connections, and who cannot connect: what the page on security recommends.</summary>
public sealed class TlsTests : IDisposable
{
    private const string ClusterName = "orleans.example.com";

    private readonly Authority _ours = new("ours");
    private readonly Authority _theirs = new("theirs");

    [Fact]
    public async Task Cluster_WithCertificatesOnBothSides_CarriesGroupsAndRings()
    {
        await using var cluster = await StartAsync();
        var client = await cluster.ConnectAsync(configureClient: UseTls(_ours.Issue(ClusterName)));
        var member = await client.Groups.CreateMemberAsync("m");
        var (near, far) = (new RingLog(), new RingLog());

        await client.Scope.JoinAsync("room", member.Id);
        foreach (var silo in new[] { 0, 1, 2 })
        {
            await cluster.GroupsOf(silo).ProcessGroups.SeesAsync("room", member);
            await cluster.GroupsOf(silo).Multicast.JoinAsync("ring", near).LimitAsync("a silo joins");
        }

        var ring = await client.Groups.Multicast.JoinAsync("ring", far).LimitAsync("the client joins");
        var outcome = await ring.ConfirmedBroadcastAsync(Text.Of("secret"), ConfirmLevel.ProcessedByAll)
            .LimitAsync("it is confirmed");

        Assert.Equal(BroadcastOutcome.Ok, outcome);
        Assert.Equal(["secret", "secret", "secret"], near.Messages.Items);
    }

    [Fact]
    public async Task Client_WithoutOurCertificate_IsRefused()
    {
        await using var cluster = await StartAsync();

        await RefusedAsync(cluster, static _ => { });
        await RefusedAsync(cluster, client => client.UseTls(options =>
        {
            options.AllowAnyRemoteCertificate();
            options.OnAuthenticateAsClient = static (_, tls) => tls.TargetHost = ClusterName;
        }));
        await RefusedAsync(cluster, UseTls(_theirs.Issue(ClusterName)));
        await RefusedAsync(cluster, UseTls(_ours.Issue(ClusterName), host: "another.example.com"));
        await cluster.ConnectAsync(configureClient: UseTls(_ours.Issue("client.example.com")));
    }

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
    }

    /// <summary>Without a retry filter of its own a client tries for ever.</summary>
    private static async Task RefusedAsync(ClientCluster cluster, Action<IClientBuilder> configure) =>
        await Assert.ThrowsAsync<ConnectionFailedException>(() => cluster.ConnectAsync(configureClient: client =>
        {
            client.UseConnectionRetryFilter(static (_, _) => Task.FromResult(false));
            configure(client);
        }));

    private Task<ClientCluster> StartAsync()
    {
        var (certificate, root) = (_ours.Issue(ClusterName), _ours.Root);
        return ClientCluster.StartAsync(configureSilo: silo => silo.UseTls(Secure(certificate, root, ClusterName)));
    }

    private Action<IClientBuilder> UseTls(X509Certificate2 certificate, string host = ClusterName) =>
        client => client.UseTls(Secure(certificate, _ours.Root, host));

    // <tls>
    /// <summary>For silos and clients alike: both ends of a connection show a certificate of one authority.</summary>
    /// <param name="own">Certificate of this process, with its private key, for servers and clients.</param>
    /// <param name="authority">The only certificate that vouches for others.</param>
    /// <param name="cluster">The name that the certificates of all silos carry.</param>
    private static Action<TlsOptions> Secure(X509Certificate2 own, X509Certificate2 authority, string cluster) =>
        options =>
        {
            options.LocalCertificate = own;
            options.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
            options.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
            options.OnAuthenticateAsClient = (_, authentication) => authentication.TargetHost = cluster;
            options.RemoteCertificateValidation = (remote, _, errors) =>
            {
                using var chain = new X509Chain();
                chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
                chain.ChainPolicy.CustomTrustStore.Add(authority);
                chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
                return !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && chain.Build(remote);
            };
        };
    // </tls>
}
