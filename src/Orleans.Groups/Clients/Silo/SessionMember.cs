using Orleans.Groups.Engine;

namespace Orleans.Groups;

/// <summary>A member of a client, on the client's silo.</summary>
/// <remarks>
/// Its handler here waits for the client's: then the member's own queue fills, and senders hear of it as they do of any
/// slow member.
/// </remarks>
internal sealed class SessionMember(ClientSession session, long handle)
{
    /// <summary>Most payloads that the client has and has not handled.</summary>
    internal const int MaxUnhandled = 64;

    /// <summary>So many bytes of them are enough.</summary>
    internal const int MaxUnhandledBytes = 1024 * 1024;

    /// <summary>What the client has not handled.</summary>
    internal SourceCredit Credit { get; } = new(MaxUnhandled, MaxUnhandledBytes);

    /// <summary>The member; set once, before anything else.</summary>
    internal LocalMember? Local { get; set; }

    /// <summary>Sends a payload on to the client.</summary>
    internal async ValueTask TellAsync(MemberMessage message)
    {
        await session.Outbox.WhenRoomAsync().ConfigureAwait(false);
        if (!await Credit.WaitAsync().ConfigureAwait(false))
        {
            return;
        }

        var bytes = message.Payload.Length + ClientSession.SmallEvent;
        Credit.Take(bytes);
        session.Outbox.Add(
            new PayloadArrived
            {
                Handle = handle,
                From = message.From,
                Group = message.Group?.Value,
                Payload = message.Payload,
                Missed = message.Missed,
            },
            bytes);
    }

    /// <summary>Ends it.</summary>
    internal void End()
    {
        Credit.Close();
        Local!.End();
    }
}
