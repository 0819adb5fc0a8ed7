using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Orleans.Groups.Tests;

/// <summary>What silos of different versions say to each other about records: bytes of today, pinned.</summary>
public sealed class RecordWireTests
{
    private readonly Serializer _serializer =
        new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    [Fact]
    public void Request_OnTheWire_HasTheBytesOfAlways()
    {
        var request = new RecordRequest { ProtocolVersion = 1, Edit = [7, 8] };

        var read = Check(
            request,
            "300121a82d5f394f726c65616e732e47726f7570732e5265636f726452657175657374000541050708e0");

        Assert.Equal(request.ProtocolVersion, read.ProtocolVersion);
        Assert.Equal(request.Edit, read.Edit);
    }

    [Fact]
    public void Reply_OnTheWire_HasTheBytesOfAlways()
    {
        var reply = new RecordReply { ProtocolVersion = 1, Failure = RecordFailure.Damaged, Answer = [7, 8] };

        var read = Check(
            reply,
            "300190e05fa5354f726c65616e732e47726f7570732e5265636f72645265706c790005010941050708e0");

        Assert.Equal(reply.ProtocolVersion, read.ProtocolVersion);
        Assert.Equal(reply.Failure, read.Failure);
        Assert.Equal(reply.Answer, read.Answer);
    }

    [Fact]
    public void StoredRecord_InBinaryForm_HasTheBytesOfAlways()
    {
        var read = Check(
            new StoredRecord { Bytes = [7, 8] },
            "300103fe6374374f726c65616e732e47726f7570732e53746f7265645265636f726440050708e0");

        Assert.Equal([7, 8], read.Bytes!);
    }

    [Fact]
    public void Failures_Always_KeepTheirNumbers() =>
        Assert.Equal(
            [(0, "None"), (1, "Unavailable"), (2, "Damaged"), (3, "NotUnderstood")],
            Enum.GetValues<RecordFailure>().Select(failure => ((int)failure, $"{failure}")));

    private T Check<T>(T value, string hex)
    {
        // As the type of an object, so that the alias is in the bytes.
        var bytes = _serializer.SerializeToArray<object>(value!);
        Assert.Equal(hex, Convert.ToHexStringLower(bytes));
        return (T)_serializer.Deserialize<object>(Convert.FromHexString(hex));
    }
}
