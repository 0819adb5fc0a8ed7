using Orleans.Concurrency;

namespace Orleans.Groups.Tests;

[Alias("Tests.IScripted")]
public interface IScripted : IGrainWithStringKey
{
    /// <summary>Does a step of the test's script.</summary>
    [Alias("Run")]
    Task RunAsync(Guid step);

    /// <summary>As <see cref="RunAsync"/>, whatever else runs.</summary>
    [Alias("Interleave")]
    [AlwaysInterleave]
    Task InterleaveAsync(Guid step);
}

/// <summary>Grain classes of their own, for tests of what belongs to a class.</summary>
[Alias("Tests.IScriptedMute")]
public interface IScriptedMute : IScripted;

[Alias("Tests.IScriptedReentrant")]
public interface IScriptedReentrant : IScripted;

[Alias("Tests.IScriptedJoiner")]
public interface IScriptedJoiner : IScripted;

[Alias("Tests.IScriptedKept")]
public interface IScriptedKept : IScripted;

[Alias("Tests.IScriptedReturning")]
public interface IScriptedReturning : IScripted;

[Alias("Tests.IScriptedHasty")]
public interface IScriptedHasty : IScripted;

[Alias("Tests.IScriptedWorker")]
public interface IScriptedWorker : IScripted;

[Alias("Tests.IScriptedJoiningWorker")]
public interface IScriptedJoiningWorker : IScripted;

/// <summary>A grain that does what the test's script says.</summary>
internal abstract class ScriptedGrain(Script script, IGroups groups) : Grain, IScripted
{
    internal string Key => this.GetPrimaryKeyString();

    internal Script Script { get; } = script;

    internal IGroups Groups { get; } = groups;

    internal IMulticastGroup? Ring { get; set; }

    internal IMembershipMonitor? Monitor { get; set; }

    internal IGrainFactory Factory => GrainFactory;

    protected Script.Role Role => Script[Key];

    public Task RunAsync(Guid step) => Script.Take(step)(this);

    public Task InterleaveAsync(Guid step) => Script.Take(step)(this);

    public override Task OnActivateAsync(CancellationToken cancellationToken) =>
        Role.OnActivate?.Invoke(this) ?? Task.CompletedTask;

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        Role.OnDeactivate?.Invoke(this, reason) ?? Task.CompletedTask;

    internal void Note(string note) => Script.Notes.Add(note);
}

/// <summary>One that handles messages and ring callbacks.</summary>
internal class HandlingGrain(Script script, IGroups groups)
    : ScriptedGrain(script, groups), IGroupMessageHandler, IMulticastHandler
{
    public ValueTask OnGroupMessageAsync(MemberMessage message) =>
        Role.OnMessage?.Invoke(this, message) ?? ValueTask.CompletedTask;

    public ValueTask<HandlerReply> OnJoinedAsync(MulticastJoined joined)
    {
        Note($"{Key} joined {joined.Members.Length}");
        return default;
    }

    public ValueTask<HandlerReply> OnMembersChangedAsync(MembersChanged change)
    {
        Note($"{Key} +{change.Births.Length} -{change.Deaths.Length}");
        return default;
    }

    public ValueTask<HandlerReply> OnMessageAsync(MulticastMessage message)
    {
        if (Role.OnRing is { } handle)
        {
            return handle(this, message);
        }

        Note($"{Key} got {message.Text()}");
        return default;
    }

    public ValueTask OnTerminatedAsync(MulticastTermination termination)
    {
        Note($"{Key} ended {termination.Reason}");
        return ValueTask.CompletedTask;
    }
}

internal sealed class PlainGrain(Script script, IGroups groups) : HandlingGrain(script, groups);

internal sealed class MuteGrain(Script script, IGroups groups) : ScriptedGrain(script, groups), IScriptedMute;

[Reentrant]
internal sealed class ReentrantGrain(Script script, IGroups groups)
    : HandlingGrain(script, groups), IScriptedReentrant;

[JoinsGroup("room")]
[JoinsGroup("room", Scope = "other")]
internal sealed class JoinerGrain(Script script, IGroups groups) : HandlingGrain(script, groups), IScriptedJoiner;

[JoinsGroup("room", KeepAlive = true)]
internal sealed class KeptGrain(Script script, IGroups groups) : HandlingGrain(script, groups), IScriptedKept;

[JoinsGroup("room", Rejoin = true)]
internal sealed class ReturningGrain(Script script, IGroups groups)
    : HandlingGrain(script, groups), IScriptedReturning;

/// <summary>One that tries to join while it is constructed.</summary>
internal sealed class HastyGrain : ScriptedGrain, IScriptedHasty
{
    public HastyGrain(Script script, IGroups groups)
        : base(script, groups)
    {
        try
        {
            _ = this.JoinAsync("room");
            _ = this.GetGroupMember();
        }
        catch (InvalidOperationException exception)
        {
            Note(exception.GetType().Name);
        }
    }
}

[StatelessWorker(1)]
internal sealed class WorkerGrain(Script script, IGroups groups) : HandlingGrain(script, groups), IScriptedWorker;

[StatelessWorker(1)]
[JoinsGroup("room")]
internal sealed class JoiningWorkerGrain(Script script, IGroups groups)
    : HandlingGrain(script, groups), IScriptedJoiningWorker;
