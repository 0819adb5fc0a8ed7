using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Orleans.Groups.Checkers;

/// <summary>Records what is done with one scope of one node, and what it shows. Sending is passed on unseen.</summary>
public sealed partial class RecordingProcessGroups : IProcessGroups
{
    private readonly IProcessGroups _inner;
    private readonly NodeRecorder _recorder;
    private readonly string _scope;
    private readonly ConcurrentDictionary<string, (ImmutableArray<MemberId> List, string[] Was)> _handedOut =
        new(StringComparer.Ordinal);

    internal RecordingProcessGroups(IProcessGroups inner, NodeRecorder recorder)
    {
        _inner = inner;
        _recorder = recorder;
        _scope = inner.Scope.ToString();
    }

    /// <inheritdoc/>
    public ScopeName Scope => _inner.Scope;

    /// <inheritdoc/>
    public NodeId Node => _inner.Node;

    /// <inheritdoc/>
    public bool IsRunning => _inner.IsRunning;

    /// <inheritdoc/>
    public int GroupCount => _inner.GroupCount;

    /// <inheritdoc/>
    public IProcessGroup this[GroupName group] => new Handle(this, _inner[group]);

    /// <inheritdoc/>
    public ImmutableArray<MemberId> GetMembers(GroupName group) =>
        ReadMembers(ReadWhat.Members, group, () => _inner.GetMembers(group));

    /// <inheritdoc/>
    public ImmutableArray<MemberId> GetLocalMembers(GroupName group) =>
        ReadMembers(ReadWhat.LocalMembers, group, () => _inner.GetLocalMembers(group));

    /// <inheritdoc/>
    public ImmutableArray<GroupName> GetGroups() => ReadGroups(ReadWhat.Groups, _inner.GetGroups);

    /// <inheritdoc/>
    public ImmutableArray<GroupName> GetLocalGroups() => ReadGroups(ReadWhat.LocalGroups, _inner.GetLocalGroups);

    /// <inheritdoc/>
    public int CountMembers(GroupName group) => _inner.CountMembers(group);

    /// <inheritdoc/>
    public int CountLocalMembers(GroupName group) => _inner.CountLocalMembers(group);

    /// <inheritdoc/>
    public ValueTask<SendOutcome> SendAsync(
        MemberId member,
        ReadOnlyMemory<byte> payload,
        MemberId? from = null,
        CancellationToken cancellationToken = default) =>
        _inner.SendAsync(member, payload, from, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<PublishResult> PublishAsync(
        GroupName group,
        ReadOnlyMemory<byte> payload,
        MemberId? from = null,
        CancellationToken cancellationToken = default) =>
        _inner.PublishAsync(group, payload, from, cancellationToken);

    /// <summary>Reads all groups, and of each group all members, and those of this node.</summary>
    public void ReadAll()
    {
        foreach (var group in GetGroups())
        {
            GetMembers(group);
        }

        foreach (var group in GetLocalGroups())
        {
            GetLocalMembers(group);
        }
    }

    private ImmutableArray<MemberId> ReadMembers(
        ReadWhat what,
        GroupName group,
        Func<ImmutableArray<MemberId>> read)
    {
        var since = _recorder.LastSeq;
        var result = read();
        var texts = _recorder.TextOf(result);
        _recorder.Log(new LogEvent.Read(_scope, what, group.ToString(), texts, since));
        var key = $"{what} {group}";
        if (_handedOut.TryGetValue(key, out var before))
        {
            var now = _recorder.TextOf(before.List);
            if (!now.AsSpan().SequenceEqual(before.Was))
            {
                _recorder.Log(new LogEvent.Altered(_scope, group.ToString(), before.Was, now));
            }
        }

        _handedOut[key] = (result, texts);
        return result;
    }

    private ImmutableArray<GroupName> ReadGroups(ReadWhat what, Func<ImmutableArray<GroupName>> read)
    {
        var since = _recorder.LastSeq;
        var result = read();
        _recorder.Log(new LogEvent.Read(_scope, what, null, [.. result.Select(static g => g.ToString())], since));
        return result;
    }

    private sealed class Handle(RecordingProcessGroups groups, IProcessGroup inner) : IProcessGroup
    {
        public GroupName Name => inner.Name;

        public ImmutableArray<MemberId> Members =>
            groups.ReadMembers(ReadWhat.Members, inner.Name, () => inner.Members);

        public ImmutableArray<MemberId> LocalMembers =>
            groups.ReadMembers(ReadWhat.LocalMembers, inner.Name, () => inner.LocalMembers);
    }
}
