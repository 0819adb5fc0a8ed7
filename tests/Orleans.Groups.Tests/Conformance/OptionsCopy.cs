using System.Collections;

namespace Orleans.Groups.Tests;

/// <summary>Carries the settings of a fact into the settings of a silo.</summary>
internal static class OptionsCopy
{
    internal static void Copy<T>(T from, T to)
        where T : class
    {
        foreach (var property in typeof(T).GetProperties())
        {
            if (property.CanWrite)
            {
                property.SetValue(to, property.GetValue(from));
            }
            else if (property.GetValue(from) is IList values)
            {
                var target = (IList)property.GetValue(to)!;
                foreach (var value in values)
                {
                    target.Add(value);
                }
            }
        }
    }
}
