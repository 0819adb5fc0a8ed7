using System.Buffers;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Orleans.Groups.Engine;
using Orleans.Groups.Protocol;

namespace Orleans.Groups;

/// <summary>The record store as one silo sees it: asks the grain of the group, wherever that lives.</summary>
/// <remarks>
/// Requests are made on the thread pool, outside of any grain and without the caller's context, so that they come in
/// the silo's name (<see cref="SiloCallGuard"/>) and take nothing of the application along. They are not in order.
/// <see cref="MaxRunning"/> are under way, <see cref="MaxWaiting"/> wait; one more is answered at once as if the store
/// had failed, and not sent.
/// </remarks>
internal sealed class GrainRecordStore(
    IGrainFactory grains,
    WorkCounter work,
    TimeProvider time,
    ILogger<GrainRecordStore> logger) : IRecordStore
{
    /// <summary>Most requests that are sent and not answered.</summary>
    internal const int MaxRunning = 256;

    /// <summary>Most requests that wait to be sent.</summary>
    internal const int MaxWaiting = 16_384;

    // Orleans gives up by itself. This is for a silo that ends and does not answer its own calls any more.
    private static readonly TimeSpan Limit =
        TimeSpan.Parse(RecordKey.ResponseTimeout, CultureInfo.InvariantCulture) + TimeSpan.FromSeconds(5);

    private static readonly RecordRequest ReadRequest = new();

    private readonly Lock _gate = new();
    private readonly Queue<Request> _waiting = new();
    private int _running;

    /// <inheritdoc/>
    public void Read(GroupName group, Action<bool, GroupRecord?> answer) => Start(new Request(
        group,
        async () =>
        {
            var read = await ReadAsync(group).ConfigureAwait(false);
            return () => answer(read.Succeeded, read.Record);
        },
        () => answer(false, null)));

    /// <inheritdoc/>
    public void Edit(GroupName group, RecordEdit edit, Action<EditResult?> answer) => Start(new Request(
        group,
        async () =>
        {
            var result = await EditAsync(group, edit).ConfigureAwait(false);
            return () => answer(result);
        },
        () => answer(null)));

    private void Start(Request request)
    {
        work.Begin();
        lock (_gate)
        {
            if (_running == MaxRunning && _waiting.Count < MaxWaiting)
            {
                _waiting.Enqueue(request);
                return;
            }

            if (_running < MaxRunning)
            {
                _running++;
                Schedule(request);
                return;
            }
        }

        logger.RecordRequestRefused(request.Group, MaxWaiting);
        Answer(request, request.Refuse);
    }

    private void Schedule(Request request) => ThreadPool.UnsafeQueueUserWorkItem(
        static item => _ = item.Store.RunAsync(item.Request),
        (Store: this, Request: request),
        preferLocal: false);

    private async Task RunAsync(Request request)
    {
        var answer = request.Refuse;
        try
        {
            answer = await request.Ask().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Timed out, rejected, the silo is gone, the storage failed at activation: nobody knows (rule R6).
            logger.RecordUnreachable(exception, request.Group);
        }

        lock (_gate)
        {
            if (_waiting.TryDequeue(out var next))
            {
                Schedule(next);
            }
            else
            {
                _running--;
            }
        }

        Answer(request, answer);
    }

    private void Answer(Request request, Action answer)
    {
        try
        {
            answer();
        }
        catch (Exception exception)
        {
            logger.RecordAnswerFailed(exception, request.Group);
        }
        finally
        {
            work.End();
        }
    }

    private async Task<(bool Succeeded, GroupRecord? Record)> ReadAsync(GroupName group)
    {
        var reply = await WaitAsync(GrainOf(group).Read(ReadRequest)).ConfigureAwait(false);
        if (!IsAnswer(group, reply))
        {
            return (false, null);
        }

        if (reply.Answer.Length == 0)
        {
            return (true, null);
        }

        if (WireCodec.TryDecodeRecord(reply.Answer, out var record, out var error) && record.Group == group)
        {
            return (true, record);
        }

        logger.RecordAnswerNotUnderstood(group, reply.ProtocolVersion, error);
        return (false, null);
    }

    private async Task<EditResult?> EditAsync(GroupName group, RecordEdit edit)
    {
        var bytes = new ArrayBufferWriter<byte>();
        WireCodec.EncodeEdit(edit, bytes);
        var request = new RecordRequest { Edit = bytes.WrittenSpan.ToArray() };
        var reply = await WaitAsync(GrainOf(group).Edit(request)).ConfigureAwait(false);
        if (!IsAnswer(group, reply))
        {
            return null;
        }

        if (WireCodec.TryDecodeEditResult(reply.Answer, out var result, out var error)
            && (result.Current is null || result.Current.Group == group))
        {
            return result;
        }

        logger.RecordAnswerNotUnderstood(group, reply.ProtocolVersion, error);
        return null;
    }

    private IGroupVersionGrain GrainOf(GroupName group) => grains.GetGrain<IGroupVersionGrain>(RecordKey.Of(group));

    private Task<RecordReply> WaitAsync(ValueTask<RecordReply> call) => call.AsTask().WaitAsync(Limit, time);

    private bool IsAnswer(GroupName group, RecordReply reply)
    {
        if (reply.ProtocolVersion != RecordRequest.CurrentVersion)
        {
            logger.RecordAnswerNotUnderstood(group, reply.ProtocolVersion, WireError.UnknownVersion);
            return false;
        }

        if (reply.Failure != RecordFailure.None)
        {
            logger.RecordHasNoAnswer(group, reply.Failure);
            return false;
        }

        return true;
    }

    /// <summary>A request on its way.</summary>
    /// <param name="Group">The group.</param>
    /// <param name="Ask">Asks, and says how to answer.</param>
    /// <param name="Refuse">Answers that nobody knows.</param>
    private sealed record Request(GroupName Group, Func<Task<Action>> Ask, Action Refuse);
}
