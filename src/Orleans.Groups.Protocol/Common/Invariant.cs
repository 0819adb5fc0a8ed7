using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Orleans.Groups.Protocol;

/// <summary>
/// Checks what must always hold; on in Release. A broken invariant is our bug: the host discards the machine.
/// </summary>
internal static class Invariant
{
    /// <summary>
    /// Throws <see cref="InvariantViolationException"/> unless the condition holds. One condition per call.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Require([DoesNotReturnIf(false)] bool condition, string meaning)
    {
        if (!condition)
        {
            Throw(meaning);
        }
    }

    /// <summary>The exception for a member of a closed family that a switch does not know.</summary>
    internal static InvariantViolationException Unreachable(object value) =>
        new($"{value.GetType().Name} is not a known case here.");

    [DoesNotReturn]
    private static void Throw(string meaning) => throw new InvariantViolationException(meaning);
}

/// <summary>An invariant of a machine is broken: its state cannot be trusted any more.</summary>
internal sealed class InvariantViolationException(string meaning) : Exception($"Invariant broken: {meaning}");
