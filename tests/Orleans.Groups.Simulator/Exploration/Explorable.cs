using System.Runtime.CompilerServices;
using System.Text;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>A small world of production machines, at one moment, in which every next step can be tried.</summary>
internal abstract class Explorable
{
    /// <summary>Where steps are written down when a run is told again; nowhere while exploring.</summary>
    internal List<string>? Notes { get; set; }

    /// <summary>A copy in which another step can be tried.</summary>
    internal abstract Explorable Copy();

    /// <summary>
    /// Adds everything that can happen next; whether the world is at rest, so that only clients and faults are left.
    /// </summary>
    internal abstract bool Collect(List<Move> moves);

    /// <summary>Lets one thing happen, and checks what must hold at every step.</summary>
    /// <exception cref="PropertyException">Something promised does not hold.</exception>
    internal abstract void Do(in Move move);

    /// <summary>Checks what must hold when the world is at rest.</summary>
    /// <exception cref="PropertyException">Something promised does not hold.</exception>
    internal abstract void CheckRest();

    /// <summary>What tells this state from others; equal for states that mirror each other.</summary>
    internal abstract StateHash Hash();

    /// <summary>A move as a line of a story.</summary>
    internal abstract string Tell(in Move move);
}

/// <summary>One thing that can happen in a world; what the numbers mean is the world's business.</summary>
internal readonly record struct Move(byte Kind, byte First = 0, byte Second = 0, byte Third = 0, int Number = 0);

/// <summary>A promised property does not hold in a run.</summary>
internal sealed class PropertyException(string property, string what) : Exception($"{property}: {what}")
{
    internal string Property { get; } = property;

    internal static void Require(
        bool condition,
        string property,
        [InterpolatedStringHandlerArgument(nameof(condition))] Sentence what)
    {
        if (!condition)
        {
            throw new PropertyException(property, what.ToString());
        }
    }

    /// <summary>What is wrong; put into words only where something is.</summary>
    [InterpolatedStringHandler]
    internal readonly struct Sentence
    {
        private readonly StringBuilder? _text;

        public Sentence(int literalLength, int formattedCount, bool condition, out bool isWanted)
        {
            isWanted = !condition;
            _text = condition ? null : new StringBuilder(literalLength + (8 * formattedCount));
        }

        private Sentence(string text) => _text = new StringBuilder(text);

        public static implicit operator Sentence(string text) => new(text);

        public void AppendLiteral(string text) => _text!.Append(text);

        public void AppendFormatted<T>(T value) => _text!.Append(value);

        public override string ToString() => _text?.ToString() ?? string.Empty;
    }
}
