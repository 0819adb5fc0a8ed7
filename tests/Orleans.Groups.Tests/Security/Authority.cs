using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orleans.Groups.Tests;

/// <summary>Issues certificates for silos and clients, which only it vouches for.</summary>
internal sealed class Authority : IDisposable
{
    private const string ServerAndClient = "1.3.6.1.5.5.7.3.1,1.3.6.1.5.5.7.3.2";

    private static readonly TimeSpan Age = TimeSpan.FromDays(1);

    private readonly List<X509Certificate2> _issued = [];

    internal Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        Root = request.CreateSelfSigned(DateTimeOffset.UtcNow - Age, DateTimeOffset.UtcNow + Age);
    }

    /// <summary>Its own certificate.</summary>
    internal X509Certificate2 Root { get; }

    /// <summary>A certificate with its private key, good for both ends of a connection.</summary>
    internal X509Certificate2 Issue(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        var usages = new OidCollection();
        foreach (var usage in ServerAndClient.Split(','))
        {
            usages.Add(new Oid(usage));
        }

        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(usages, critical: false));
        var now = DateTimeOffset.UtcNow;
        var serial = RandomNumberGenerator.GetBytes(8);
        using var issued = request.Create(Root, now - (Age / 2), now + (Age / 2), serial);
        _issued.Add(issued.CopyWithPrivateKey(key));
        return _issued[^1];
    }

    public void Dispose()
    {
        Root.Dispose();
        foreach (var certificate in _issued)
        {
            certificate.Dispose();
        }
    }
}
