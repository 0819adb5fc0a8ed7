using System.Globalization;

namespace Orleans.Groups.Comparison;

/// <summary>One axis of a chart: where a value is, and which values are written at it.</summary>
internal sealed class Axis
{
    private readonly double _low;
    private readonly double _high;
    private readonly bool _isLogarithmic;

    private Axis(double low, double high, bool isLogarithmic, string title)
    {
        (_low, _high, _isLogarithmic, Title) = (low, high, isLogarithmic, title);
    }

    /// <summary>What it shows, with the unit.</summary>
    internal string Title { get; }

    /// <summary>An axis on which all of these have room. A linear one begins at 0.</summary>
    internal static Axis For(IEnumerable<double> values, bool isLogarithmic, string title)
    {
        var all = values.ToList();
        if (!isLogarithmic)
        {
            var step = Step(all.Max());
            return new Axis(0, Math.Ceiling(all.Max() / step) * step, false, title);
        }

        var positive = all.Where(value => value > 0).DefaultIfEmpty(1).ToList();
        var low = Math.Pow(10, Math.Floor(Math.Log10(positive.Min()) + 1e-9));
        var high = Math.Pow(10, Math.Ceiling(Math.Log10(positive.Max()) - 1e-9));
        return new Axis(low, Math.Max(high, low * 10), true, title);
    }

    /// <summary>From 0 at the low end to 1 at the high end.</summary>
    internal double Place(double value) => _isLogarithmic
        ? (Math.Log10(Math.Max(value, _low)) - Math.Log10(_low)) / (Math.Log10(_high) - Math.Log10(_low))
        : (value - _low) / (_high - _low);

    /// <summary>The values that are written at it.</summary>
    internal IEnumerable<(double Value, string Text)> Ticks()
    {
        if (_isLogarithmic)
        {
            for (var value = _low; value <= _high * 1.001; value *= 10)
            {
                yield return (value, Text(value));
            }

            yield break;
        }

        var step = Step(_high);
        for (var index = 0; index * step <= _high * 1.001; index++)
        {
            yield return (index * step, Text(index * step));
        }
    }

    /// <summary>The values between those, for thin lines; only where the axis is logarithmic.</summary>
    internal IEnumerable<double> MinorTicks()
    {
        for (var value = _low; _isLogarithmic && value < _high * 0.999; value *= 10)
        {
            for (var factor = 2; factor < 10; factor++)
            {
                yield return value * factor;
            }
        }
    }

    /// <summary>1, 2 or 5 times a power of ten, so that there are four to ten steps.</summary>
    private static double Step(double high)
    {
        var rough = Math.Max(high, double.Epsilon) / 5;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return (rough / power) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 } * power;
    }

    private static string Text(double value) => value switch
    {
        >= 1e9 => Short(value / 1e9, "G"),
        >= 1e6 => Short(value / 1e6, "M"),
        >= 1e4 => Short(value / 1e3, "k"),
        _ => Short(value, ""),
    };

    private static string Short(double value, string prefix) =>
        value.ToString("0.###", CultureInfo.InvariantCulture) + prefix;
}
