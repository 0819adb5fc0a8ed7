using System;

namespace Orleans.Groups.Protocol;

/// <summary>Watches what machines do and what becomes of records, for the event logs of tests.</summary>
/// <remarks>
/// Called by hosts under the machine's or the store's lock: after a step and before its effects are executed, and after
/// a record was kept and before anybody is answered. So what is observed is in the order of cause and effect. It must
/// not call back, nor throw.
/// </remarks>
internal interface IProtocolObserver
{
    /// <summary>A ring machine has taken a step.</summary>
    /// <param name="group">Its group.</param>
    /// <param name="self">Its member.</param>
    /// <param name="input">The input.</param>
    /// <param name="effects">What it wants done.</param>
    /// <param name="before">The record that it went by before; <see langword="null"/> when it had none.</param>
    /// <param name="after">The record that it goes by now.</param>
    void RingStepped(
        GroupName group,
        MemberId self,
        RingInput input,
        ReadOnlySpan<RingEffect> effects,
        GroupRecord? before,
        GroupRecord? after);

    /// <summary>A scope machine has taken a step.</summary>
    /// <param name="input">The input.</param>
    /// <param name="effects">What it wants done.</param>
    /// <param name="after">What it knows now.</param>
    void ScopeStepped(ScopeInput input, ReadOnlySpan<ScopeEffect> effects, ScopeStatus after);

    /// <summary>An edit was applied, now and not when it was handed in before, and the record is kept.</summary>
    void RecordWritten(RecordEdit edit, GroupRecord after);

    /// <summary>A record has vanished.</summary>
    void RecordLost(GroupName group);
}
