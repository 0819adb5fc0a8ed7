using System.Globalization;

namespace Orleans.Groups.Comparison;

/// <summary>What a figure is in, and which way is better.</summary>
internal enum Unit
{
    /// <summary>Nanoseconds; fewer are better.</summary>
    Nanoseconds,

    /// <summary>So many per second; more are better.</summary>
    PerSecond,

    /// <summary>Bytes; fewer are better.</summary>
    Bytes,
}

/// <summary>Figures for people.</summary>
internal static class UnitExtensions
{
    /// <summary>How many times better ours is than theirs.</summary>
    internal static double Ratio(this Unit unit, double theirs, double ours) =>
        unit == Unit.PerSecond ? ours / theirs : theirs / ours;

    /// <summary>Whether a goal is reached.</summary>
    internal static bool Reaches(this Unit unit, double value, double goal) =>
        unit == Unit.PerSecond ? value >= goal : value <= goal;

    /// <summary>The goal with its direction.</summary>
    internal static string Goal(this Unit unit, double goal) =>
        $"{(unit == Unit.PerSecond ? '≥' : '≤')} {unit.Text(goal)}";

    /// <summary>A figure with three digits and its unit.</summary>
    internal static string Text(this Unit unit, double value) => unit switch
    {
        Unit.PerSecond => $"{Digits(value)}/s",
        Unit.Bytes => value switch
        {
            >= 1e6 => $"{Digits(value / 1e6)} MB",
            >= 1e3 => $"{Digits(value / 1e3)} kB",
            _ => $"{Digits(value)} B",
        },
        _ => value switch
        {
            >= 1e9 => $"{Digits(value / 1e9)} s",
            >= 1e6 => $"{Digits(value / 1e6)} ms",
            >= 1e3 => $"{Digits(value / 1e3)} µs",
            _ => $"{Digits(value)} ns",
        },
    };

    /// <summary>A number with three digits that mean something.</summary>
    internal static string Digits(double value)
    {
        if (value >= 1_000)
        {
            var step = Math.Pow(10, Math.Floor(Math.Log10(value)) - 2);
            return (Math.Round(value / step) * step).ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' ');
        }

        return value.ToString(value >= 100 ? "0" : value >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture);
    }
}
