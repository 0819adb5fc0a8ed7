using System.Globalization;

namespace Orleans.Groups.Protocol;

/// <summary>
/// Which lane a frame travels on. Order holds within a lane; the control lane never waits for data (H4).
/// </summary>
internal enum LinkLane
{
    /// <summary>Everything whose order matters.</summary>
    Data = 1,

    /// <summary>Only what may overtake data: credit, stall causes, digests and other "you are behind" hints.</summary>
    Control = 2,
}

/// <summary>
/// What a frame of the data lane belongs to, for instance one ring or one scope: the unit of order and of credit (rule
/// H5).
/// </summary>
/// <remarks>
/// The sender's host chooses the numbers, each direction has its own, and the receiver hands back what it was given. A
/// channel needs no opening and no closing. Frames of one channel stay in order; frames of two free channels do so,
/// too. A channel that waits for credit falls behind the others, so whatever needs order among itself – a ring's
/// messages and the end of its members – shares a channel.
/// </remarks>
/// <param name="Tag">Twice the number, and 1 more for a credited channel; as on the wire.</param>
internal readonly record struct LinkChannel(ulong Tag)
{
    /// <summary>What each frame counts beside its bytes, so that empty ones are bounded, too.</summary>
    internal const int OverheadBytes = 32;

    /// <summary>The largest tag.</summary>
    internal const ulong MaxTag = (1UL << 63) - 1;

    private const ulong MaxNumber = (1UL << 62) - 1;

    /// <summary>The number that the sender's host chose.</summary>
    internal ulong Number => Tag >> 1;

    /// <summary>Whether its frames wait for credit.</summary>
    internal bool IsCredited => (Tag & 1) == 1;

    /// <summary>
    /// A channel whose frames never wait and are never refused: for machines that bound what they send by windows of
    /// their own (rule R1). If the buffer of the link overflows nevertheless, the session ends.
    /// </summary>
    internal static LinkChannel Free(ulong number) => new(Checked(number) << 1);

    /// <summary>
    /// A channel whose frames wait for the receiver's credit; when too many wait, sending is refused. Its sender is
    /// told by <see cref="LinkEffect.Writable"/>.
    /// </summary>
    internal static LinkChannel Credited(ulong number) => new((Checked(number) << 1) | 1);

    /// <summary>What frames cost of a channel's credit.</summary>
    internal static long CostOf(long frames, long bytes) => bytes + (frames * OverheadBytes);

    /// <summary>For example <c>free 3</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(IsCredited ? "credited" : "free")} {Number}");

    private static ulong Checked(ulong number)
    {
        Invariant.Require(number <= MaxNumber, "a channel's number has at most 62 bits");
        return number;
    }
}
