using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Groups.Protocol;
using Orleans.Placement;

namespace Orleans.Groups;

/// <summary>Keeps the record of one group: in a grain storage, or in its own memory.</summary>
/// <remarks>
/// <para>
/// With <see cref="GroupsOptions.RecordStorage"/> it only makes conflicts rare; what is true is in the storage, so two
/// activations at one time, and losing one, do no harm. Without, the activation is the record: it stays for as long as
/// the ring is open, and what happens to it happens to the record (rule R3). With the default directory of Orleans that
/// is not only the end of its silo: when any silo goes, some activations go on the others, too.
/// </para>
/// <para>
/// The record of a ring that has ended stays for a while, so that members that are behind learn of it, and is then
/// purged. One whose silo ends before is purged after the next request for it.
/// </para>
/// </remarks>
[GrainType(RecordKey.GrainType)]
[CollectionAgeLimit(Minutes = EndedMinutes)]
[Immovable]
internal sealed class GroupVersionGrain : Grain, IGroupVersionGrain, IIncomingGrainCallFilter
{
    /// <summary>
    /// How long the record of an ended ring stays at least, unless there are too many: longer than a node that is
    /// silent stays undetected.
    /// </summary>
    internal const int EndedMinutes = 10;

    private readonly IGrainContext _context;
    private readonly SiloCallGuard _guard;
    private readonly EndedRecords _ended;
    private readonly ILogger _logger;
    private readonly GroupName _group;
    private readonly RecordKeeper _keeper;
    private readonly bool _isVolatile;
    private LinkedListNode<IGrainContext>? _endedPlace;

    /// <summary>Made by Orleans. A stored state is read before the first request.</summary>
    public GroupVersionGrain(
        IGrainContext context,
        SiloCallGuard guard,
        EndedRecords ended,
        IPersistentStateFactory states,
        IOptions<GroupsOptions> options,
        GroupsInstruments instruments,
        ILogger<GroupVersionGrain> logger)
    {
        _context = context;
        _guard = guard;
        _ended = ended;
        _logger = logger;
        if (!RecordKey.TryParse(context.GrainId.Key.ToString(), out _group))
        {
            throw new ArgumentException($"{context.GrainId} names no group.", nameof(context));
        }

        _isVolatile = options.Value.RecordStorage is null;
        IRecordCell cell = options.Value.RecordStorage is { } storage
            ? new StoredRecordCell(_group, states.Create<StoredRecord>(context, new StorageOf(storage)))
            : new MemoryRecordCell();
        _keeper = new RecordKeeper(cell, instruments.Records);
    }

    /// <summary>Every call to this grain passes here first, whatever it is.</summary>
    public Task Invoke(IIncomingGrainCallContext context)
    {
        _guard.Require(context);
        return context.Invoke();
    }

    /// <inheritdoc/>
    public async ValueTask<RecordReply> Read(RecordRequest request)
    {
        if (request.ProtocolVersion != RecordRequest.CurrentVersion)
        {
            return NotUnderstood(request, WireError.UnknownVersion);
        }

        try
        {
            var record = await _keeper.ReadAsync();
            Track(record);
            return record is null ? new RecordReply() : Answer(record, WireCodec.EncodeRecord);
        }
        catch (Exception exception)
        {
            return Failed(exception);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<RecordReply> Edit(RecordRequest request)
    {
        if (!TryDecode(request, out var edit, out var error))
        {
            return NotUnderstood(request, error);
        }

        try
        {
            if (await _keeper.EditAsync(edit) is not { } result)
            {
                _logger.RecordContended(_group, RecordKeeper.MaxAttempts);
                return new RecordReply { Failure = RecordFailure.Unavailable };
            }

            Track(result.Current);
            return Answer(result, WireCodec.EncodeEditResult);
        }
        catch (Exception exception)
        {
            return Failed(exception);
        }
    }

    /// <summary>Purges the record of an ended ring if that is why the activation goes.</summary>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_endedPlace is not { } place)
        {
            return;
        }

        _ended.Remove(place);
        var isOver = reason.ReasonCode
            is DeactivationReasonCode.ActivationIdle or DeactivationReasonCode.ApplicationRequested;
        if (!isOver)
        {
            return; // A silo that stops takes its ended records along unpurged: there may be very many.
        }

        try
        {
            await _keeper.PurgeAsync();
        }
        catch (Exception exception)
        {
            _logger.RecordNotPurged(exception, _group);
        }
    }

    /// <summary>
    /// The storage's own words stay here. An exception must not escape: one that says that somebody else has written
    /// ends the activation, and every other one is worth less to the asker than the value.
    /// </summary>
    private RecordReply Failed(Exception exception)
    {
        if (exception is RecordDamagedException)
        {
            _logger.RecordDamaged(exception, _group);
            return new RecordReply { Failure = RecordFailure.Damaged };
        }

        _logger.RecordStorageFailed(exception, _group);
        return new RecordReply { Failure = RecordFailure.Unavailable };
    }

    private RecordReply NotUnderstood(RecordRequest request, WireError error)
    {
        _logger.RecordRequestNotUnderstood(_group, request.ProtocolVersion, error);
        return new RecordReply { Failure = RecordFailure.NotUnderstood };
    }

    private bool TryDecode(RecordRequest request, [NotNullWhen(true)] out RecordEdit? edit, out WireError error)
    {
        edit = null;
        if (request.ProtocolVersion != RecordRequest.CurrentVersion)
        {
            error = WireError.UnknownVersion;
            return false;
        }

        if (!WireCodec.TryDecodeEdit(request.Edit, out edit, out error))
        {
            return false;
        }

        var isOurs = edit switch
        {
            RecordEdit.Create create => create.Group == _group,
            RecordEdit.Recreate recreate => recreate.Held.Group == _group,
            _ => true,
        };
        error = isOurs ? WireError.None : WireError.Malformed;
        return isOurs;
    }

    /// <summary>Keeps a volatile record alive while its ring is open, and lets an ended one go.</summary>
    private void Track(GroupRecord? record)
    {
        if (_isVolatile)
        {
            var isOpen = record is not null && !RecordKeeper.HasEnded(record);
            DelayDeactivation(isOpen ? Timeout.InfiniteTimeSpan : TimeSpan.Zero);
        }

        var hasEnded = record is not null && RecordKeeper.HasEnded(record);
        if (hasEnded && _endedPlace is null)
        {
            _endedPlace = _ended.Add(_context);
        }
        else if (!hasEnded && _endedPlace is { } place)
        {
            _ended.Remove(place);
            _endedPlace = null;
        }
    }

    private static RecordReply Answer<T>(T value, Action<T, IBufferWriter<byte>> encode)
    {
        var bytes = new ArrayBufferWriter<byte>();
        encode(value, bytes);
        return new RecordReply { Answer = bytes.WrittenSpan.ToArray() };
    }

    private sealed class StorageOf(string name) : IPersistentStateConfiguration
    {
        public string StateName => RecordKey.StateName;

        public string StorageName => name;
    }
}
