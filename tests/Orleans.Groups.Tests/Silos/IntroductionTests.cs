using Orleans.Groups.Conformance;

namespace Orleans.Groups.Tests;

/// <summary>Who may talk to a silo: decision 5.</summary>
public sealed class IntroductionTests : IAsyncLifetime
{
    private SiloFixture? _fixture;
    private SiloNode? _left;
    private SiloNode? _right;

    private SiloNetwork Left => _left!.Groups.Network;

    public async ValueTask InitializeAsync()
    {
        _fixture = new SiloFixture(new FixtureOptions(), usesLocalDirectory: false);
        _left = (SiloNode)await _fixture.AddNodeAsync("left");
        _right = (SiloNode)await _fixture.AddNodeAsync("right");
    }

    public ValueTask DisposeAsync() => _fixture!.DisposeAsync();

    [Fact]
    public async Task Packet_WithATokenThatNobodyWasGiven_IsNotRead()
    {
        await _fixture!.DrainAsync(TestContext.Current.CancellationToken);
        var before = LinkToRight().GetStatus();

        var reply = Left.Receive(new LinkPacket { Token = Guid.NewGuid(), Message = new byte[] { 1, 2, 3 } });

        Assert.True(reply.IsStranger);
        Assert.Empty(reply.Messages);
        Assert.Equal(before.Data, LinkToRight().GetStatus().Data);
    }

    [Fact]
    public void Packet_OfGarbageWithAGoodToken_ChangesNothing()
    {
        var token = _right!.Groups.Network.CopyAllLinks().Single(link => link.Silo.Equals(_left!.Address)).Token;

        var reply = Left.Receive(new LinkPacket { Token = token, Message = new byte[] { 1, 2, 3 } });

        Assert.False(reply.IsStranger);
        Assert.Empty(reply.Messages);
        Assert.NotEqual(0, LinkToRight().Session);
    }

    [Fact]
    public async Task Introduction_WithoutTheNonce_IsNotBelieved()
    {
        var token = LinkToRight().Token;

        Left.Introduced(new Introduction
        {
            Silo = _right!.Address,
            Incarnation = Guid.NewGuid(),
            Nonce = Guid.NewGuid(),
            Token = Guid.NewGuid(),
        });

        Assert.Equal(token, LinkToRight().Token);
        Assert.Equal(_right.Id, LinkToRight().Peer);
        await JoinIsSeenAsync();
    }

    // Somebody asks in another silo's name: the answer, with the token, goes to that silo, which did not ask for it.
    [Fact]
    public async Task Request_InAnothersName_GivesNobodyAnything()
    {
        var token = _right!.Groups.Network.CopyAllLinks().Single(link => link.Silo.Equals(_left!.Address)).Token;

        await Left.IntroduceToAsync(new IntroductionRequest { Asker = _right.Address, Nonce = Guid.NewGuid() });

        Assert.Equal(
            token,
            _right.Groups.Network.CopyAllLinks().Single(link => link.Silo.Equals(_left!.Address)).Token);
        await JoinIsSeenAsync();
    }

    private LinkHost LinkToRight() => Left.CopyAllLinks().Single(link => link.Silo.Equals(_right!.Address));

    private async Task JoinIsSeenAsync()
    {
        var member = _right!.CreateMember("m");
        await _right.GetProcessGroups().JoinAsync("g", member.Id);
        await _fixture!.WaitForConvergenceAsync(TestContext.Current.CancellationToken);
        Assert.Equal([member.Id], _left!.GetProcessGroups().GetMembers("g"));
    }
}
