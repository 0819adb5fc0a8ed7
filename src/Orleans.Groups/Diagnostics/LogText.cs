using System.Globalization;
using System.Text;

namespace Orleans.Groups;

/// <summary>Text that a stranger may have written, for logs.</summary>
internal static class LogText
{
    /// <summary>More of it is left out.</summary>
    internal const int MaxLength = 256;

    /// <summary>The text on one line: whatever could end a line or act on a terminal is written as a code.</summary>
    internal static string Clean(string? text)
    {
        if (text is null)
        {
            return "nobody";
        }

        var result = new StringBuilder(Math.Min(text.Length, MaxLength));
        foreach (var character in text)
        {
            if (result.Length >= MaxLength)
            {
                return result.Append('…').ToString();
            }

            if (IsHarmless(character))
            {
                result.Append(character);
            }
            else
            {
                result.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            }
        }

        return result.ToString();
    }

    private static bool IsHarmless(char character) => char.GetUnicodeCategory(character)
        is not (UnicodeCategory.Control
            or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned);
}
