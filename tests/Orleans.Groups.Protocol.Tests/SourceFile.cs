using System.Text.RegularExpressions;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>One C# file of the repository, as text.</summary>
internal sealed partial class SourceFile
{
    public SourceFile(string path)
        : this(path, File.ReadAllText(Repository.PathOf(path)))
    {
    }

    public SourceFile(string path, string text)
    {
        Path = path;
        Text = text;
        Lines = Split(text);
        var code = NoCode().Replace(text, m => new string('\n', m.Value.Count(c => c == '\n')));
        CodeLines = [.. Split(code).Select(l => l.Trim())];
    }

    /// <summary>Relative to the root of the repository, with slashes.</summary>
    public string Path { get; }

    public string Text { get; }

    /// <summary>The lines without their ends; no empty one for the end of the file.</summary>
    public string[] Lines { get; }

    /// <summary>The same lines, trimmed, without comments, strings and characters.</summary>
    public string[] CodeLines { get; }

    /// <summary>One report, with path and line number, for each line that fits.</summary>
    public IEnumerable<string> Where(Func<string, bool> fits, Func<string, string> problem) =>
        Lines.Select((line, i) => fits(line) ? $"{Path}:{i + 1}: {problem(line)}" : null).OfType<string>();

    private static string[] Split(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }

    // Raw strings, verbatim strings, strings, characters, comments. The holes of an interpolated string go with it.
    [GeneratedRegex("""
        \"{3,}.*?\"{3,}|@\$?"(?:[^"]|"")*"|\$@"(?:[^"]|"")*"|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+'|//[^\n]*|/\*.*?\*/
        """, RegexOptions.Singleline)]
    private static partial Regex NoCode();
}
