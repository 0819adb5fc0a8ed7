using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Orleans.Groups.Tests;

/// <summary>What silos of different versions say to each other on links: bytes of today, pinned.</summary>
public sealed class LinkWireTests
{
    private static readonly Guid First = new("00112233-4455-6677-8899-aabbccddeeff");
    private static readonly Guid Second = new("ffeeddcc-bbaa-9988-7766-554433221100");

    private readonly Serializer _serializer =
        new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    [Fact]
    public void Packet_OnTheWire_HasTheBytesOfAlways()
    {
        var read = Check(
            new LinkPacket { Token = First, Message = new byte[] { 1, 2 }, Tail = new byte[] { 3 } },
            "3001d2613643334f726c65616e732e47726f7570732e4c696e6b5061636b6574402133221100554477668899aa"
            + "bbccddeeff41050102410303e0");

        Assert.Equal(First, read.Token);
        Assert.Equal([1, 2], read.Message.ToArray());
        Assert.Equal([3], read.Tail.ToArray());
    }

    [Fact]
    public void Reply_OnTheWire_HasTheBytesOfAlways()
    {
        var read = Check(
            new LinkReply { IsStranger = true, Messages = [new LinkPacket { Message = new byte[] { 1 } }] },
            "3001547171e7314f726c65616e732e47726f7570732e4c696e6b5265706c790003210003214021000000000000"
            + "000000000000000000004103014101e0e0e0");

        Assert.True(read.IsStranger);
        Assert.Equal([1], Assert.Single(read.Messages).Message.ToArray());
    }

    [Fact]
    public void IntroductionRequest_OnTheWire_HasTheBytesOfAlways()
    {
        var read = Check(
            new IntroductionRequest { Asker = Silo(11111), Nonce = First },
            "3001f744e68e454f726c65616e732e47726f7570732e496e74726f64756374696f6e526571756573742040097f"
            + "000001019ead011de0412133221100554477668899aabbccddeeffe0");

        Assert.Equal(Silo(11111), read.Asker);
        Assert.Equal(First, read.Nonce);
    }

    [Fact]
    public void Introduction_OnTheWire_HasTheBytesOfAlways()
    {
        var read = Check(
            new Introduction { Silo = Silo(22222), Incarnation = First, Nonce = Second, Token = First },
            "3001d89b1023374f726c65616e732e47726f7570732e496e74726f64756374696f6e2040097f0000010174b602"
            + "011de0412133221100554477668899aabbccddeeff4121ccddeeffaabb88997766554433221100412133221100"
            + "554477668899aabbccddeeffe0");

        Assert.Equal(Silo(22222), read.Silo);
        Assert.Equal((First, Second, First), (read.Incarnation, read.Nonce, read.Token));
    }

    private static SiloAddress Silo(int port) => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, port), 7);

    private T Check<T>(T value, string hex)
    {
        // As the type of an object, so that the alias is in the bytes.
        var bytes = _serializer.SerializeToArray<object>(value!);
        Assert.Equal(hex, Convert.ToHexStringLower(bytes));
        return (T)_serializer.Deserialize<object>(Convert.FromHexString(hex));
    }
}
