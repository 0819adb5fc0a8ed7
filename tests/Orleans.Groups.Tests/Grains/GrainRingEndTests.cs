namespace Orleans.Groups.Tests;

/// <summary>Ring members end with the activation in which they live.</summary>
public sealed class GrainRingEndTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deactivation_WithoutLeaving_LosesNothingThatWasAccepted(bool usesDefaultDirectory)
    {
        const int Count = 500;
        await using var cluster = await GrainCluster.StartAsync(2, usesDefaultDirectory);
        await cluster.RunOnAsync(cluster.Cluster.Silos[0], cluster.Grain("a"), RingAsync);
        await cluster.RunOnAsync(cluster.Cluster.Silos[1], cluster.Grain("b"), RingAsync);
        await cluster.ConvergedAsync();
        IMulticastGroup? ring = null;

        await cluster.RunAsync(cluster.Grain("b"), async grain =>
        {
            ring = grain.Ring!;
            for (var number = 0; number < Count; number++)
            {
                Assert.Equal(BroadcastOutcome.Ok, await ring.BroadcastAsync($"{number}".Bytes()));
            }

            grain.DeactivateOnIdle();
        });

        await cluster.Notes.WaitForAsync($"a got {Count - 1}");
        await cluster.Notes.WaitForAsync("a +0 -1");
        Assert.Equal(
            Enumerable.Range(0, Count).Select(number => $"a got {number}"),
            cluster.Notes.All.Where(static note => note.StartsWith("a got", StringComparison.Ordinal)));
        var ended = await ring!.Completion.WaitAsync(GrainCluster.Limit);
        Assert.Equal(TerminationReason.Left, ended.Reason);
        Assert.Equal(0, ended.Unsettled);
        Assert.DoesNotContain(cluster.Notes.All, static note => note.StartsWith("b ended", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Deactivation_LeavingItself_HearsItsEnd()
    {
        await using var cluster = await GrainCluster.StartAsync(2);
        var grain = cluster.Grain("a");
        cluster.Script["a"].OnDeactivate = static async (grain, _) =>
        {
            var ended = await grain.Ring!.LeaveAsync();
            grain.Note($"left {ended.Reason}");
        };
        await cluster.RunAsync(grain, RingAsync);
        await cluster.RunAsync(cluster.Grain("b"), RingAsync);

        await cluster.Cluster.DeactivateAsync(grain);

        Assert.Contains("a ended Left", cluster.Notes.All);
        Assert.Contains("left Left", cluster.Notes.All);
        await cluster.Notes.WaitForAsync("b +0 -1");
    }

    [Fact]
    public async Task NextActivation_JoinsAgain_IsAnotherMemberWithoutTheOldOnesMessages()
    {
        await using var cluster = await GrainCluster.StartAsync(2);
        var grain = cluster.Grain("a");
        var old = await cluster.RunAsync(grain, static async grain =>
        {
            await RingAsync(grain);
            return grain.Ring!;
        });
        await cluster.RunAsync(cluster.Grain("b"), RingAsync);
        await cluster.Cluster.DeactivateAsync(grain);
        await old.Completion.WaitAsync(GrainCluster.Limit);

        await cluster.RunAsync(cluster.Grain("b"), static async grain =>
            await grain.Ring!.ConfirmedBroadcastAsync("while away".Bytes(), ConfirmLevel.ProcessedByAll));
        await cluster.RunAsync(grain, static grain => Task.CompletedTask);
        var young = await cluster.RunAsync(grain, static async grain =>
        {
            Assert.Null(grain.Ring);
            await RingAsync(grain);
            return grain.Ring!;
        });
        await cluster.RunAsync(cluster.Grain("b"), static async grain =>
            await grain.Ring!.ConfirmedBroadcastAsync("back".Bytes(), ConfirmLevel.ProcessedByAll));

        Assert.NotEqual(old.Self, young.Self);
        Assert.Equal(old.Self.Name, young.Self.Name);
        Assert.Contains("a got back", cluster.Notes.All);
        Assert.DoesNotContain("a got while away", cluster.Notes.All);
        Assert.Equal(
            BroadcastReason.Terminated,
            (await old.BroadcastAsync("too late".Bytes())).Reason);
    }

    [Fact]
    public async Task Deactivation_WhileAHandlerHangs_TheMemberEndsAllTheSame()
    {
        await using var cluster = await GrainCluster.StartAsync(1);
        var grain = cluster.Grain("a");
        var open = new TaskCompletionSource();
        cluster.Script["a"].OnRing = async (grain, message) =>
        {
            grain.Note(message.Text());
            await open.Task;
            return HandlerReply.Ok;
        };
        var ring = await cluster.RunAsync(grain, static async grain =>
        {
            await RingAsync(grain);
            await grain.Ring!.BroadcastAsync("hangs".Bytes());
            await grain.Ring!.BroadcastAsync("waits".Bytes());
            return grain.Ring;
        });
        await cluster.Notes.WaitForAsync("hangs");

        await cluster.Cluster.DeactivateAsync(grain);

        var ended = await ring.Completion.WaitAsync(GrainCluster.Limit);
        Assert.Equal(TerminationReason.Left, ended.Reason);
        open.SetResult();
        await cluster.RunAsync(cluster.Grain("b"), RingAsync);
        Assert.DoesNotContain("waits", cluster.Notes.All);
        Assert.DoesNotContain("a ended Left", cluster.Notes.All);
    }

    [Fact]
    public async Task Deactivation_WhileJoining_GivesUpJoining()
    {
        var records = new RecordFaults(static _ => Task.CompletedTask, static _ => Task.FromResult(true));
        await using var cluster = await GrainCluster.StartAsync(1, records: records);
        var grain = cluster.Grain("a");
        await records.HoldAsync();
        Task<IMulticastGroup>? joining = null;
        await cluster.RunAsync(grain, inner =>
        {
            joining = inner.Groups.Multicast.JoinAsync("ring", (HandlingGrain)inner);
            return Task.CompletedTask;
        });

        await cluster.Cluster.DeactivateAsync(grain);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => joining!.WaitAsync(GrainCluster.Limit));
        await records.ReleaseAsync();
        await cluster.RunAsync(cluster.Grain("b"), RingAsync);
        await cluster.ConvergedAsync();
        await cluster.Notes.WaitForAsync("b joined 1");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Stop_OfTheSilo_MembersLeave(bool usesDefaultDirectory, bool kills)
    {
        const int Count = 100;
        await using var cluster = await GrainCluster.StartAsync(2, usesDefaultDirectory);
        var silo = cluster.Cluster.Silos[1];
        await cluster.RunOnAsync(cluster.Cluster.Silos[0], cluster.Grain("a"), RingAsync);
        await cluster.RunOnAsync(silo, cluster.Grain("b"), RingAsync);
        await cluster.ConvergedAsync();
        await cluster.RunAsync(cluster.Grain("b"), static async grain =>
        {
            for (var number = 0; number < Count; number++)
            {
                await grain.Ring!.BroadcastAsync($"{number}".Bytes());
            }
        });

        // What TestCluster calls killing is a stop in a hurry: the grain may end before it is told.
        await (kills ? cluster.Cluster.KillSiloAsync(silo) : cluster.Cluster.StopSiloAsync(silo));

        await cluster.Notes.WaitForAsync("a +0 -1");
        var got = cluster.Notes.All.Where(static note => note.StartsWith("a got", StringComparison.Ordinal)).ToList();
        Assert.Equal(Enumerable.Range(0, got.Count).Select(static number => $"a got {number}"), got);
        if (!kills)
        {
            Assert.Contains("b ended NodeStopped", cluster.Notes.All);
            Assert.Equal(Count, got.Count);
        }

        await cluster.ConvergedAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Migration_Member_EndsWhereItWas(bool usesDefaultDirectory)
    {
        await using var cluster = await GrainCluster.StartAsync(2, usesDefaultDirectory);
        var (from, to) = (cluster.Cluster.Silos[0], cluster.Cluster.Silos[1]);
        var grain = cluster.Grain("a");
        await cluster.RunOnAsync(from, grain, RingAsync);
        await cluster.RunOnAsync(to, cluster.Grain("b"), RingAsync);
        var ring = await cluster.RunAsync(grain, static grain => Task.FromResult(grain.Ring!));

        await cluster.Cluster.MigrateAsync(grain, to.SiloAddress);

        Assert.Equal(TerminationReason.Left, (await ring.Completion.WaitAsync(GrainCluster.Limit)).Reason);
        await cluster.Notes.WaitForAsync("b +0 -1");
        await cluster.RunAsync(grain, static async grain =>
        {
            await RingAsync(grain);
            Assert.Equal(grain.Groups.Node, grain.Ring!.Self.Node);
        });
        await cluster.Notes.WaitForAsync("b +1 -0");
    }

    [Fact]
    public async Task DirectoryFailures_OfSomeMembers_TheOthersAgreeAndGoOn()
    {
        const int Count = 24;
        await using var cluster = await GrainCluster.StartAsync(3, usesDefaultDirectory: true);
        for (var index = 0; index < Count; index++)
        {
            cluster.Script[$"a{index}"].OnRing = static (_, _) => default;
            cluster.Script[$"a{index}"].OnDeactivate = static (grain, reason) =>
            {
                grain.Note(reason.ReasonCode.ToString());
                return Task.CompletedTask;
            };
            await cluster.RunOnAsync(cluster.Cluster.Silos[index % 3], cluster.Grain($"a{index}"), RingAsync);
        }

        var contexts = Enumerable.Range(0, Count)
            .Select(index => cluster.ContextOf(cluster.Grain($"a{index}")))
            .ToList();
        await cluster.ConvergedAsync();

        await cluster.Cluster.StopSiloAsync(cluster.Cluster.Silos[2]);
        await cluster.FailDirectoryAsync(contexts);
        await cluster.ConvergedAsync();

        Assert.Contains(nameof(DeactivationReasonCode.DirectoryFailure), cluster.Notes.All);
        var living = contexts.FindAll(static context => !context.Deactivated.IsCompleted);
        var last = cluster.Cluster.Client.GetGrain<IScripted>(living[0].GrainId);
        await cluster.RunAsync(last, async grain =>
        {
            var members = grain.Ring!.GetStatus().Members;
            Assert.All(members, static member => Assert.True(member.IsAlive));
            Assert.Equal(
                living.Select(static context => GrainNames.ToName(context.GrainId)).Order(),
                members.Select(static member => member.Id.Name).Order());
            Assert.Equal(
                BroadcastOutcome.Ok,
                await grain.Ring.ConfirmedBroadcastAsync("x".Bytes(), ConfirmLevel.ProcessedByAll));
        });
    }

    [Fact]
    public async Task Callback_WhileTheActivationEnds_IsStillGrainCode()
    {
        await using var cluster = await GrainCluster.StartAsync(1);
        var grain = cluster.Grain("a");
        cluster.Script["a"].OnRing = static async (grain, message) =>
        {
            await grain.Factory.GetGrain<IScriptedMute>("b").RunAsync(grain.Script.Add(static _ => Task.CompletedTask));
            grain.Note(message.Text());
            return HandlerReply.Ok;
        };
        cluster.Script["a"].OnDeactivate = static async (grain, _) =>
        {
            var outcome = await grain.Ring!.ConfirmedBroadcastAsync("last".Bytes(), ConfirmLevel.ProcessedByAll);
            grain.Note($"{outcome.Status}");
        };
        await cluster.RunAsync(grain, RingAsync);

        await cluster.Cluster.DeactivateAsync(grain);

        Assert.Equal(["a joined 1", "last", "Ok"], cluster.Notes.All);
    }

    private static async Task RingAsync(ScriptedGrain grain) =>
        grain.Ring = await grain.Groups.Multicast.JoinAsync("ring", (HandlingGrain)grain);
}
