using System.Text;

namespace Orleans.Groups;

/// <summary>
/// The one rule for scope, group, node and member names: 1 to 256 UTF-8 bytes, valid Unicode, no control characters.
/// </summary>
internal static class NameRules
{
    /// <summary>Longest name, in UTF-8 bytes.</summary>
    internal const int MaxUtf8Bytes = 256;

    private static readonly UTF8Encoding StrictUtf8 =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Returns why <paramref name="name"/> is not allowed, or <see langword="null"/> when it is.</summary>
    internal static string? GetError(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return "it is empty";
        }

        if (name.Length > MaxUtf8Bytes)
        {
            return $"it is longer than {MaxUtf8Bytes} UTF-8 bytes";
        }

        foreach (var character in name)
        {
            if (char.IsControl(character))
            {
                return "it contains a control character";
            }
        }

        try
        {
            return StrictUtf8.GetByteCount(name) > MaxUtf8Bytes
                ? $"it is longer than {MaxUtf8Bytes} UTF-8 bytes"
                : null;
        }
        catch (EncoderFallbackException)
        {
            return "it is not valid Unicode (a surrogate stands alone)";
        }
    }

    /// <summary>
    /// Returns <paramref name="name"/>, or throws <see cref="ArgumentException"/> naming <paramref name="kind"/>.
    /// </summary>
    internal static string Require(string? name, string kind, string parameter)
    {
        if (GetError(name) is { } error)
        {
            throw new ArgumentException(
                $"This is not a valid {kind} name: {error}. A name has 1 to {MaxUtf8Bytes} UTF-8 bytes and no control "
                    + "characters.",
                parameter);
        }

        return name!;
    }
}
